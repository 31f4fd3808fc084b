"""Mapping: how one kind of actor corresponds to one kind of entity, for one connection."""

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.fields import Field
from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.rules import FieldRule
from erplink.domain.values import Value
from erplink.errors import BadName, BadValue

if TYPE_CHECKING:
    from erplink.domain.kinds import LinkablePairs
    from erplink.domain.mapping.changes import Change
    from erplink.domain.mapping.problems import Lists, Problem
    from erplink.domain.mapping.suggest import Suggestion
    from erplink.domain.policy import Policy

__all__ = ["DefaultValue", "How", "Mapping", "OnDelete", "OnUnlinked", "Reaction", "Unlinked"]


class How(Enum):
    """Where a default value comes from."""

    SET = "set"
    ASK = "ask"
    BOTH = "both"

    @property
    def asks(self) -> bool:
        """Whether the user is asked."""
        return self is not How.SET


@frozen
class DefaultValue:
    """What an ERP field gets when an actor is created or first linked."""

    field: str
    how: How = attr(default=How.SET, converter=How)
    #: The value to set, or to suggest to the user.
    value: Value = None
    #: Whether the user must give a value.
    mandatory: bool = False


class Reaction(Enum):
    """What happens on one side when the record on the other side is deleted."""

    #: Mark the link as dead and tell; touch nothing.
    TELL = "tell"
    UNLINK = "unlink"
    RESTORE = "restore"
    ARCHIVE = "archive"
    DELETE = "delete"


@frozen
class OnDelete:
    """The reactions to a deletion, by the side on which it happened."""

    in_erp: Reaction = attr(default=Reaction.TELL, converter=Reaction)
    in_crm: Reaction = attr(default=Reaction.TELL, converter=Reaction)
    #: Whether a deletion follows only for records that erplink itself created.
    only_created: bool = True
    #: The checkbox that archives a record of the ERP: ``archived``, or ``not active``.
    erp_archive: str = ""
    #: The checkbox that archives a record of the CRM, written in the same way.
    crm_archive: str = ""


class Unlinked(Enum):
    """What happens to a record that has no link, on the side where it was found."""

    LEAVE = "leave"
    #: Link it to its counterpart, by the match rules; what is not certain becomes a question.
    LINK = "link"
    #: As LINK; where there is no counterpart, make one on the other side.
    CREATE = "create"


@frozen
class OnUnlinked:
    """What happens to records without a link, by the side on which they are."""

    in_erp: Unlinked = attr(default=Unlinked.LEAVE, converter=Unlinked)
    in_crm: Unlinked = attr(default=Unlinked.LEAVE, converter=Unlinked)


def _rules(rules: Iterable[FieldRule]) -> tuple[FieldRule, ...]:
    return tuple(rules)


def _lists(lists: Iterable[ListMap]) -> tuple[ListMap, ...]:
    return tuple(lists)


def _defaults(defaults: Iterable[DefaultValue]) -> tuple[DefaultValue, ...]:
    return tuple(defaults)


@frozen
class Mapping:
    """Field rules, list maps, defaults and what to do on a deletion; a value like any other."""

    connection: str
    actor_kind: str
    entity_kind: str
    rules: tuple[FieldRule, ...] = attr(default=(), converter=_rules)
    lists: tuple[ListMap, ...] = attr(default=(), converter=_lists)
    defaults: tuple[DefaultValue, ...] = attr(default=(), converter=_defaults)
    on_delete: OnDelete = OnDelete()
    on_unlinked: OnUnlinked = OnUnlinked()
    #: Whether this kind of actor is synced at all.
    enabled: bool = True
    #: Counts the changes; part of every fingerprint, so that a changed mapping looks again.
    version: int = 1

    def __attrs_post_init__(self) -> None:
        """Refuse two rules, lists or defaults of one name: they could not be told apart."""
        _distinct("rule for ERP field", (rule.key for rule in self.rules))
        _distinct("list map", (f"{each.erp_list} - {each.crm_list}" for each in self.lists))
        _distinct("default for ERP field", (each.field for each in self.defaults))

    def rule(self, key: str) -> FieldRule:
        """The rule named ``key``: an ERP field, or the parts of a compound one joined by ``+``."""
        for rule in self.rules:
            if rule.key == key:
                return rule
        raise BadName.among("rule", key, (rule.key for rule in self.rules))

    def list_map(self, erp_list: str, crm_list: str) -> ListMap | None:
        """The map between the two lists, if there is one."""
        for each in self.lists:
            if (each.erp_list, each.crm_list) == (erp_list, crm_list):
                return each
        return None

    def with_rule(self, rule: FieldRule) -> "Mapping":
        """The next version of this mapping, with ``rule`` added, or in place of its namesake."""
        others = tuple(each for each in self.rules if each.key != rule.key)
        return evolve(self, rules=(*others, rule), version=self.version + 1)

    def problems(
        self,
        actor_fields: Iterable[Field],
        entity_fields: Iterable[Field],
        *,
        lists: "Lists | None" = None,
        policy: "Policy | None" = None,
        pairs: "LinkablePairs | None" = None,
        creates: bool = True,
    ) -> "tuple[Problem, ...]":
        """Everything that is wrong with the mapping; the function ``problems`` tells of it."""
        # What judges mappings is made of them, so it can only be imported once they exist.
        from erplink.domain.mapping.problems import problems  # noqa: PLC0415 - see above

        return problems(
            self,
            actor_fields,
            entity_fields,
            lists=lists,
            policy=policy,
            pairs=pairs,
            creates=creates,
        )

    def suggest(
        self,
        actor_fields: Iterable[Field],
        entity_fields: Iterable[Field],
        *,
        lists: "Lists | None" = None,
    ) -> "tuple[Suggestion, ...]":
        """Rules for the fields that the mapping says nothing about yet, best first."""
        # As in problems().
        from erplink.domain.mapping.suggest import suggest_more  # noqa: PLC0415 - see above

        return suggest_more(self, actor_fields, entity_fields, lists=lists)

    def changes_since(self, old: "Mapping") -> "tuple[Change, ...]":
        """All that is different from ``old``; the function ``changes`` tells of it."""
        # As in problems().
        from erplink.domain.mapping.changes import changes  # noqa: PLC0415 - see above

        return changes(old, self)

    def __repr__(self) -> str:
        """The kinds and how many rules there are."""
        kinds = f"{self.actor_kind} <> {self.entity_kind}"
        return f"Mapping({self.connection}: {kinds}, {len(self.rules)} rules, v{self.version})"


def _distinct(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadValue(f"two times a {what}", value=repr(name))
        seen.add(name)
