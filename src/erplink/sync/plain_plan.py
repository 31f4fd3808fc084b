"""PlainPlan: the plan for a record of plain fields, small while it waits and quick to keep.

It says what a :class:`RecordPlan` says, in one object instead of fifty: of each field only that it
moved, and whose value stands. Its text for the journal is that of the whole plan, so that whoever
recovers it knows of one kind of plan only; and whatever goes wrong with it goes on as a whole one.
"""

import json
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime
from typing import Any, Final, TypeAlias, TypeVar

from erplink.connectors import Record
from erplink.domain.encoding import Plain, encode_value
from erplink.domain.frozen import FrozenDict
from erplink.domain.history import FieldChange, RecordChange
from erplink.domain.links import Agreed, Link
from erplink.domain.merge import (
    Chosen,
    FieldDecision,
    LinkedRecord,
    Move,
    RecordMerge,
    SideView,
    merge_record,
)
from erplink.domain.plan import Patch, Place, Plan, StepOutcome, StepResult, plan_merge
from erplink.domain.records import CRM, ActorRef, EntityRef, Mark, Ref
from erplink.domain.values import Value, is_empty
from erplink.sync.pairing import Pairing
from erplink.sync.rails import Tally
from erplink.sync.record_plan import RecordPlan, Write
from erplink.sync.state import FeedName, Issue

__all__ = ["AnyPlan", "PlainPlan"]

T = TypeVar("T")

_Side: TypeAlias = ActorRef | EntityRef

_UNASKED: Final = StepOutcome("", StepResult.SKIPPED)

_write: Final[Callable[[Any], str]] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":")
).encode

_NOTHING: Final[FrozenDict[str, StepOutcome]] = FrozenDict()


