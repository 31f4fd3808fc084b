"""The resolver: one field, the CRM and any number of linked ERPs, and what becomes of it.

Two sides are the common case and no special one: the CRM and one ERP are simply n = 1 links.
The first link, which has no base, is the same function too.

Who contends for the field:

* an ERP that moved from its own agreed value, where the direction lets it speak, or where the
  CRM moved too;
* the CRM, where it moved from what it agreed on with some link, unless an ERP moved that had
  already agreed to the CRM's value: whoever edits what they have seen supersedes it.

Without a base nothing was agreed on: every filled value counts as moved, and an empty one does
not, for nobody is known to have emptied it.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from erplink.domain.canonical import text_key
from erplink.domain.links import Pin
from erplink.domain.merge.decision import (
    PERSON,
    Chosen,
    FieldDecision,
    Option,
    Outcome,
    SideView,
)
from erplink.domain.merge.following import Following, Source
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.standing import LinkedField, Standing, said
from erplink.domain.policy import Conflict, Contender, Policy, Rule, Ruling
from erplink.domain.records import CRM, Mark
from erplink.domain.values import UNSET, Maybe, Value

__all__ = ["answer_field", "merge_field"]


def merge_field(
    crm: Maybe, sides: Sequence[LinkedField], policy: Policy, *, crm_mark: Mark = None
) -> FieldDecision | None:
    """Decide a field of the CRM against the ``sides`` it is linked to; None if all is as agreed."""
    return _Case(crm, crm_mark, [Standing(crm, side) for side in sides], policy).decide()


def answer_field(crm: Maybe, sides: Sequence[LinkedField], policy: Policy, answer: Value) -> Option:
    """What follows once a person says that ``answer``, in the CRM's words, is right."""
    return _Case(crm, None, [Standing(crm, side) for side in sides], policy).answered(answer)


