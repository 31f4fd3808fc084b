"""Plan: all that would be done, as a value: print it, settle it, store it, apply it later."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from typing import Final, TypeVar

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.merge import Option
from erplink.domain.plan.question import Question
from erplink.domain.plan.steps import (
    Advance,
    Create,
    Delete,
    MakeLink,
    Patch,
    RemoveLink,
    Step,
)
from erplink.errors import BadName, BadPlan

__all__ = ["STEP_KINDS", "Plan"]

T = TypeVar("T")

STEP_KINDS: Final[Mapping[type, str]] = {
    Create: "create",
    Patch: "patch",
    MakeLink: "link",
    Advance: "advance",
    RemoveLink: "unlink",
    Delete: "delete",
}
"""The word for each kind of step, in the order in which they go where nothing else decides."""

_ORDER: Final = {kind: position for position, kind in enumerate(STEP_KINDS)}


def _ordered(steps: Iterable[Step]) -> tuple[Step, ...]:
    folded = _folded(steps)
    if not folded:
        return ()
    after = {name: _goes_after(step) & folded.keys() for name, step in folded.items()}
    first = {name for name, before in after.items() if not before}
    if all(before <= first for before in after.values()):
        # Most plans are two layers deep, at most: writes, and what is remembered of them.
        rest = (folded[name] for name in folded if name not in first)
        return (*sorted(map(folded.__getitem__, first), key=_place), *sorted(rest, key=_place))
    graph: TopologicalSorter[str] = TopologicalSorter()
    for name, before in after.items():
        graph.add(name, *before)
    try:
        graph.prepare()
    except CycleError as error:
        raise BadPlan(f"steps wait for one another: {' -> '.join(error.args[1])}") from None
    ordered: list[Step] = []
    while graph.is_active():
        ready = [folded[each] for each in graph.get_ready()]
        ordered += sorted(ready, key=_place)
        graph.done(*(step.id for step in ready))
    return tuple(ordered)


def _place(step: Step) -> tuple[int, str]:
    return _ORDER[type(step)], step.id


def _folded(steps: Iterable[Step]) -> dict[str, Step]:
    """One step per name: two writes to one record become one, and so do two advances of a link."""
    folded: dict[str, Step] = {}
    for step in steps:
        twin = folded.get(step.id)
        folded[step.id] = step if twin is None or twin == step else _fold(twin, step)
    return folded


def _fold(one: Step, other: Step) -> Step:
    match one, other:
        case Create(), Create() if one.parent == other.parent:
            changes = (*one.changes, *other.changes)
            return evolve(one, values=_laid_over(one, one.values, other.values), changes=changes)
        case Patch(), Patch() if one.expects == other.expects:
            changes = (*one.changes, *other.changes)
            return evolve(one, patch=_laid_over(one, one.patch, other.patch), changes=changes)
        case Advance(), Advance() if one.expects == other.expects:
            promises = {promise.field: promise for promise in one.promises}
            more = {promise.field: promise for promise in other.promises}
            return evolve(one, promises=_laid_over(one, promises, more).values())
        case _:
            raise BadPlan(f"two steps are both {one.id!r} and cannot be one")


def _laid_over(step: Step, one: Mapping[str, T], other: Mapping[str, T]) -> dict[str, T]:
    clash = sorted(key for key in one.keys() & other.keys() if one[key] != other[key])
    if clash:
        raise BadPlan(f"{step.id}: says two things about {', '.join(clash)}")
    return {**one, **other}


def _waits_for(step: Step) -> set[str]:
    """The steps without which ``step`` has no sense."""
    match step:
        case Create(parent=str() as parent):
            return {parent}
        case MakeLink(entity=entity, actor=actor):
            return {each for each in (entity, actor) if isinstance(each, str)}
        case Advance(promises=promises):
            return set[str]().union(*(promise.needs for promise in promises))
        case _:
            return set()


def _goes_after(step: Step) -> set[str]:
    """The steps that come before ``step`` where they are in its plan."""
    waits_for = _waits_for(step)
    return waits_for | {f"link {step.link}"} if isinstance(step, Advance) else waits_for


def _questions(questions: Iterable[Question]) -> tuple[Question, ...]:
    return tuple(questions)


def _sentences(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(sentences)


@frozen(repr=False)
class Plan:
    """Steps in the order they may be done, questions for a person, and what could not be planned.

    A plan holds one write per record: steps given for the same record are folded into one, and
    steps that contradict one another are refused.
    """

    steps: tuple[Step, ...] = attr(default=(), converter=_ordered)
    questions: tuple[Question, ...] = attr(default=(), converter=_questions)
    #: What could not be planned, a sentence each.
    problems: tuple[str, ...] = attr(default=(), converter=_sentences)

    def __attrs_post_init__(self) -> None:
        """Refuse steps that wait for a step of no plan, and questions asked twice."""
        ids = {step.id for step in self.steps}
        for step in self.steps:
            missing = sorted(_waits_for(step) - ids)
            if missing:
                raise BadPlan(f"{step.id}: waits for {missing[0]!r}, which is not in the plan")
        asked = Counter(question.id for question in self.questions)
        for name, times in asked.items():
            if times > 1:
                raise BadPlan(f"the question {name!r} is asked {times} times")

    @classmethod
    def joined(cls, plans: Iterable["Plan"]) -> "Plan":
        """One plan that does what all of ``plans`` do."""
        return reduce(Plan.__add__, plans, cls())

    def __add__(self, other: "Plan") -> "Plan":
        """One plan that does what both do."""
        return Plan(
            (*self.steps, *other.steps),
            (*self.questions, *other.questions),
            (*self.problems, *other.problems),
        )

    def __bool__(self) -> bool:
        """Whether there is anything to do, to decide or to tell."""
        return bool(self.steps or self.questions or self.problems)

    def step(self, name: str) -> Step:
        """The step with the id ``name``."""
        for step in self.steps:
            if step.id == name:
                return step
        raise BadName.among("step", name, (step.id for step in self.steps))

    def question(self, name: str) -> Question:
        """The question with the id ``name``."""
        for question in self.questions:
            if question.id == name:
                return question
        asked = (question.id for question in self.questions)
        raise BadPlan(str(BadName.among("question", name, asked)))

    @property
    def writes(self) -> int:
        """How many records would be written."""
        return sum(isinstance(step, Create | Patch | Delete) for step in self.steps)

    def counts(self) -> dict[str, int]:
        """How many steps there are of each kind, and how many questions and problems."""
        counted = Counter(STEP_KINDS[type(step)] for step in self.steps)
        kinds = {kind: counted[kind] for kind in STEP_KINDS.values()}
        return {**kinds, "question": len(self.questions), "problem": len(self.problems)}

    def settle(self, question: str, answer: str | Option) -> "Plan":
        """The plan with one question answered; what follows is folded into the existing steps.

        The answer is the system whose value is right, or an option that :meth:`Merger.answer`
        made from a value that no side held.
        """
        asked = self.question(question)
        rest = tuple(each for each in self.questions if each is not asked)
        steps = asked.steps_for(asked.option(answer) if isinstance(answer, str) else answer)
        return evolve(self, steps=(*self.steps, *steps), questions=rest)

    def dismiss(self, question: str) -> "Plan":
        """The plan with one question left as it is: every side keeps its value for now."""
        asked = self.question(question)
        return evolve(self, questions=tuple(each for each in self.questions if each is not asked))

    def explain(self) -> str:
        """What would be done and why, line by line."""
        lines = [line for step in self.steps for line in _explained(step)]
        lines += [line for question in self.questions for line in question.explain()]
        lines += [f"problem: {problem}" for problem in self.problems]
        return "\n".join(lines) or "nothing to do"

    def __repr__(self) -> str:
        """The counts that are not zero."""
        counts = ", ".join(f"{count} {kind}" for kind, count in self.counts().items() if count)
        return f"Plan({counts or 'nothing to do'})"


def _explained(step: Step) -> list[str]:
    version = getattr(step, "expects", None)
    lines = [step.id if version is None else f"{step.id} (if still at version {version})"]
    if isinstance(step, Create | Patch):
        lines += [f"  {change}" for change in step.changes]
    if isinstance(step, Advance):
        lines += [f"  {promise}" for promise in step.promises]
    if isinstance(step, Delete | RemoveLink) and step.reason:
        lines.append(f"  {step.reason}")
    return lines
