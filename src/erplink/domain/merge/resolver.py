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

from collections.abc import Sequence
from itertools import combinations
from typing import Any

from erplink.domain.fields import Sort
from erplink.domain.keys import key_of_sort
from erplink.domain.links import Agreed, Pin
from erplink.domain.merge.decision import (
    Agreement,
    Chosen,
    FieldDecision,
    FieldWrite,
    Option,
    Outcome,
    SideView,
)
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.standing import LinkedField, Standing, said
from erplink.domain.policy import Conflict, Contender, Policy, Rule, Ruling
from erplink.domain.records import CRM, Mark
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadValue

__all__ = ["merge_field"]


def merge_field(
    crm: Maybe, sides: Sequence[LinkedField], policy: Policy, *, crm_mark: Mark = None
) -> FieldDecision | None:
    """Decide one field of the CRM against the ``sides`` it is linked to; None if all is as agreed."""
    return _Case(crm, crm_mark, [Standing(crm, side) for side in sides], policy).decide()


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
        erps = [each for each in self.usable if each.contends]
        crm = self._crm_contends(erps)
        if not erps and not crm:
            return self._nobody_contends()
        if len(erps) + crm == 1:
            return self._alone(erps)
        if self._all_agree(erps, crm=crm):
            return self._together(erps, crm=crm)
        return self._conflict(erps, crm=crm)

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
        return self._settled(said(first.reading), Chosen.PIN, f"pinned to {system}", first)

    def _nobody_contends(self) -> FieldDecision | None:
        if any(each.side.pin is Pin.CRM and each.moved for each in self.usable):
            return self._settled(said(self.crm), Chosen.PIN, "pinned to the CRM", CRM)
        if any(each.side.agreed is None for each in self.usable):
            return self._settled(said(self.crm), Chosen.AGREED, "there is nothing on any side")
        if self.problems or any(each.moved for each in self.usable):
            return self._without_effect(Chosen.DIRECTION, "the direction leads elsewhere")
        return None

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
        if rule == Rule.UNION:
            return self._united(erps)
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

    def _source(self, winner: str | None) -> Standing | str | None:
        for each in self.usable:
            if each.side.system == winner and each.contends:
                return each
        return CRM if winner == CRM else None

    # what follows -------------------------------------------------------------------------------

    def _settled(
        self, value: Value, rule: str, reason: str, source: Standing | str | None = None
    ) -> FieldDecision | None:
        winner = source.side.system if isinstance(source, Standing) else source
        follow = self._follow(value, source, united=rule == Rule.UNION)
        if follow.blocked:
            return self._without_effect(rule, follow.blocked)
        self.problems += follow.problems
        if not follow.writes and not follow.agreements:
            return self._nothing_follows(rule, reason)
        outcome = Outcome.WRITE if follow.writes else Outcome.AGREED
        return self._decision(
            outcome,
            rule,
            reason,
            value=value,
            winner=winner,
            writes=tuple(follow.writes),
            agreements=tuple(follow.agreements),
        )

    def _nothing_follows(self, rule: str, reason: str) -> FieldDecision | None:
        moved = any(each.moved or each.crm_moved for each in self.usable)
        return self._without_effect(rule, reason) if moved or self.problems else None

    def _without_effect(self, rule: str, reason: str) -> FieldDecision:
        outcome = Outcome.PROBLEM if self.problems else Outcome.KEEP
        return self._decision(outcome, rule, reason)

    def _asked(self, conflict: Conflict, rule: str, reason: str) -> FieldDecision:
        options = []
        for contender in conflict.contenders:
            source = self._source(contender.system)
            follow = self._follow(contender.value, source, united=False)
            writes, agreements = tuple(follow.writes), tuple(follow.agreements)
            options.append(Option(contender.system, contender.value, writes, agreements))
        return self._decision(Outcome.ASK, rule, reason, options=tuple(options))

    def _united(self, erps: list[Standing]) -> FieldDecision | None:
        values = [said(self.crm), *(said(each.reading) for each in erps)]
        if not all(value is None or isinstance(value, tuple) for value in values):
            reason = "only the values of a multi-valued field can be united"
            return self._asked(self._described(erps, crm=True), Rule.UNION, reason)
        reason = "what any side added, without what any side removed"
        return self._settled(_union(self.pair, self.crm, erps), Rule.UNION, reason)

    def _follow(self, value: Value, source: Standing | str | None, *, united: bool) -> "_Follow":
        """What must be written and remembered once ``value`` stands."""
        follow = _Follow()
        crm = self._crm_after(value, source, follow, united=united)
        if follow.blocked:
            return follow
        for each in self.usable:
            self._erp_after(each, value, crm, follow, united=united)
        return follow

    def _crm_after(
        self,
        value: Value,
        source: Standing | str | None,
        follow: "_Follow",
        *,
        united: bool,
    ) -> Maybe:
        if source == CRM or self.pair.crm.same(value, self.crm):
            return self.crm
        if isinstance(source, Standing):
            if source.holds(self.crm):
                return self.crm
            listens = source.side.pair.may_to_crm
        else:
            listens = any(each.side.pair.may_to_crm for each in self.usable)
        if not listens and united:
            return self.crm
        if not listens:
            follow.blocked = "the direction leads elsewhere"
        elif self.pair.crm.frozen_by(self.crm):
            follow.blocked = "the CRM's field is written once only"
        else:
            patch = self.pair.crm.patch(value)
            follow.writes.append(FieldWrite(CRM, self.pair.crm_key, patch, self.crm, value))
        return value

    def _erp_after(
        self, each: Standing, value: Value, crm: Maybe, follow: "_Follow", *, united: bool
    ) -> None:
        side, pair = each.side, each.side.pair
        needs = {write.system for write in follow.writes if write.system == CRM}
        erp: Maybe = side.value
        if not each.holds(value) and not (each.had_agreed_to(value) and not each.moved):
            if not pair.may_to_erp or each.unheard:
                if not united:
                    return
            else:
                written = self._written(each, value, follow)
                if written is UNSET:
                    return
                erp = written
                needs.add(side.system)
        if crm is UNSET or erp is UNSET:
            return
        agreed = Agreed(crm, erp)
        if agreed != side.agreed:
            follow.agreements.append(Agreement(side.system, pair.key, agreed, frozenset(needs)))

    def _written(self, each: Standing, value: Value, follow: "_Follow") -> Maybe:
        side, pair = each.side, each.side.pair
        try:
            # What the ERP itself called this value is nearer than any conversion of it.
            erp = (
                side.agreed.erp if side.agreed and each.had_agreed_to(value) else pair.to_erp(value)
            )
        except BadValue as error:
            follow.problems.append(f"{side.system}: {error.at(field=pair.key)}")
            return UNSET
        if pair.erp.frozen_by(side.value):
            follow.problems.append(f"{side.system}: {pair.key}: the field is written once only")
            return UNSET
        patch = pair.erp.patch(erp)
        follow.writes.append(FieldWrite(side.system, pair.key, patch, side.value, erp))
        return erp

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


class _Follow:
    """What follows once a value stands, as it is gathered."""

    __slots__ = ("agreements", "blocked", "problems", "writes")

    def __init__(self) -> None:
        self.writes: list[FieldWrite] = []
        self.agreements: list[Agreement] = []
        self.problems: list[str] = []
        #: Why the value cannot stand at all; empty where it can.
        self.blocked = ""


def _union(pair: FieldPair, crm: Maybe, erps: list[Standing]) -> Value:
    field = pair.crm.single
    key_of = key_of_sort(field.sort if field is not None else Sort.PLAIN)

    def keyed(value: Maybe) -> dict[str, str]:
        texts = value if isinstance(value, tuple) else ()
        return {key_of(str(text)): str(text) for text in texts}

    united = keyed(crm)
    for each in erps:
        before, now = keyed(each.side.agreed.crm if each.side.agreed else None), keyed(each.reading)
        for key in before.keys() - now.keys():
            united.pop(key, None)
        for key in now.keys() - before.keys():
            united.setdefault(key, now[key])
    return tuple(united.values()) or None
