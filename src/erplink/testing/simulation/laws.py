"""Laws: what must hold at the end of every history, judged by what people did and what is there.

A law knows the systems' logs and the store's contents, and nothing of how the engine comes to its
decisions.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from attrs import frozen

from erplink.domain.records import CRM
from erplink.testing.simulation.chronicle import Author
from erplink.testing.simulation.evidence import Bond, Evidence, Place
from erplink.testing.simulation.human_values import no_lost_update
from erplink.testing.simulation.setting import ERPS, FIELDS, canon

__all__ = ["LAWS", "Law", "Violation", "judge"]


@frozen
class Violation:
    """A law that was broken, and how."""

    law: str
    what: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.law}: {self.what}"


Law: TypeAlias = Callable[[Evidence], Iterator[str]]


def judge(evidence: Evidence) -> list[Violation]:
    """Every breach of a law."""
    return [Violation(name, what) for name, law in LAWS.items() for what in law(evidence)]


# convergence --------------------------------------------------------------------------------------


def _convergence(evidence: Evidence) -> Iterator[str]:
    for bond in evidence.bonds:
        if bond.active:
            yield from differences(evidence, bond)


def differences(evidence: Evidence, bond: Bond) -> Iterator[str]:
    """The synced fields of a link that differ without a reason."""
    mine = evidence.rows.get(CRM, {}).get(bond.entity)
    theirs = evidence.rows.get(bond.connection, {}).get(bond.actor)
    name = f"{CRM}/{bond.entity} and {bond.connection}/{bond.actor}"
    if mine is None or theirs is None:
        gone = CRM if mine is None else bond.connection
        if gone in evidence.silent and not evidence.rows.get(gone):
            return  # an empty listing is no deletion of everything
        yield f"{name} are linked, but the record in {gone} is gone"
        return
    for field in FIELDS:
        if canon(bond.connection, field, mine.get(field)) == canon(
            bond.connection, field, theirs.get(field)
        ):
            continue
        if not _is_excused(evidence, bond, field):
            yield f"{name}: {field} is {mine.get(field)!r} and {theirs.get(field)!r}"


def _is_excused(evidence: Evidence, bond: Bond, field: str) -> bool:
    entity = f"{CRM}/company/{bond.entity}"
    if any(
        record == entity and text.startswith(f"{field}:") for record, text in evidence.questions
    ):
        return True
    if any(field in other.pins for other in evidence.bonds if other.entity == bond.entity):
        return True
    if bond.connection in evidence.kept_filled and not evidence.rows[CRM][bond.entity].get(field):
        return True
    records = {(CRM, bond.entity), (bond.connection, bond.actor)}
    records |= {(b.connection, b.actor) for b in evidence.bonds if b.entity == bond.entity}
    if any((system, key) in records for system, key, _ in evidence.parked):
        return True
    return _may_differ_by_direction(evidence, bond, field)


def _may_differ_by_direction(evidence: Evidence, bond: Bond, field: str) -> bool:
    way = evidence.directions(bond.connection, field)
    if way == "<>":
        return False
    source = (bond.connection, bond.actor) if way == ">" else (CRM, bond.entity)
    if not any(
        entry.after.get(field)
        for entry in evidence.entries
        if (entry.system, entry.key) == source and entry.after is not None
    ):
        return True  # it was made by erplink, and nobody ever said anything there
    # Where the target of a one-way field is written by others, the two may stay apart.
    target = (CRM, bond.entity) if way == ">" else (bond.connection, bond.actor)
    return _was_typed_at(evidence, target, field) or (way == ">" and _others(evidence, bond))


def _others(evidence: Evidence, bond: Bond) -> bool:
    """Whether the entity was ever linked through another connection, too."""
    cluster = evidence.clusters.of((CRM, bond.entity))
    return any(
        connection != bond.connection and evidence.clusters.of((CRM, entity)) == cluster
        for entity, connection, _ in evidence.ties
    )


def _was_typed_at(evidence: Evidence, place: Place, field: str) -> bool:
    cluster = evidence.clusters.of(place)
    return any(
        entry.author is Author.PERSON and field in entry.changed
        for entry in evidence.entries
        if entry.system == place[0] and evidence.clusters.of((entry.system, entry.key)) == cluster
    )


# the others ---------------------------------------------------------------------------------------


def _no_duplicates(evidence: Evidence) -> Iterator[str]:
    """No two records are there at once that the same creation made."""
    made: dict[Place, str] = {}
    for entry in evidence.entries:
        place = (entry.system, entry.key)
        if entry.renamed:
            made.setdefault((entry.system, entry.renamed), made.pop(place, ""))
        elif entry.after is None:
            made.pop(place, None)
        elif entry.before is None and entry.author is Author.ENGINE and entry.created_by:
            twins = [at for at, by in made.items() if (at[0], by) == (place[0], entry.created_by)]
            if twins:
                yield f"{entry.created_by!r} made {place} beside {twins} in {entry.system}"
            made[place] = entry.created_by


def _one_counterpart(evidence: Evidence) -> Iterator[str]:
    """No record has two living links through one connection, on either side."""
    entities = Counter((bond.entity, bond.connection) for bond in evidence.bonds)
    actors = Counter((bond.connection, bond.actor) for bond in evidence.bonds)
    for counted in (entities, actors):
        yield from (f"{each} has {count} links" for each, count in counted.items() if count > 1)


def _direction(evidence: Evidence) -> Iterator[str]:
    for entry in evidence.entries:
        if entry.author is not Author.ENGINE or entry.after is None or entry.renamed:
            continue
        for field, (_, new) in entry.changed.items():
            if field not in FIELDS or (entry.before is None and new is None):
                continue
            if entry.system == CRM:
                ways = [evidence.directions(name, field, entry.number) for name in ERPS]
                allowed = any(way in ("<>", ">") for way in ways)
            else:
                allowed = evidence.directions(entry.system, field, entry.number) in ("<>", "<")
            if not allowed:
                yield f"{field} of {entry.system}/{entry.key} was written: {entry}"


def _quiescence(evidence: Evidence) -> Iterator[str]:
    if evidence.restless:
        yield f"{evidence.restless} writes were asked for although nobody changed anything"


def _no_surprise(evidence: Evidence) -> Iterator[str]:
    yield from evidence.raised


def _no_call_in_a_transaction(evidence: Evidence) -> Iterator[str]:
    yield from evidence.rude


def _reports(evidence: Evidence) -> Iterator[str]:
    for read, counted, reasonable, reasons in evidence.reports:
        if read != counted or reasonable != reasons:
            yield f"{read} were read, {counted} counted; {reasonable} need reasons, {reasons} have"


def _secrecy(evidence: Evidence) -> Iterator[str]:
    for secret in evidence.secrets:
        yield from (text for text in evidence.said if secret in text)


def _isolation(evidence: Evidence) -> Iterator[str]:
    yield from evidence.isolation


LAWS: Final[dict[str, Law]] = {
    "convergence": _convergence,
    "quiescence": _quiescence,
    "no lost update": no_lost_update,
    "no duplicates": _no_duplicates,
    "one counterpart": _one_counterpart,
    "direction": _direction,
    "isolation": _isolation,
    "secrecy": _secrecy,
    "reports add up": _reports,
    "no surprise": _no_surprise,
    "short transactions": _no_call_in_a_transaction,
}
"""The laws by their names."""
