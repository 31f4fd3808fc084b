"""Draft: an actor that is to be made from an entity, as a form that a person fills in.

It is a value: every field that is given makes another one, nothing is written, and its plan can be
looked at. It is carried out by ``hub.links.create()``.
"""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Kind, Record
from erplink.domain.canonical import canonical
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.links import Agreed
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.merge import (
    PERSON,
    Agreement,
    FieldDecision,
    FieldPair,
    FieldWrite,
    Outcome,
    RecordMerge,
    SideView,
)
from erplink.domain.plan import NewRecord, Place, Plan, plan_link
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadName, BadValue
from erplink.hub.defaults import asked_values
from erplink.sync.pairing import Pairing
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side

__all__ = ["Draft", "DraftField", "draft_of"]


@frozen(repr=False)
class DraftField:
    """One field of the actor to be made: what it would get, and where that comes from."""

    description: Field
    value: Value = None
    #: ``mapping``, ``default``, ``person``, or nothing.
    source: str = ""
    mandatory: bool = False
    #: Why the CRM's value cannot be written; empty where it can.
    problem: str = ""

    @property
    def field(self) -> str:
        """The key of the ERP's field."""
        return self.description.key

    @property
    def title(self) -> str:
        """What a person reads."""
        return self.description.title

    @property
    def missing(self) -> bool:
        """Whether it must have a value and has none."""
        return self.mandatory and is_empty(self.value)

    def __repr__(self) -> str:
        """The field, its value, where it comes from, and whether it has to have one."""
        notes = [self.source, "mandatory" if self.mandatory else "", self.problem]
        return f"{self.field} = {self.value!r} ({', '.join(filter(None, notes))})"


def _fields(fields: Iterable[DraftField]) -> tuple[DraftField, ...]:
    return tuple(fields)


@frozen(kw_only=True, repr=False)
class Draft:
    """An actor to be made from an entity."""

    entity: Record
    connection: str
    actor_kind: str
    #: The fields that are mapped, needed or have a default, in the order of the ERP's form.
    fields: tuple[DraftField, ...] = attr(converter=_fields)
    parent: ActorRef | None = None
    #: Tells this making from every other, so that it is done once however often it is sent.
    key: str
    pairs: tuple[FieldPair, ...] = attr(repr=False, eq=False)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that must have a value and have none."""
        return tuple(each.field for each in self.fields if each.missing)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the actor cannot be made yet, a sentence each."""
        unwritten = [f"{each.field}: {each.problem}" for each in self.fields if each.problem]
        return (*(f"{field}: a value is needed" for field in self.missing), *unwritten)

    def field(self, name: str) -> DraftField:
        """The field with the key ``name``."""
        for each in self.fields:
            if each.field == name:
                return each
        raise BadName.among("field of the new record", name, (each.field for each in self.fields))

    def give(self, field: str, value: Value) -> "Draft":
        """The draft with a value that a person gave; None leaves the field empty."""
        mine = self.field(field)
        try:
            stored = None if is_empty(value) else canonical(mine.description, value)
        except BadValue as error:
            raise error.at(field=field) from None
        said = evolve(mine, value=stored, source="person", problem="")
        return evolve(self, fields=(said if each is mine else each for each in self.fields))

    @property
    def plan(self) -> Plan:
        """What would be written, and the link that would be made; nothing is written yet."""
        made = NewRecord(self.connection, self.actor_kind, self.key, self.parent)
        entity = EntityRef.of(self.entity.ref.kind, self.entity.ref.key)
        places = Place(entity, self.entity.version), Place(made)
        merged = RecordMerge(self._decisions())
        return plan_link(str(entity), merged, *places, self.connection)

    @property
    def record_plan(self) -> RecordPlan:
        """The plan as the engine carries it out."""
        return RecordPlan(
            record=str(self.entity.ref),
            feed=FeedName(self.connection, self.actor_kind, Side.CRM),
            key=self.entity.ref.key,
            plan=self.plan,
            decisions=tuple(each for each in self._decisions() if each.writes),
            personal=True,
        )

    def _decisions(self) -> list[FieldDecision]:
        given = {each.field: each for each in self.fields}
        decided = [_paired(self, pair, given) for pair in self.pairs]
        paired = {key for pair in self.pairs for key in pair.erp.keys}
        alone = [_alone(self, each) for each in self.fields if each.field not in paired]
        return [each for each in (*decided, *alone) if each is not None]

    def explain(self) -> str:
        """Field by field what the actor would get, and what is missing."""
        return "\n".join((*map(repr, self.fields), *self.problems))

    def __repr__(self) -> str:
        """Of what it is made, and how much is missing."""
        missing = f", missing: {', '.join(self.missing)}" if self.missing else ""
        return f"Draft({self.connection}/{self.actor_kind} of {self.entity.ref}{missing})"


