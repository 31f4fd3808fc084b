"""ComparedField: one mapped field of an entity and an actor, and what may be chosen for it."""

from collections.abc import Mapping
from enum import StrEnum

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Record
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.mapping import Direction, FieldRule
from erplink.domain.merge import (
    PERSON,
    Agreement,
    Chosen,
    FieldDecision,
    FieldPair,
    FieldWrite,
    LinkedField,
    Option,
    Outcome,
    SideView,
    merge_field,
)
from erplink.domain.policy import Policy, Rule
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadValue

__all__ = ["Choice", "ComparedField", "compare_field", "own_value"]


class Choice(StrEnum):
    """Which value of a field is right."""

    #: The CRM's; the ERP's is overwritten.
    CRM = "crm"
    #: The ERP's; the CRM's is overwritten.
    ERP = "erp"
    #: Both stay as they are, and nothing is written until somebody edits either.
    KEEP = "keep"
    #: What the field's rule makes of both, such as the union of all phone numbers.
    RULE = "rule"
    #: Another one, which a person gave.
    OTHER = "other"


def _options(options: Mapping[Choice, Option]) -> FrozenDict[Choice, Option]:
    return FrozenDict(options)


def _reasons(reasons: Mapping[Choice, str]) -> FrozenDict[Choice, str]:
    return FrozenDict(reasons)


@frozen(kw_only=True, repr=False)
class ComparedField:
    """One mapped field: both values, whether they are the same, and what is proposed and chosen."""

    #: The rule's name in its mapping: the ERP's field.
    field: str
    crm_field: str
    #: What a person reads.
    title: str
    crm_title: str
    direction: Direction
    crm: Maybe
    erp: Maybe
    #: The values as a person reads them: the texts of list items, and not their keys.
    crm_text: str
    erp_text: str
    same: bool
    #: What erplink would choose; None where a person has to.
    proposal: Choice | None
    #: Why, in one sentence.
    reason: str
    #: What can be chosen, with what follows from it.
    options: FrozenDict[Choice, Option] = attr(converter=_options)
    #: Why the other choices cannot be made.
    impossible: FrozenDict[Choice, str] = attr(factory=FrozenDict, converter=_reasons)
    chosen: Choice | None = None
    #: Whether a link is refused as long as the field is empty on both sides.
    mandatory: bool = False
    rule: str = ""

    @property
    def choice(self) -> Choice | None:
        """What was chosen, or else is proposed; None where a person still has to choose."""
        return self.chosen or self.proposal

    @property
    def option(self) -> Option | None:
        """What follows from the choice."""
        return None if self.choice is None else self.options[self.choice]

    @property
    def writes(self) -> str:
        """The side that is overwritten: ``crm``, ``erp``, ``both`` or nothing."""
        systems = {each.system for each in self.option.writes} if self.option else set()
        if len(systems) > 1:
            return "both"
        return "" if not systems else CRM if CRM in systems else "erp"

    @property
    def is_empty_after(self) -> bool:
        """Whether the ERP's field is empty once the choice is carried out."""
        value: Maybe = self.erp
        for write in self.option.writes if self.option else ():
            if write.system != CRM:
                value = write.new
        return value is UNSET or is_empty(value)

    def decision(self, connection: str) -> FieldDecision:
        """The choice as history tells it."""
        option = self.option or Option(PERSON, None)
        outcome = Outcome.WRITE if option.writes else Outcome.AGREED
        rule, reason = self.rule, self.reason
        if self.chosen is not None:
            whose = (
                "a value of their own" if option.system == PERSON else f"{option.system}'s value"
            )
            rule, reason = Rule.ASK, f"a person chose {whose}"
        sides = (
            SideView(CRM, self.crm, UNSET, moved=not is_empty(self.crm)),
            SideView(connection, self.erp, UNSET, moved=not is_empty(self.erp)),
        )
        return FieldDecision(
            self.crm_field,
            outcome,
            rule,
            reason,
            value=option.value,
            winner=None if option.system == PERSON else option.system,
            writes=option.writes,
            agreements=option.agreements,
            sides=sides,
        )

    def __repr__(self) -> str:
        """The field, both values, and the choice."""
        if self.same:
            return f"<{self.field}: same, {self.crm_text}>"
        choice = self.choice.value if self.choice else "to be chosen"
        return f"<{self.field}: crm {self.crm_text} / erp {self.erp_text}: {choice}>"


