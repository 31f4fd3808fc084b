"""Policy: who wins a field when more than one side moved, and moved apart."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.connections import Ranking
from erplink.domain.frozen import FrozenDict
from erplink.domain.records import CRM, Mark
from erplink.domain.values import Value, check_value, is_empty
from erplink.errors import BadName, BadValue

__all__ = ["Conflict", "Contender", "CustomRule", "Policy", "Rule", "Ruling", "Verdict"]


class Rule(StrEnum):
    """The rules that come with erplink; a policy may add named ones of its own."""

    #: The highest ranked side among those that moved.
    RANK = "rank"
    #: The side that moved last; a question where the clocks cannot tell.
    NEWEST = "newest"
    #: The CRM, where it moved.
    CRM = "crm"
    #: The ERP, where it moved; the highest ranked one of several.
    ERP = "erp"
    #: A filled value over an empty one; two filled ones both stay.
    FILL = "fill"
    #: What any side added, without what any side removed; for fields with many values.
    UNION = "union"
    #: A person.
    ASK = "ask"


@frozen
class Contender:
    """A side that moved, with its value in the CRM's words."""

    system: str
    value: Value
    mark: Mark = None
    #: Whether the direction lets this side's value travel to another.
    may_speak: bool = True


@frozen
class Conflict:
    """Sides that moved apart from what they last agreed on."""

    field: str
    contenders: tuple[Contender, ...]
    #: What was last agreed on, in the CRM's words; None also where nothing ever was.
    base: Value = None
    has_base: bool = True


class Ruling(Enum):
    """The three ways in which a conflict can be judged."""

    #: A value stands, on every side.
    WINS = "wins"
    #: Every side keeps its own.
    KEEPS = "keeps"
    #: A person decides.
    ASKS = "asks"


@frozen
class Verdict:
    """How a conflict was judged, and the reason in one sentence for a person."""

    ruling: Ruling
    reason: str
    #: The value that stands, in the CRM's words.
    value: Value = None
    #: Whose value it is; None for one that no side held.
    winner: str | None = None

    @classmethod
    def win(cls, contender: Contender, reason: str) -> "Verdict":
        """Let ``contender`` win."""
        return cls(Ruling.WINS, reason, contender.value, contender.system)

    @classmethod
    def stand(cls, value: Value, reason: str) -> "Verdict":
        """Let a value stand that no side held."""
        return cls(Ruling.WINS, reason, check_value(value))

    @classmethod
    def ask(cls, reason: str) -> "Verdict":
        """Leave the field to a person."""
        return cls(Ruling.ASKS, reason)

    @classmethod
    def keep(cls, reason: str) -> "Verdict":
        """Let every side keep what it has."""
        return cls(Ruling.KEEPS, reason)


CustomRule: TypeAlias = Callable[[Conflict], Verdict | Contender | None]
"""A host's own rule: a verdict, one of the contenders, or None to ask a person. Must be pure."""


def _names(rules: FrozenDict[str, CustomRule]) -> str:
    return repr(list(rules))


def _custom(rules: Mapping[str, CustomRule]) -> FrozenDict[str, CustomRule]:
    return FrozenDict(rules)


@frozen
class Policy:
    """The ranking, what clocks can be trusted with, and the host's own rules."""

    ranking: Ranking = attr(factory=Ranking)
    #: Two marks nearer than this do not say which was first.
    clock_tolerance: timedelta = timedelta(seconds=5)
    custom: FrozenDict[str, CustomRule] = attr(factory=FrozenDict, converter=_custom, repr=_names)

    def __attrs_post_init__(self) -> None:
        """Refuse a rule of the host's under a name that is taken."""
        for name in self.custom:
            if name in _RULES:
                raise BadValue("a custom rule needs a name of its own", value=repr(name))

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of all rules that a field may have."""
        return (*Rule, *self.custom)

    def judge(self, rule: str, conflict: Conflict) -> Verdict:
        """Decide ``conflict`` by ``rule``."""
        if rule in self.custom:
            return self._judge_by_host(rule, conflict)
        self.check(rule)
        return _RULES[rule](self, conflict)

    def check(self, rule: str) -> None:
        """Refuse the name of a rule that there is not."""
        if rule not in self.rules:
            raise BadName.among("rule", rule, self.rules)

    def _judge_by_host(self, rule: str, conflict: Conflict) -> Verdict:
        chosen = self.custom[rule](conflict)
        if chosen is None:
            return Verdict.ask(f"the rule {rule!r} leaves it to a person")
        if isinstance(chosen, Contender):
            return Verdict.win(chosen, f"the rule {rule!r} chose it")
        return chosen


def _highest(policy: Policy, contenders: tuple[Contender, ...]) -> Contender:
    return min(contenders, key=lambda side: policy.ranking.position(side.system))


def _by_rank(policy: Policy, conflict: Conflict) -> Verdict:
    speakers = tuple(side for side in conflict.contenders if side.may_speak)
    if not speakers:
        return Verdict.keep("no side that moved may write to another")
    if len(speakers) == 1:
        return Verdict.win(speakers[0], "the only side that moved and may write to the other")
    return Verdict.win(_highest(policy, speakers), "the highest ranked side that moved")


def _by_age(policy: Policy, conflict: Conflict) -> Verdict:
    speakers = tuple(side for side in conflict.contenders if side.may_speak)
    if len(speakers) < 2:  # noqa: PLR2004 - one alone needs no clock
        return _by_rank(policy, conflict)
    dated = [(side.mark, side) for side in speakers if isinstance(side.mark, datetime)]
    if len(dated) < len(speakers):
        return Verdict.ask("a side does not say when it moved")
    dated.sort(key=lambda pair: pair[0], reverse=True)
    if dated[0][0] - dated[1][0] <= policy.clock_tolerance:
        return Verdict.ask("the sides moved too close together for their clocks to tell")
    return Verdict.win(dated[0][1], "the side that moved last")


def _by_crm(policy: Policy, conflict: Conflict) -> Verdict:
    for side in conflict.contenders:
        if side.system == CRM:
            return Verdict.win(side, "the CRM wins this field")
    return _by_rank(policy, conflict)


def _by_erp(policy: Policy, conflict: Conflict) -> Verdict:
    # There is one: sides cannot move apart without an ERP among them.
    systems = tuple(side for side in conflict.contenders if side.system != CRM)
    return Verdict.win(_highest(policy, systems), "the ERP wins this field")


def _by_filling(_policy: Policy, conflict: Conflict) -> Verdict:
    filled = tuple(side for side in conflict.contenders if not is_empty(side.value))
    if len(filled) == 1:
        return Verdict.win(filled[0], "the only filled value")
    return Verdict.keep("filled values are never overwritten")


def _by_asking(_policy: Policy, conflict: Conflict) -> Verdict:
    sides = " and ".join(side.system for side in conflict.contenders)
    return Verdict.ask(f"{sides} moved apart")


_RULES: Final[dict[str, Callable[[Policy, Conflict], Verdict]]] = {
    Rule.RANK: _by_rank,
    Rule.NEWEST: _by_age,
    Rule.CRM: _by_crm,
    Rule.ERP: _by_erp,
    Rule.FILL: _by_filling,
    Rule.ASK: _by_asking,
    # Values are united where they are merged; what cannot be united is asked.
    Rule.UNION: _by_asking,
}
