"""Refresh: what changed about the kinds and fields of a connector since it was last asked."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import field as attr
from attrs import fields as attributes
from attrs import frozen

from erplink.connectors import Kind
from erplink.domain.fields import Field
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.sync.drift import describe, drift, read
from erplink.sync.state import Side

__all__ = ["KindRefresh", "Refresh", "refreshed"]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(kw_only=True)
class KindRefresh:
    """What changed about one kind of actor."""

    kind: str
    new_fields: tuple[str, ...] = attr(default=(), converter=_names)
    gone_fields: tuple[str, ...] = attr(default=(), converter=_names)
    #: A sentence for each field that is described otherwise.
    changed: tuple[str, ...] = attr(default=(), converter=_names)
    #: What the mapping has to do with, a sentence each.
    affects: tuple[str, ...] = attr(default=(), converter=_names)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.new_fields or self.gone_fields or self.changed or self.affects)


def _kinds(kinds: Iterable[KindRefresh]) -> tuple[KindRefresh, ...]:
    return tuple(kinds)


@frozen(kw_only=True)
class Refresh:
    """What changed about a connector's kinds; false where nothing did. Settings stay."""

    new_kinds: tuple[str, ...] = attr(default=(), converter=_names)
    gone_kinds: tuple[str, ...] = attr(default=(), converter=_names)
    #: The kinds of which something changed.
    kinds: tuple[KindRefresh, ...] = attr(default=(), converter=_kinds)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.new_kinds or self.gone_kinds or self.kinds)


def refreshed(
    before: Sequence[str], now: Iterable[Kind], mappings: Iterable[FieldMapping]
) -> Refresh:
    """What changed between descriptions that were kept and the kinds there are."""
    old = {kind.name: kind for kind in map(read, before)}
    # As what was kept: what only a form shows is no part of it.
    new = {kind.name: read(describe(kind)) for kind in now}
    by_kind = {mapping.actor_kind: mapping for mapping in mappings}
    changes = (_compared(kind, new.get(name), by_kind.get(name)) for name, kind in old.items())
    return Refresh(
        new_kinds=sorted(new.keys() - old.keys()),
        gone_kinds=sorted(old.keys() - new.keys()),
        kinds=[change for change in changes if change],
    )


def _compared(old: Kind, new: Kind | None, mapping: FieldMapping | None) -> KindRefresh:
    affects = drift(old, new, mapping, Side.ERP).changes if mapping else ()
    if new is None:
        return KindRefresh(kind=old.name, affects=map(str, affects))
    before = {field.key: field for field in old.fields}
    after = {field.key: field for field in new.fields}
    return KindRefresh(
        kind=old.name,
        new_fields=[key for key in after if key not in before],
        gone_fields=[key for key in before if key not in after],
        changed=_changed(before, after),
        affects=map(str, affects),
    )


def _changed(before: Mapping[str, Field], after: Mapping[str, Field]) -> Iterator[str]:
    names = [each.name for each in attributes(Field)]
    for key, old in before.items():
        new = after.get(key, old)
        for name in names:
            was, is_now = (_told(getattr(field, name)) for field in (old, new))
            if was != is_now:
                yield f"{key}: {name.replace('_', ' ')} was {was} and is {is_now}"


def _told(value: object) -> str:
    return str(getattr(value, "value", value))