class _Case:
    """Both values of one field, and what follows from letting either stand."""

    def __init__(self, pair: FieldPair, crm: Maybe, erp: Maybe, connection: str) -> None:
        self.pair, self.crm, self.erp, self.connection = pair, crm, erp, connection

    def options(self) -> tuple[dict[Choice, Option], dict[Choice, str]]:
        """What can be chosen, with what follows, and why the rest cannot."""
        possible: dict[Choice, Option] = {}
        impossible: dict[Choice, str] = {}
        makers = {Choice.CRM: self.crm_stands, Choice.ERP: self.erp_stands, Choice.KEEP: self.kept}
        for choice, make in makers.items():
            try:
                possible[choice] = make()
            except BadValue as error:
                impossible[choice] = error.rule
        return possible, impossible

    def crm_stands(self) -> Option:
        """The ERP gets the CRM's value."""
        if self.crm is UNSET:
            raise BadValue("the CRM did not say what it holds", value="", field=self.pair.key)
        value = self._for_erp(self.crm)
        return Option(CRM, self.crm, self._to_erp(value), self._agreed(self.crm, value, "erp"))

    def erp_stands(self) -> Option:
        """The CRM gets the ERP's value."""
        if self.erp is UNSET:
            raise BadValue("the ERP did not say what it holds", value="", field=self.pair.key)
        value = self._for_crm(self.erp)
        writes = self._to_crm(value)
        return Option(self.connection, value, writes, self._agreed(value, self.erp, CRM))

    def kept(self) -> Option:
        """Both keep what they have, and agree to differ."""
        agreements: tuple[Agreement, ...] = ()
        if self.crm is not UNSET and self.erp is not UNSET:
            agreements = self._agreed(self.crm, self.erp)
        return Option(PERSON, None if self.crm is UNSET else self.crm, (), agreements)

    def own(self, value: Value) -> Option:
        """Both get a value that a person gave in the CRM's words."""
        pair, needs = self.pair, list[str]()
        writes: list[FieldWrite] = []
        crm = pair.crm.canonical(value)
        erp = pair.to_erp(crm)
        if not pair.crm.same(crm, self.crm):
            self._refuse_crm()
            writes += self._to_crm(crm)
            needs.append(CRM)
        if not pair.erp.same(erp, self.erp):
            self._refuse_erp()
            writes += self._to_erp(erp)
            needs.append("erp")
        return Option(PERSON, crm, tuple(writes), self._agreed(crm, erp, *needs))

    def _for_erp(self, value: Value) -> Value:
        self._refuse_erp()
        return self.pair.to_erp(value)

    def _for_crm(self, value: Value) -> Value:
        self._refuse_crm()
        return self.pair.to_crm(value)

    def _refuse_erp(self) -> None:
        if not self.pair.may_to_erp:
            raise BadValue(_why_not(self.pair.erp.fields, "the ERP"), value="", field=self.pair.key)
        if self.pair.erp.frozen_by(self.erp):
            rule = "the ERP's field is written once only"
            raise BadValue(rule, value="", field=self.pair.key)

    def _refuse_crm(self) -> None:
        if not self.pair.may_to_crm:
            raise BadValue(_why_not(self.pair.crm.fields, "the CRM"), value="", field=self.pair.key)
        if self.pair.crm.frozen_by(self.crm):
            rule = "the CRM's field is written once only"
            raise BadValue(rule, value="", field=self.pair.key)

    def _to_erp(self, value: Value) -> tuple[FieldWrite, ...]:
        patch = self.pair.erp.patch(value)
        return (FieldWrite(self.connection, self.pair.key, patch, self.erp, value),)

    def _to_crm(self, value: Value) -> tuple[FieldWrite, ...]:
        patch = self.pair.crm.patch(value)
        return (FieldWrite(CRM, self.pair.crm_key, patch, self.crm, value),)

    def _agreed(self, crm: Value, erp: Value, *needs: str) -> tuple[Agreement, ...]:
        systems = frozenset(CRM if each == CRM else self.connection for each in needs)
        keys = (self.pair.crm.keys, self.pair.erp.keys)
        agreed = Agreed(crm, erp)
        return (Agreement(self.connection, self.pair.key, agreed, *keys, needs=systems),)


