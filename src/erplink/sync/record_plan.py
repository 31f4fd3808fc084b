"""RecordPlan: what is to be done about one record, with all that is needed to finish it later."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import FieldDecision
from erplink.domain.plan import (
    Create,
    Delete,
    MakeLink,
    Patch,
    Plan,
    RemoveLink,
    StepOutcome,
    StepResult,
    decision_from_data,
    decision_to_data,
    plan_from_data,
    plan_to_data,
)
from erplink.sync.rails import Tally
from erplink.sync.state import GONE, FeedName, Issue

__all__ = ["RecordPlan", "Write"]

Write = Create | Patch | Delete
"""The steps that ask a system to do something."""


def _outcomes(outcomes: Mapping[str, StepOutcome]) -> FrozenDict[str, StepOutcome]:
    return FrozenDict(outcomes)


@frozen(kw_only=True)
class RecordPlan:
    """The plan for one record, the decisions it came from, and what was done of it so far."""

    #: The name under which nobody else decides about it meanwhile.
    record: str
    #: By which it is looked at again, should it come to nothing.
    feed: FeedName
    key: str
    plan: Plan
    #: What its history will tell.
    decisions: tuple[FieldDecision, ...] = ()
    #: What the record looked like, to be kept once nothing is left to do.
    fingerprint: bytes = b""
    #: Which marking of the record was seen: a later one is not settled with it.
    marked: int = 0
    #: What a person is asked about it besides the questions of the plan.
    issues: tuple[Issue, ...] = ()
    #: Whether a person made it: it is carried out as a whole, or nothing is tied by it.
    personal: bool = False
    #: What became of its steps so far, by step.
    outcomes: FrozenDict[str, StepOutcome] = attr(factory=FrozenDict, converter=_outcomes)

    @property
    def writes(self) -> tuple[Write, ...]:
        """The steps that ask a system to do something, in their order."""
        return tuple(step for step in self.plan.steps if isinstance(step, Write))

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which nobody else decides meanwhile: its own, and what it ties."""
        tied = (
            str(each)
            for step in self.plan.steps
            if isinstance(step, MakeLink)
            for each in (step.entity, step.actor)
            if not isinstance(each, str)
        )
        return tuple(dict.fromkeys((self.record, *tied)))

    @property
    def failed(self) -> bool:
        """Whether a write of it came to nothing, or may have."""
        return any(each.result is not StepResult.CONFIRMED for each in self.outcomes.values())

    @property
    def tally(self) -> Tally:
        """How much it would do."""
        return Tally.of(self.plan)

    @property
    def open_writes(self) -> tuple[Write, ...]:
        """The writes of which it is not known what became of them."""
        return tuple(step for step in self.writes if not self._is_known(step.id))

    @property
    def evidence(self) -> str:
        """What the record looked like, or that it was gone, for when it is looked at again."""
        gone = any(isinstance(step, RemoveLink) for step in self.plan.steps)
        return GONE if gone else self.fingerprint.hex()

    def resumed(self) -> "RecordPlan | None":
        """The same with the writes open again that were surely not done, if those are all it needs.

        What a person decided is gone through with after a crash, or an answer that was lost.
        """
        again = {StepResult.UNAVAILABLE, StepResult.SKIPPED}
        results = {each.result for each in self.outcomes.values()}
        if not self.personal or not results & again or results - again - {StepResult.CONFIRMED}:
            return None
        kept = {name: each for name, each in self.outcomes.items() if each.result not in again}
        return evolve(self, outcomes=kept)

    def whole(self) -> "RecordPlan":
        """The plan itself: nothing about it is left out."""
        return self

    def with_outcomes(self, done: Mapping[str, StepOutcome]) -> "RecordPlan":
        """The same with what became of its writes, of which others may be told of too."""
        mine = {step.id: done[step.id] for step in self.writes if step.id in done}
        return evolve(self, outcomes={**self.outcomes, **mine})

    def _is_known(self, step: str) -> bool:
        outcome = self.outcomes.get(step)
        return outcome is not None and outcome.result is not StepResult.UNKNOWN

    def to_json(self) -> str:
        """The whole as one text for the journal."""
        data = {
            "record": self.record,
            "feed": [self.feed.connection, self.feed.actor_kind, self.feed.side.value],
            "key": self.key,
            "plan": plan_to_data(self.plan),
            "decisions": [decision_to_data(each) for each in self.decisions],
            "fingerprint": self.fingerprint.hex(),
            "marked": self.marked,
            "outcomes": [_outcome_to_data(each) for each in self.outcomes.values()],
            "issues": [_issue_to_data(each) for each in self.issues],
            "personal": self.personal,
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "RecordPlan":
        """The record's plan that a text of the journal tells of."""
        data = json.loads(text)
        outcomes = (_outcome_from_data(each) for each in data["outcomes"])
        return cls(
            record=data["record"],
            feed=FeedName(*data["feed"]),
            key=data["key"],
            plan=plan_from_data(data["plan"]),
            decisions=tuple(decision_from_data(each) for each in data["decisions"]),
            fingerprint=bytes.fromhex(data["fingerprint"]),
            marked=data["marked"],
            personal=data.get("personal", False),
            outcomes={each.step: each for each in outcomes},
            issues=tuple(_issue_from_data(each) for each in data["issues"]),
        )


def _issue_to_data(issue: Issue) -> dict[str, Any]:
    feed = issue.feed
    return {
        "id": issue.id,
        "kind": issue.kind.value,
        "record": issue.record,
        "feed": [feed.connection, feed.actor_kind, feed.side.value],
        "key": issue.key,
        "text": issue.text,
        "options": dict(issue.options),
        "asked_at": issue.asked_at.isoformat(),
    }


def _issue_from_data(data: dict[str, Any]) -> Issue:
    feed, asked_at = FeedName(*data["feed"]), datetime.fromisoformat(data["asked_at"])
    return Issue(**{**data, "feed": feed, "asked_at": asked_at})


def _outcome_to_data(outcome: StepOutcome) -> dict[str, Any]:
    return {
        "step": outcome.step,
        "result": outcome.result.value,
        "stored": {key: encode_value(value) for key, value in outcome.stored.items()},
        "version": outcome.version,
        "key": outcome.key,
        "reason": outcome.reason,
        "code": outcome.code,
        "unsure": outcome.unsure,
    }


def _outcome_from_data(data: dict[str, Any]) -> StepOutcome:
    stored: dict[str, Any] = {key: decode_value(value) for key, value in data["stored"].items()}
    return StepOutcome(
        data["step"],
        StepResult(data["result"]),
        stored,
        data["version"],
        data["key"],
        data["reason"],
        data.get("code", ""),
        data.get("unsure", ()),
    )
