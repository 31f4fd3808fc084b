"""OpenQuestion: what waits for a person, with what every side holds and last agreed on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import SideView
from erplink.domain.plan import Question
from erplink.domain.policy import Conflict, Contender, Policy, Ruling
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Maybe, Value
from erplink.errors import InputError, PluginError, SessionError
from erplink.hub.masking import Mask
from erplink.sync import Engine, Issue, IssueKind

__all__ = ["OpenQuestion", "answer_by", "asked_now", "field_of", "questions_of"]

Asked = Mapping[str, Question | str]
"""By the id of an issue: the question as it would be asked now, or why it cannot be told."""


def _sides(sides: Iterable[SideView]) -> tuple[SideView, ...]:
    return tuple(sides)


@frozen(kw_only=True, repr=False)
class OpenQuestion:
    """A question that waits in the store, with what is there now."""

    issue: Issue
    #: What every side holds now and held when it last agreed, and when it moved; the CRM first.
    sides: tuple[SideView, ...] = attr(default=(), converter=_sides)
    #: Why nothing is told of the sides; empty where something is.
    note: str = ""

    @property
    def id(self) -> str:
        """The question's name, by which it is settled."""
        return self.issue.id

    @property
    def kind(self) -> IssueKind:
        """What it is about: a field, a counterpart, or whether a record was made."""
        return self.issue.kind

    @property
    def record(self) -> str:
        """The record it is about."""
        return self.issue.record

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.issue.feed.connection

    @property
    def field(self) -> str:
        """The CRM's field that it is about; empty where it is about none."""
        return field_of(self.issue)

    @property
    def text(self) -> str:
        """The question in one sentence."""
        return self.issue.text

    @property
    def options(self) -> FrozenDict[str, str]:
        """The answers there are: a name, and a label for a person."""
        return self.issue.options

    @property
    def asked_at(self) -> datetime:
        """When it was first asked."""
        return self.issue.asked_at

    @property
    def base(self) -> Maybe:
        """What the CRM and the others last agreed on, in the CRM's words; UNSET where nothing."""
        return next((side.base for side in self.sides if side.system == CRM), UNSET)

    def __repr__(self) -> str:
        """The id and the answers."""
        return f"OpenQuestion({self.id}: {', '.join(self.options)}?)"


def field_of(issue: Issue) -> str:
    """The CRM's field that a question is about; empty where it is about none."""
    if issue.kind is not IssueKind.FIELD:
        return ""
    return issue.id.removeprefix(f"{issue.record}.")


def asked_now(engine: Engine, issues: Iterable[Issue]) -> Asked:
    """The questions as they would be asked now; provably nothing is written."""
    by_place: dict[tuple[str, str], list[Issue]] = {}
    for issue in issues:
        if issue.kind is IssueKind.FIELD:
            place = issue.feed.connection, issue.feed.actor_kind
            by_place.setdefault(place, []).append(issue)
    found: dict[str, Question | str] = {}
    for place, group in by_place.items():
        found.update(_asked(engine, place, group))
    return found


def _asked(engine: Engine, place: tuple[str, str], issues: Sequence[Issue]) -> Asked:
    sides = {issue.feed.side for issue in issues}
    records = [
        (side, list(dict.fromkeys(each.key for each in issues if each.feed.side is side)))
        for side in sorted(sides)
    ]
    try:
        plans = engine.plan(*place, records=records).plans
    except (SessionError, PluginError, InputError) as error:
        return {issue.id: str(error) for issue in issues}
    return {question.id: question for each in plans for question in each.plan.questions}


def questions_of(issues: Iterable[Issue], asked: Asked, mask: Mask) -> list[OpenQuestion]:
    """The questions as a user is shown them."""
    return [_shown(issue, asked.get(issue.id), mask) for issue in issues]


def _shown(issue: Issue, asked: Question | str | None, mask: Mask) -> OpenQuestion:
    if issue.kind is not IssueKind.FIELD:
        return OpenQuestion(issue=mask.issue(issue))
    if isinstance(asked, Question):
        sides = [side for side in asked.decision.sides if mask.shows(side.system)]
        return OpenQuestion(issue=mask.issue(issue), sides=sides)
    note = mask.text(asked or "it would not be asked any more: the next pass withdraws it")
    return OpenQuestion(issue=mask.issue(issue), note=note)


def answer_by(rule: str, question: Question, policy: Policy, mask: Mask) -> tuple[Value, str]:
    """The answer that a rule gives to a question, or why it gives none."""
    decision = question.decision
    marks = {side.system: side.mark for side in decision.sides}
    contenders = tuple(
        Contender(option.system, option.value, marks.get(option.system))
        for option in decision.options
    )
    base = next((side.base for side in decision.sides if side.system == CRM), UNSET)
    conflict = Conflict(
        decision.field, contenders, None if base is UNSET else base, has_base=base is not UNSET
    )
    verdict = policy.judge(rule, conflict)
    if verdict.ruling is not Ruling.WINS:
        return None, mask.text(verdict.reason)
    return verdict.winner or verdict.value, ""