def _why_not(fields: tuple[Field, ...], side: str) -> str:
    """Why a side is not written."""
    reasons = (f"{each.title}: {each.why_not_writable}" for each in fields if each.why_not_writable)
    return next(reasons, f"the direction of the field does not lead to {side}")


def own_value(pair: FieldPair, crm: Maybe, erp: Maybe, value: Value, connection: str) -> Option:
    """What follows from a value of a person's own, in the CRM's words, that both sides get."""
    return _Case(pair, crm, erp, connection).own(value)


def compare_field(
    rule: FieldRule,
    pair: FieldPair,
    records: tuple[Record, Record],
    policy: Policy,
    *,
    texts: tuple[str, str],
) -> ComparedField:
    """Compare one field of an entity and an actor, propose what is right, and tell what else is.

    Args:
        rule: The line of the mapping.
        pair: The same, compiled.
        records: The entity and the actor.
        policy: Judges where both hold something.
        texts: The two values as a person reads them.
    """
    entity, actor = records
    connection = actor.ref.system
    crm, erp = pair.crm.read(entity.fields), pair.erp.read(actor.fields)
    case = _Case(pair, crm, erp, connection)
    possible, impossible = case.options()
    side = LinkedField(connection, pair, erp, mark=actor.modified)
    decision = merge_field(crm, [side], policy, crm_mark=entity.modified)
    is_same = pair.agree(crm, erp) or (_is_nothing(crm) and _is_nothing(erp))
    proposal, reason = _proposed(decision, connection, possible, impossible)
    if is_same:
        proposal, reason = Choice.KEEP, "both hold the same"
    if proposal is Choice.RULE and decision is not None:
        possible[Choice.RULE] = Option(PERSON, decision.value, decision.writes, decision.agreements)
    return ComparedField(
        field=pair.key,
        crm_field=pair.crm_key,
        title=" + ".join(each.title for each in pair.erp.fields),
        crm_title=" + ".join(each.title for each in pair.crm.fields),
        direction=rule.direction,
        crm=crm,
        erp=erp,
        crm_text=texts[0],
        erp_text=texts[1],
        same=is_same,
        proposal=proposal,
        reason=reason,
        options=possible,
        impossible=impossible,
        mandatory=rule.mandatory,
        rule=decision.rule if decision is not None else Chosen.AGREED,
    )


def _is_nothing(value: Maybe) -> bool:
    return value is UNSET or is_empty(value)


def _proposed(
    decision: FieldDecision | None,
    connection: str,
    possible: Mapping[Choice, Option],
    impossible: Mapping[Choice, str],
) -> tuple[Choice | None, str]:
    """What the field's own rule would choose, where that can be chosen, and why."""
    if decision is None:
        return Choice.KEEP, "neither side has anything to tell"
    if decision.outcome is Outcome.ASK:
        return None, decision.reason
    if decision.outcome is Outcome.PROBLEM:
        return None, "; ".join(decision.problems)
    if decision.outcome is not Outcome.WRITE:
        return Choice.KEEP, decision.reason
    sides = {CRM: Choice.CRM, connection: Choice.ERP}
    chosen = sides.get(decision.winner or "", Choice.RULE)
    if chosen is Choice.RULE or chosen in possible:
        return chosen, decision.reason
    return Choice.KEEP, impossible[chosen]
