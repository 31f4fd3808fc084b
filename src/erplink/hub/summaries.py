"""Summary: what is synced through a connection, and which way, for a line on a screen."""

from collections.abc import Iterable

from attrs import field as attr
from attrs import frozen

from erplink.domain.mapping import Direction, Mapping

__all__ = ["KindSummary", "summary_of"]


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(kw_only=True)
class KindSummary:
    """One kind of actor: its counterpart, and its fields by the way their values travel."""

    actor_kind: str
    entity_kind: str
    #: Whether it is synced at all.
    enabled: bool
    #: The keys of the rules by direction.
    to_crm: tuple[str, ...] = attr(converter=_names)
    to_erp: tuple[str, ...] = attr(converter=_names)
    both: tuple[str, ...] = attr(converter=_names)
    #: How many records are linked.
    links: int

    def __str__(self) -> str:
        """One line: the kinds, and how many fields travel which way."""
        ways = {"both ways": self.both, "to the CRM": self.to_crm, "to the ERP": self.to_erp}
        counted = [f"{len(keys)} {way}" for way, keys in ways.items() if keys]
        told = ", ".join(counted) if counted and self.enabled else "not synced"
        return f"{self.actor_kind} - {self.entity_kind}: {told}"


def summary_of(mapping: Mapping, links: int) -> KindSummary:
    """The summary of one mapping."""
    by_way: dict[Direction, list[str]] = {way: [] for way in Direction}
    for rule in mapping.rules:
        by_way[rule.direction if rule.syncs else Direction.NONE].append(rule.key)
    return KindSummary(
        actor_kind=mapping.actor_kind,
        entity_kind=mapping.entity_kind,
        enabled=mapping.enabled,
        to_crm=by_way[Direction.TO_CRM],
        to_erp=by_way[Direction.TO_ERP],
        both=by_way[Direction.BOTH],
        links=links,
    )