class PlainPlan:
    """What a record's fields moved to, one side at a time, and what is known to be done of it.

    Never changed; it is no frozen attrs class only because it is made by the thousand.
    """

    __slots__ = (
        "crm_mark",
        "crm_version",
        "erp_mark",
        "erp_version",
        "feed",
        "fingerprint",
        "key",
        "link",
        "link_name",
        "marked",
        "moves",
        "outcomes",
        "pairing",
        "record",
    )

    #: A person's plan is never one of these, and nothing is asked about it.
    personal: Final = False
    issues: Final[tuple[Issue, ...]] = ()

    def __init__(  # noqa: PLR0913, PLR0917 - it is a row
        self,
        pairing: Pairing,
        feed: FeedName,
        key: str,
        link: Link,
        crm: Record,
        erp: Record,
        moves: tuple[Move, ...],
        fingerprint: bytes = b"",
        marked: int = 0,
    ) -> None:
        """Plan ``moves``, of which there is one at least, for both records of ``link``."""
        self.pairing, self.feed, self.key, self.link = pairing, feed, key, link
        #: The name under which nobody else decides about it meanwhile, and that of its link.
        self.record, self.link_name = str(link.entity), link.key
        self.crm_version, self.crm_mark = crm.version, crm.modified
        self.erp_version, self.erp_mark = erp.version, erp.modified
        self.moves, self.fingerprint, self.marked = moves, fingerprint, marked
        self.outcomes: Mapping[str, StepOutcome] = _NOTHING

    # what it says -------------------------------------------------------------------------------

    @property
    def entity(self) -> EntityRef:
        """The record in the CRM."""
        return self.link.entity

    @property
    def actor(self) -> ActorRef:
        """The record in the ERP."""
        return self.link.actor

    @property
    def names(self) -> tuple[str, ...]:
        """The names of what nobody else decides about meanwhile: its own, for it ties nothing."""
        return (self.record,)

    @property
    def evidence(self) -> str:
        """What the record looked like, for when it is looked at again."""
        return self.fingerprint.hex()

    @property
    def open_writes(self) -> tuple[Write, ...]:
        """The writes of which it is not known what became of them, and not why they are made."""
        return () if self.outcomes else self.patches()

    def writes_to(self, *, crm: bool) -> bool:
        """Whether it writes to the CRM, or to the ERP."""
        return any(stands is not None and stands is not crm for _, stands, *_ in self.moves)

    def patches(self) -> tuple[Patch, ...]:
        """Its writes, without what they are to be told by."""
        to_crm = {key: theirs for key, stands, _, _, theirs in self.moves if stands is False}
        to_erp = {key: mine for key, stands, _, mine, _ in self.moves if stands is True}
        crm = [Patch(self.entity, to_crm, self.crm_version)] if to_crm else []
        erp = [Patch(self.actor, to_erp, self.erp_version)] if to_erp else []
        one, other = self._in_order((crm, erp))
        return (*one, *other)

    def _in_order(self, sides: tuple[T, T]) -> tuple[T, T]:
        """What there is of the CRM and the ERP, in the order in which a plan has it."""
        return sides if self.actor.system > CRM else (sides[1], sides[0])

    @property
    def tally(self) -> Tally:
        """How much it would do."""
        overwritten = (
            not is_empty(mine if stands is False else theirs)
            for _, stands, _, mine, theirs in self.moves
            if stands is not None
        )
        updates = self.writes_to(crm=True) + self.writes_to(crm=False)
        return Tally(updates=updates, overwrites=sum(overwritten))

    # the whole of it ----------------------------------------------------------------------------

    def whole(self) -> RecordPlan:
        """The same with all that is said about it."""
        merged = self._merged()
        mine = Place(self.entity, self.crm_version)
        theirs = Place(self.actor, self.erp_version, self.link_name, self.link.version)
        return RecordPlan(
            record=self.record,
            feed=self.feed,
            key=self.key,
            plan=plan_merge(self.record, merged, {CRM: mine, self.actor.system: theirs}),
            decisions=tuple(each for each in merged.decisions if each.writes),
            fingerprint=self.fingerprint,
            marked=self.marked,
            outcomes=self.outcomes,
        )

    def _merged(self) -> RecordMerge:
        """The merge of what moved, which is that of the record: of the rest nothing is said."""
        merger = self.pairing.merger
        moved = {move[0]: move for move in self.moves}
        linked = LinkedRecord(
            merger.system,
            tuple(pair for pair in merger.pairs if pair.key in moved),
            {key: theirs for key, _, _, _, theirs in self.moves},
            {key: Agreed(was, was) for key, _, was, _, _ in self.moves},
            mark=self.erp_mark,
        )
        crm = {key: mine for key, _, _, mine, _ in self.moves}
        return merge_record(crm, [linked], merger.policy, crm_mark=self.crm_mark)

    @property
    def plan(self) -> Plan:
        """The plan of the whole."""
        return self.whole().plan

    @property
    def decisions(self) -> tuple[FieldDecision, ...]:
        """The decisions of the whole."""
        return self.whole().decisions

    @property
    def writes(self) -> tuple[Write, ...]:
        """The writes of the whole."""
        return self.whole().writes

    # what became of it --------------------------------------------------------------------------

    def with_outcomes(self, done: Mapping[str, StepOutcome]) -> "AnyPlan":
        """The same with what became of its writes; a whole one unless all of them are done."""
        names = self._in_order((f"patch {self.record}", f"patch {self.actor}"))
        mine = {name: done[name] for name in names if name in done}
        if any(each.result is not StepResult.CONFIRMED for each in mine.values()):
            return self.whole().with_outcomes(done)
        same = copy(self)
        same.outcomes = FrozenDict(mine)
        return same

    def agreements(self) -> dict[str, Agreed]:
        """What both sides agree on, now that all of it is done, as they told it."""
        crm, erp = self._outcome(self.entity).stored, self._outcome(self.actor).stored
        return {
            key: Agreed(
                crm.get(key, theirs) if stands is False else mine,
                erp.get(key, mine) if stands is True else theirs,
            )
            for key, stands, _, mine, theirs in self.moves
        }

    def _outcome(self, ref: Ref) -> StepOutcome:
        return self.outcomes.get(f"patch {ref}", _UNASKED)

    def history(self, run: str, principal: str, now: datetime) -> list[RecordChange]:
        """What is to be told of it, now that all of it is done."""
        link, rows = self.link_name, []
        sides: tuple[_Side, _Side] = self.entity, self.actor
        for ref in self._in_order(sides):
            outcome = self._outcome(ref)
            if outcome is not _UNASKED:
                changes = self._changes(outcome.stored, crm=ref is self.entity)
                more = run, principal, now, changes, False, outcome.version
                rows.append(RecordChange(link, ref, *more))
        return rows

    def _changes(self, told: Mapping[str, Value], *, crm: bool) -> list[FieldChange]:
        erp = self.actor.system
        system, winner = (CRM, erp) if crm else (erp, CRM)
        reason, changes = _only(winner), []
        for key, stands, was, mine, theirs in self.moves:
            if stands is None or stands is crm:
                continue
            old, new = (mine, theirs) if crm else (theirs, mine)
            sides = (
                SideView(CRM, mine, was, not crm, self.crm_mark),
                SideView(erp, theirs, was, crm, self.erp_mark),
            )
            why = (sides, Chosen.ONE_SIDE, reason, winner)
            changes.append(FieldChange(system, key, (key,), old, told.get(key, new), was, *why))
        return changes

    # its text -----------------------------------------------------------------------------------

    def to_json(self) -> str:
        """The text of the whole for the journal, to the letter, with nothing built for it."""
        if self.outcomes:
            return self.whole().to_json()
        entity, actor, feed = self.entity, self.actor, self.feed
        record, erp = self.record, actor.system
        to_crm, to_erp = f"patch {record}", f"patch {actor}"
        changes: dict[bool, list[Any]] = {False: [], True: []}
        promises, decisions = [], []
        for move in self.moves:
            key, stands, _, mine, theirs = move
            if stands is None:
                promises.append(_promise(key, encode_value(mine), encode_value(theirs), []))
                continue
            target = to_erp if stands else to_crm
            old, new = (theirs, mine) if stands else (mine, theirs)
            before, after = encode_value(old), encode_value(new)
            told = {"field": key, "old": before, "new": after}
            reason = _only(CRM if stands else erp)
            changes[stands].append({**told, "rule": Chosen.ONE_SIDE, "reason": reason})
            promises.append(_promise(key, after, after, [target]))
            decisions.append(self._decision(move, told))
        sides = (
            (entity, self.crm_version, changes[False]),
            (actor, self.erp_version, changes[True]),
        )
        steps = [_patch(*side) for side in self._in_order(sides) if side[2]]
        advance = {"link": self.link_name, "promises": promises, "expects": self.link.version}
        data = {
            "record": record,
            "feed": [feed.connection, feed.actor_kind, feed.side.value],
            "key": self.key,
            "plan": {
                "format": 1,
                "steps": [*steps, {**advance, "step": "advance"}],
                "questions": [],
                "problems": [],
            },
            "decisions": decisions,
            "fingerprint": self.fingerprint.hex(),
            "marked": self.marked,
            "outcomes": [],
            "issues": [],
            "personal": False,
        }
        return _write(data)

    def _decision(self, move: Move, told: dict[str, Any]) -> dict[str, Any]:
        key, stands, was, mine, theirs = move
        erp, base, after = self.actor.system, encode_value(was), told["new"]
        written, winner = (erp, CRM) if stands else (CRM, erp)
        return {
            "field": key,
            "outcome": "write",
            "rule": Chosen.ONE_SIDE,
            "reason": _only(winner),
            "value": after,
            "winner": winner,
            "writes": [
                {
                    "system": written,
                    "field": key,
                    "patch": {key: after},
                    "old": told["old"],
                    "new": after,
                }
            ],
            "agreements": [{"system": erp, **_promise(key, after, after, [written])}],
            "options": [],
            "sides": [
                _side(CRM, mine, base, moved=stands is True, mark=self.crm_mark),
                _side(erp, theirs, base, moved=stands is False, mark=self.erp_mark),
            ],
            "problems": [],
        }


AnyPlan: TypeAlias = RecordPlan | PlainPlan
"""What a pass has to do with one record."""


def _only(winner: str) -> str:
    return "only the CRM moved" if winner == CRM else f"only {winner} moved"


def _promise(key: str, crm: Plain, erp: Plain, needs: list[str]) -> dict[str, Any]:
    return {
        "field": key,
        "agreed": {"crm": crm, "erp": erp},
        "crm_keys": [key],
        "erp_keys": [key],
        "needs": needs,
    }


def _patch(ref: Ref, version: str | None, changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "target": [ref.system, ref.kind, ref.key],
        "patch": {change["field"]: change["new"] for change in changes},
        "expects": version,
        "changes": changes,
        "step": "patch",
    }


def _side(system: str, value: Value, base: Plain, *, moved: bool, mark: Mark) -> dict[str, Any]:
    return {
        "system": system,
        "value": encode_value(value),
        "base": base,
        "moved": moved,
        "mark": encode_value(mark),
    }