def _paired(draft: Draft, pair: FieldPair, given: Mapping[str, DraftField]) -> FieldDecision | None:
    """What follows for a mapped field: the actor gets it, and the CRM what a person gave."""
    fields = [given[key] for key in pair.erp.keys if key in given]
    crm = pair.crm.read(draft.entity.fields)
    if len(fields) < len(pair.erp.keys) or crm is UNSET:
        return None
    values = tuple(each.value for each in fields)
    erp: Value = values[0] if len(values) == 1 else values  # type: ignore[assignment]
    if all(map(is_empty, values)):
        return None
    writes = [FieldWrite(draft.connection, pair.key, pair.erp.patch(erp), UNSET, erp)]
    agreed = Agreed(crm, erp)
    by_person = any(each.source == "person" for each in fields)
    if by_person and not pair.writes(crm, erp) and pair.may_to_crm and not pair.reads(erp, crm):
        told = pair.as_read(erp)
        writes.append(FieldWrite(CRM, pair.crm_key, pair.crm.patch(told), crm, told))
        agreed = Agreed(told, erp)
    needs = frozenset(write.system for write in writes)
    keys = (pair.crm.keys, pair.erp.keys)
    reason = "a person gave it" if by_person else "the record is made from the CRM's"
    return FieldDecision(
        pair.crm_key,
        Outcome.WRITE,
        PERSON if by_person else "creation",
        reason,
        value=agreed.crm,
        winner=None if by_person else CRM,
        writes=tuple(writes),
        agreements=(Agreement(draft.connection, pair.key, agreed, *keys, needs=needs),),
        sides=(SideView(CRM, crm, UNSET, moved=not is_empty(crm)),),
    )


def _alone(draft: Draft, field: DraftField) -> FieldDecision | None:
    """What follows for a field that is not mapped."""
    if is_empty(field.value):
        return None
    patch = FrozenDict({field.field: field.value})
    write = FieldWrite(draft.connection, field.field, patch, UNSET, field.value)
    reason = "a person gave it" if field.source == "person" else "the mapping's default value"
    return FieldDecision(
        field.field, Outcome.WRITE, field.source, reason, value=field.value, writes=(write,)
    )


def draft_of(entity: Record, pairing: Pairing, key: str, parent: ActorRef | None) -> Draft:
    """The form for an actor to be made from ``entity``, prefilled from mapping and defaults."""
    mapping, kind = pairing.mapping, pairing.actor
    prefilled = _prefilled(entity, pairing)
    for each in asked_values(mapping, kind.fields):
        known = prefilled.get(each.field, DraftField(each.description))
        if is_empty(known.value) and not is_empty(each.value):
            known = evolve(known, value=each.value, source="default")
        prefilled[each.field] = evolve(known, mandatory=known.mandatory or each.mandatory)
    needed = _needed(mapping, kind)
    fields = []
    for field in sorted(kind.fields, key=lambda each: each.rank):
        known = prefilled.get(field.key, DraftField(field))
        if field.key in prefilled or field.key in needed:
            fields.append(evolve(known, mandatory=known.mandatory or field.key in needed))
    return Draft(
        entity=entity,
        connection=mapping.connection,
        actor_kind=mapping.actor_kind,
        fields=fields,
        parent=parent,
        key=key,
        pairs=pairing.merger.pairs,
    )


def _needed(mapping: FieldMapping, kind: Kind) -> set[str]:
    """The fields without which the ERP, or the mapping, lets no record be made."""
    ruled = {key for rule in mapping.rules if rule.mandatory for key in rule.erp}
    return ruled | {field.key for field in kind.fields if field.mandatory}


def _prefilled(entity: Record, pairing: Pairing) -> dict[str, DraftField]:
    """What the mapping makes of the entity's values, by the ERP's fields."""
    known = {field.key: field for field in pairing.actor.fields}
    filled: dict[str, DraftField] = {}
    for pair in pairing.merger.pairs:
        if any(known[key].why_not_writable for key in pair.erp.keys):
            continue
        crm: Maybe = pair.crm.read(entity.fields)
        values, problem = _written(pair, crm)
        for key in pair.erp.keys:
            value = values.get(key)
            source = "" if is_empty(value) else "mapping"
            filled[key] = DraftField(known[key], value, source, problem=problem)
    return filled


def _written(pair: FieldPair, crm: Maybe) -> tuple[Mapping[str, Value], str]:
    """A value of the CRM in the ERP's words, by its fields; or why it has none there."""
    if crm is UNSET or is_empty(crm) or not pair.may_to_erp:
        return {}, ""
    try:
        return pair.erp.patch(pair.to_erp(crm)), ""
    except BadValue as error:
        return {}, str(error)