class _Case:
    """One merge in progress."""

    def __init__(
        self, crm: Maybe, crm_mark: Mark, standings: list[Standing], policy: Policy
    ) -> None:
        self.crm, self.crm_mark, self.policy = crm, crm_mark, policy
        self.all = standings
        self.usable = [each for each in standings if not each.problem]
        self.problems: list[str] = [each.problem for each in standings if each.problem]
        self.pair = standings[0].side.pair

    def decide(self) -> FieldDecision | None:
        pinned = [
            each for each in self.usable if each.side.pin is Pin.ERP and each.reading is not UNSET
        ]
        if pinned:
            return self._pinned(pinned)
        if self._all_pinned_to_crm():
            return self._settled(said(self.crm), Chosen.PIN, "pinned to the CRM", CRM)
        erps = [each for each in self.usable if each.contends]
        crm = self._crm_contends(erps)
        if not erps and not crm:
            return self._nobody_contends()
        if len(erps) + crm == 1:
            return self._alone(erps)
        if self._all_agree(erps, crm=crm):
            return self._together(erps, crm=crm)
        return self._conflict(erps, crm=crm)

    def _all_pinned_to_crm(self) -> bool:
        pinned = [each for each in self.usable if each.side.pin is Pin.CRM]
        return self.crm is not UNSET and bool(pinned) and pinned == self.usable

    # who takes part -----------------------------------------------------------------------------

    def _crm_contends(self, erps: list[Standing]) -> bool:
        superseded = any(each.side.pair.may_to_crm and not each.crm_moved for each in erps)
        return not superseded and any(each.crm_moved for each in self.usable)

    def _all_agree(self, erps: list[Standing], *, crm: bool) -> bool:
        if crm:
            return all(each.holds(self.crm) for each in erps)
        same = self.pair.crm.same
        return all(same(one.reading, other.reading) for one, other in combinations(erps, 2))

    # who wins -----------------------------------------------------------------------------------

    def _pinned(self, pinned: list[Standing]) -> FieldDecision | None:
        first = self._highest(pinned)
        system = first.side.system
        return self._settled(first.crm_words(), Chosen.PIN, f"pinned to {system}", first)

    def _nobody_contends(self) -> FieldDecision | None:
        if self.crm is not UNSET and any(each.strays(self.crm) for each in self.usable):
            return self._settled(said(self.crm), Chosen.PIN, "pinned to the CRM", CRM)
        if not any(each.has_news for each in self.all):
            return None
        if self.usable and all(each.holds(self.crm) for each in self.usable):
            return self._settled(said(self.crm), Chosen.AGREED, "every side holds the same")
        return self._without_effect(Chosen.DIRECTION, "the direction leads elsewhere")

    def _alone(self, erps: list[Standing]) -> FieldDecision | None:
        if erps:
            reason = f"only {erps[0].side.system} moved"
            return self._settled(said(erps[0].reading), Chosen.ONE_SIDE, reason, erps[0])
        return self._settled(said(self.crm), Chosen.ONE_SIDE, "only the CRM moved", CRM)

    def _together(self, erps: list[Standing], *, crm: bool) -> FieldDecision | None:
        reason = "every side that moved holds the same"
        if crm:
            return self._settled(said(self.crm), Chosen.AGREED, reason)
        first = self._highest(erps)
        return self._settled(said(first.reading), Chosen.AGREED, reason, first)

    def _conflict(self, erps: list[Standing], *, crm: bool) -> FieldDecision | None:
        rule = self._rule(erps)
        if rule == Rule.UNION and self._can_be_united(erps):
            reason = "what any side added, without what any side removed"
            return self._settled(_union(self.pair, self.crm, erps), rule, reason)
        conflict = self._described(erps, crm=crm)
        verdict = self.policy.judge(rule, conflict)
        if verdict.ruling is Ruling.KEEPS:
            return self._without_effect(rule, verdict.reason)
        if verdict.ruling is Ruling.ASKS:
            return self._asked(conflict, rule, verdict.reason)
        source = self._source(verdict.winner)
        return self._settled(verdict.value, rule, verdict.reason, source)

    def _highest(self, standings: list[Standing]) -> Standing:
        position = self.policy.ranking.position
        return min(standings, key=lambda each: position(each.side.system))

    def _rule(self, erps: list[Standing]) -> str:
        # Where links disagree on the rule, the higher ranked one's counts; a person beats all.
        if any(each.side.pair.rule == Rule.ASK for each in erps):
            return Rule.ASK
        return self._highest(erps).side.pair.rule

    def _described(self, erps: list[Standing], *, crm: bool) -> Conflict:
        contenders = [each.contender() for each in erps]
        if crm:
            speaks = any(each.side.pair.may_to_erp and each.crm_moved for each in self.usable)
            mine = Contender(CRM, said(self.crm), self.crm_mark, may_speak=speaks)
            contenders.insert(0, mine)
        agreed = next((each.side.agreed for each in erps if each.side.agreed is not None), None)
        base = None if agreed is None else agreed.crm
        return Conflict(self.pair.crm_key, tuple(contenders), base, has_base=agreed is not None)

    def _source(self, winner: str | None) -> Source:
        for each in self.usable:
            if each.side.system == winner and each.contends:
                return each
        return CRM if winner == CRM else None

    # what follows -------------------------------------------------------------------------------

    def _settled(
        self, value: Value, rule: str, reason: str, source: Source = None
    ) -> FieldDecision | None:
        winner = source.side.system if isinstance(source, Standing) else source
        follow = self._follow(value, source, rule)
        if follow.blocked:
            return self._nothing_follows(rule, follow.blocked)
        self.problems += follow.problems
        if not follow.writes and not follow.agreements:
            return self._nothing_follows(rule, reason)
        agreements = tuple(follow.agreements)
        if not follow.writes:
            outcome, rule, reason = Outcome.AGREED, Chosen.AGREED, "every side holds the same"
            return self._decision(outcome, rule, reason, value=value, agreements=agreements)
        more = {"value": value, "winner": winner, "writes": tuple(follow.writes)}
        return self._decision(Outcome.WRITE, rule, reason, agreements=agreements, **more)

    def _nothing_follows(self, rule: str, reason: str) -> FieldDecision | None:
        moved = any(each.moved or each.crm_moved for each in self.usable)
        return self._without_effect(rule, reason) if moved or self.problems else None

    def _without_effect(self, rule: str, reason: str) -> FieldDecision:
        outcome = Outcome.PROBLEM if self.problems else Outcome.KEEP
        return self._decision(outcome, rule, reason)

    def answered(self, answer: Value) -> Option:
        """A person's own value as one more option."""
        value = self.pair.crm.canonical(answer)
        follow = self._follow(value, None, Rule.ASK)
        return Option(PERSON, value, tuple(follow.writes), tuple(follow.agreements))

    def _asked(self, conflict: Conflict, rule: str, reason: str) -> FieldDecision:
        options = []
        for contender in conflict.contenders:
            source = self._source(contender.system)
            follow = self._follow(contender.value, source, rule)
            writes, agreements = tuple(follow.writes), tuple(follow.agreements)
            options.append(Option(contender.system, contender.value, writes, agreements))
        return self._decision(Outcome.ASK, rule, reason, options=tuple(options))

    def _can_be_united(self, erps: list[Standing]) -> bool:
        values = (said(self.crm), *(each.reading for each in erps))
        single = not self.pair.many_valued
        return not single and all(value is None or isinstance(value, tuple) for value in values)

    def _follow(self, value: Value, source: Source, rule: str) -> Following:
        return Following(value, source, rule, self.crm, self.usable)

    def _decision(self, outcome: Outcome, rule: str, reason: str, **more: Any) -> FieldDecision:
        return FieldDecision(
            self.pair.crm_key,
            outcome,
            rule,
            reason,
            sides=self._views(),
            problems=tuple(self.problems),
            **more,
        )

    def _views(self) -> tuple[SideView, ...]:
        bases = [each.side.agreed for each in self.all if each.side.agreed is not None]
        moved = any(each.crm_moved for each in self.all)
        base: Maybe = bases[0].crm if bases else UNSET
        crm = SideView(CRM, self.crm, base, moved, self.crm_mark)
        return (crm, *(each.view() for each in self.all))


def _union(pair: FieldPair, crm: Maybe, erps: list[Standing]) -> Value:
    (field,) = pair.crm.fields
    key_of = text_key(field)

    def keyed(value: Maybe) -> dict[str, str]:
        texts = value if isinstance(value, tuple) else ()
        return {key_of(str(text)): str(text) for text in texts}

    mine = keyed(crm)
    united, added, removed = dict(mine), set[str](), set[str]()
    for each in erps:
        agreed, theirs = each.side.agreed, keyed(each.reading)
        before = keyed(agreed.crm if agreed else None)
        before_there = keyed(pair.as_read(agreed.erp) if agreed else None)
        added |= (mine.keys() - before.keys()) | (theirs.keys() - before_there.keys())
        removed |= (before.keys() - mine.keys()) | (before_there.keys() - theirs.keys())
        united = theirs | united
    # What one side added again outlives its removal on the other: a union loses nothing new.
    return (
        tuple(united[key] for key in _in_order(mine, united) if key not in removed - added) or None
    )


def _in_order(first: Iterable[str], then: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys((*first, *then))
