"""Changes: what is different in a mapping, a line for each thing, for a person to look over."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from attrs import fields, frozen, has

from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.mapping import Mapping
from erplink.domain.values import UNSET, shorten

__all__ = ["Change", "changes"]


@frozen
class Change:
    """One thing that is different."""

    #: Where it is: ``rule name``, ``list map country - land``, ``default of credit`` or nowhere
    #: closer than the mapping, followed by the attribute.
    where: str
    #: What was there; UNSET for nothing.
    before: Any
    #: What is there now; UNSET for nothing.
    after: Any

    def __str__(self) -> str:
        """The place, and what became of it."""
        if self.before is UNSET:
            return f"{self.where}: added: {_shown(self.after)}"
        if self.after is UNSET:
            return f"{self.where}: removed: {_shown(self.before)}"
        return f"{self.where}: {_shown(self.before)} -> {_shown(self.after)}"


def changes(old: Mapping, new: Mapping) -> tuple[Change, ...]:
    """All that is different in ``new``, but for the version and the order of things."""
    return tuple(_changes(old, new))


def _changes(old: Mapping, new: Mapping) -> Iterator[Change]:
    whole = ("connection", "actor_kind", "entity_kind", "enabled")
    yield from _attributes("", old, new, whole)
    yield from _attributes("on_delete", old.on_delete, new.on_delete)
    yield from _attributes("on_unlinked", old.on_unlinked, new.on_unlinked)
    rules = ({rule.key: rule for rule in mapping.rules} for mapping in (old, new))
    yield from _items("rule {}", *rules)
    list_maps = (
        {f"{each.erp_list} - {each.crm_list}": each for each in mapping.lists}
        for mapping in (old, new)
    )
    yield from _items("list map {}", *list_maps)
    defaults = ({each.field: each for each in mapping.defaults} for mapping in (old, new))
    yield from _items("default of {}", *defaults)


def _items(where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, UNSET), new.get(key, UNSET)
        place = where.format(key)
        if before is UNSET or after is UNSET:
            yield Change(place, before, after)
        elif isinstance(before, ListMap):
            yield from _pairs(place, before, after)
        else:
            yield from _attributes(place, before, after)


def _pairs(where: str, old: ListMap, new: ListMap) -> Iterator[Change]:
    before, after = dict.fromkeys(old.pairs), dict.fromkeys(new.pairs)
    yield from (Change(where, pair, UNSET) for pair in before if pair not in after)
    yield from (Change(where, UNSET, pair) for pair in after if pair not in before)


def _attributes(
    where: str, old: Any, new: Any, names: Iterable[str] | None = None
) -> Iterator[Change]:
    for name in names or [attribute.name for attribute in fields(type(old))]:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield Change(f"{where}.{name}".lstrip("."), before, after)


def _shown(thing: Any) -> str:
    if isinstance(thing, Enum):
        return str(thing.value)
    return str(thing) if has(type(thing)) else shorten(thing)
