"""Mask: what somebody is shown of plans, questions and history that others' systems take part in.

An entity may be linked through connections of which a user sees only some. What they see is decided
on together with the rest, and told without it: no value, name or key of what is out of sight.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.frozen import FrozenDict
from erplink.domain.history import FieldChange, RecordChange
from erplink.domain.merge import FieldDecision, Option
from erplink.domain.plan import (
    Advance,
    Change,
    Create,
    Delete,
    MakeLink,
    Patch,
    Plan,
    Promise,
    Question,
    RemoveLink,
    Report,
    Step,
)
from erplink.errors import Unavailable
from erplink.sync import Issue, PassResult, Run
from erplink.sync.effort import Effort
from erplink.sync.reports import effort_from_json, report_from_json, report_to_json
from erplink.sync.status import ConnectionStatus

__all__ = ["ELSEWHERE", "Mask"]

ELSEWHERE: Final = "another system"
"""What a system out of sight is called."""


def _names(names: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(names)


@frozen
class Mask:
    """Leaves out what belongs to systems that are not seen, and calls the others by their names."""

    #: The systems that are seen, the CRM among them; None for all that there are or were.
    seen: frozenset[str] | None
    #: The systems that are not, as far as they are known: no text has their names.
    hidden: frozenset[str] = frozenset()
    #: What the connections that are seen are called; an id says nothing to a person.
    names: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_names)

    def __bool__(self) -> bool:
        """Whether anything might be hidden, or is called otherwise than by its id."""
        return self.seen is not None or bool(self.names)

    def shows(self, system: str) -> bool:
        """Whether a system is seen."""
        return self.seen is None or system in self.seen

    def text(self, text: str) -> str:
        """The sentence with names for ids, and without those of hidden systems."""
        for system in sorted(self.hidden, key=len, reverse=True):
            text = text.replace(system, ELSEWHERE)
        for system in sorted(self.names, key=len, reverse=True):
            if system in text:
                # Only where it stands alone: a short id may be a part of other words.
                name = self.names[system].replace("\\", "\\\\")
                text = re.sub(rf"(?<![\w/-]){re.escape(system)}(?![\w/-])", name, text)
        return text

    def system(self, system: str | None) -> str | None:
        """The system, by its name or as one elsewhere."""
        return system if system is None or self.shows(system) else ELSEWHERE

    # results --------------------------------------------------------------------------------------

    def report(self, report: Report) -> Report:
        """The totals, without what was changed out of sight."""
        if not self:
            return report
        reasons: Counter[str] = Counter()
        for reason, count in report.reasons.items():
            reasons[self.text(reason)] += count
        hidden = tuple(f"{system}." for system in self.hidden)
        changes = {
            key: count for key, count in report.changes.items() if not key.startswith(hidden)
        }
        return evolve(report, reasons=reasons, changes=changes)

    def effort(self, effort: Effort) -> Effort:
        """What it cost, as far as it went to systems that are seen."""
        requests = {key: count for key, count in effort.requests.items() if self.shows(key)}
        waited = {key: seconds for key, seconds in effort.waited.items() if self.shows(key)}
        return evolve(effort, requests=requests, waited=waited)

    def run(self, run: Run) -> Run:
        """What is told of a run."""
        if not self:
            return run
        report = ""
        if run.report:
            cost = self.effort(effort_from_json(run.report))
            report = report_to_json(self.report(report_from_json(run.report)), cost)
        return evolve(run, reason=self.text(run.reason), report=report)

    def result(self, result: PassResult) -> PassResult:
        """How a pass ended; the trouble of a system out of sight is not told."""
        if not self:
            return result
        told = evolve(
            result,
            run=self.run(result.run),
            report=self.report(result.report),
            effort=self.effort(result.effort),
            settled=result.settled if self.seen is None else (),
        )
        if not result.system or self.shows(result.system):
            return told
        trouble = result.trouble and Unavailable(f"{ELSEWHERE} could not be reached")
        return evolve(told, system=ELSEWHERE, trouble=trouble)

    def status(self, status: ConnectionStatus) -> ConnectionStatus:
        """How a connection is doing."""
        return evolve(status, last=self.text(status.last))

    # questions ------------------------------------------------------------------------------------

    def issue(self, issue: Issue) -> Issue:
        """A question with the answers that the user may give, and none of what they do not see."""
        if not self:
            return issue
        options = {
            name: self.text(label)
            for name, label in issue.options.items()
            if name not in self.hidden
        }
        return evolve(issue, text=self.text(issue.text), options=options)

    # history --------------------------------------------------------------------------------------

    def row(self, row: RecordChange) -> RecordChange:
        """What was written to a record, without what others held."""
        if not self:
            return row
        return evolve(row, changes=[self._field(change) for change in row.changes])

    def _field(self, change: FieldChange) -> FieldChange:
        return evolve(
            change,
            sides=[side for side in change.sides if self.shows(side.system)],
            lost=[lost for lost in change.lost if self.shows(lost.system)],
            winner=self.system(change.winner),
            reason=self.text(change.reason),
        )

    # plans ----------------------------------------------------------------------------------------

    def plan(self, plan: Plan) -> Plan:
        """The plan as it is shown; what is carried out is the whole."""
        if not self:
            return plan
        steps = [step for step in plan.steps if not self._hides(step)]
        kept = frozenset(step.id for step in steps)
        return Plan(
            [self._step(step, kept) for step in steps],
            [self._question(each) for each in plan.questions if not self._names(each.record)],
            map(self.text, plan.problems),
        )

    def _names(self, text: str) -> bool:
        """Whether a name of a link or record has a hidden system in it."""
        return any(f"{system}/" in text for system in self.hidden)

    def _hides(self, step: Step) -> bool:
        match step:
            case Create(system=system):
                return not self.shows(system)
            case Patch(target=target) | Delete(target=target):
                return not self.shows(target.system)
            case MakeLink() | RemoveLink() | Advance():
                return self._names(step.id)

    def _step(self, step: Step, kept: frozenset[str]) -> Step:
        match step:
            case Create() | Patch():
                return evolve(step, changes=self._changes(step.changes))
            case Advance():
                return evolve(step, promises=self._promises(step.promises, kept))
            case RemoveLink() | Delete():
                return evolve(step, reason=self.text(step.reason))
            case MakeLink():
                return step

    def _changes(self, changes: Iterable[Change]) -> list[Change]:
        return [evolve(change, reason=self.text(change.reason)) for change in changes]

    def _promises(self, promises: Iterable[Promise], kept: frozenset[str]) -> list[Promise]:
        return [evolve(promise, needs=promise.needs & kept) for promise in promises]

    def _question(self, question: Question) -> Question:
        places = {system: place for system, place in question.places.items() if self.shows(system)}
        return evolve(question, decision=self._decision(question.decision), places=places)

    def _decision(self, decision: FieldDecision) -> FieldDecision:
        return evolve(
            decision,
            reason=self.text(decision.reason),
            winner=self.system(decision.winner),
            writes=tuple(each for each in decision.writes if self.shows(each.system)),
            agreements=tuple(e for e in decision.agreements if self.shows(e.system)),
            options=tuple(
                self._option(each) for each in decision.options if self.shows(each.system)
            ),
            sides=tuple(each for each in decision.sides if self.shows(each.system)),
            problems=tuple(map(self.text, decision.problems)),
        )

    def _option(self, option: Option) -> Option:
        return evolve(
            option,
            writes=tuple(each for each in option.writes if self.shows(each.system)),
            agreements=tuple(
                evolve(each, needs=frozenset(filter(self.shows, each.needs)))
                for each in option.agreements
                if self.shows(each.system)
            ),
        )
