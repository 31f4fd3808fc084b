"""Comparison: an entity and an actor side by side, and what a person chose of both.

It is a value: every choice makes another one, nothing is written, and its plan can be looked at. It
is carried out by ``hub.links.commit()``.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Record
from erplink.domain.encoding import encode_value
from erplink.domain.merge import (
    FieldDecision,
    FieldPair,
    RecordMerge,
)
from erplink.domain.plan import Place, Plan, plan_link
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET, Maybe, Value, is_empty, shorten
from erplink.errors import BadName, BadValue
from erplink.hub.compared import Choice, ComparedField, own_value
from erplink.hub.defaults import AskedValue, default_decisions
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side

__all__ = ["Comparison"]


def _rows(rows: Iterable[ComparedField]) -> tuple[ComparedField, ...]:
    return tuple(rows)


def _asked(values: Iterable[AskedValue]) -> tuple[AskedValue, ...]:
    return tuple(values)


@frozen(kw_only=True, repr=False)
class Comparison:
    """An entity and an actor side by side, before they are linked."""

    entity: Record
    actor: Record
    #: Every mapped field, in the order of the mapping.
    fields: tuple[ComparedField, ...] = attr(converter=_rows)
    defaults: tuple[AskedValue, ...] = attr(default=(), converter=_asked)
    pairs: Mapping[str, FieldPair] = attr(repr=False, eq=False)

    @property
    def connection(self) -> str:
        """The id of the connection that the link would go through."""
        return self.actor.ref.system

    @property
    def different(self) -> tuple[ComparedField, ...]:
        """The fields whose values are not the same."""
        return tuple(each for each in self.fields if not each.same)

    @property
    def open(self) -> tuple[str, ...]:
        """The fields of which a person still has to say which value is right."""
        return tuple(each.field for each in self.fields if each.choice is None)

    @property
    def asks(self) -> tuple[AskedValue, ...]:
        """The default values that a person is asked for, as far as the fields are still empty."""
        empty = self._empty_fields()
        return tuple(each for each in self.defaults if each.how.asks and each.field in empty)

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields without which no link is made, and that have no value yet."""
        empty = self._empty_fields()
        given = {each.field for each in self.defaults if not is_empty(each.value)}
        asked = (each.field for each in self.defaults if each.mandatory)
        ruled = (each.field for each in self.fields if each.mandatory)
        wanted = dict.fromkeys((*asked, *ruled))
        return tuple(field for field in wanted if field in empty and field not in given)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why it cannot be committed yet, a sentence each."""
        told = [f"{field}: choose which value is right" for field in self.open]
        return (*told, *(f"{field}: a value is needed" for field in self.missing))

    @property
    def plan(self) -> Plan:
        """What a commit would write, and that it would make the link; nothing is written yet."""
        return plan_link(
            str(self.entity.ref),
            RecordMerge(self._decisions()),
            Place(EntityRef.of(self.entity.ref.kind, self.entity.ref.key), self.entity.version),
            Place(self._actor_ref(), self.actor.version),
            self.connection,
        )

    @property
    def record_plan(self) -> RecordPlan:
        """The plan as the engine carries it out."""
        feed = FeedName(self.connection, self.actor.ref.kind, Side.CRM)
        return RecordPlan(
            record=str(self.entity.ref),
            feed=feed,
            key=self.entity.ref.key,
            plan=self.plan,
            decisions=tuple(each for each in self._decisions() if each.writes),
            personal=True,
        )

    @property
    def seen(self) -> str:
        """What was shown, as a short text; another one if any value of either side moved."""
        shown = [
            str(self.entity.ref),
            str(self.actor.ref),
            *(f"{each.field}={_text(each.crm)}={_text(each.erp)}" for each in self.fields),
        ]
        text = "\n".join(shown).encode("utf-8", "surrogatepass")
        return blake2b(text, digest_size=12).hexdigest()

    def field(self, name: str) -> ComparedField:
        """The row of a field, by the ERP's name or the CRM's."""
        for each in self.fields:
            if name in (each.field, each.crm_field):
                return each
        raise BadName.among("mapped field", name, (each.field for each in self.fields))

    def choose(self, field: str, choice: Choice | str) -> "Comparison":
        """The comparison with one field chosen."""
        row = self.field(field)
        made = _choice(choice)
        if made not in row.options:
            why = row.impossible.get(made, "it is not among what can be chosen")
            raise BadValue(why, value=shorten(str(choice)), field=row.field)
        return self._with(evolve(row, chosen=made))

    def choose_all(self, choice: Choice | str) -> "Comparison":
        """The comparison with one side chosen wherever the values differ and it can be."""
        made = _choice(choice)
        rows = (
            evolve(each, chosen=made) if not each.same and made in each.options else each
            for each in self.fields
        )
        return evolve(self, fields=rows)

    def give(self, field: str, value: Value) -> "Comparison":
        """The comparison with a value of a person's own.

        For a mapped field it is a value in the CRM's words, that both sides get; for a field with a
        default value it is what the ERP gets.
        """
        for each in self.defaults:
            if each.field == field and each.field in self._empty_fields():
                rest = (one.given(value) if one is each else one for one in self.defaults)
                return evolve(self, defaults=rest)
        row = self.field(field)
        option = own_value(self.pairs[row.field], row.crm, row.erp, value, self.connection)
        options = {**row.options, Choice.OTHER: option}
        return self._with(evolve(row, options=options, chosen=Choice.OTHER))

    def explain(self) -> str:
        """Field by field what is there and what would be written, and what is still to be said."""
        rows = map(repr, self.fields)
        asks = (f"asked: {each!r}" for each in self.asks)
        return "\n".join((*rows, *asks, *self.problems))

    def _with(self, row: ComparedField) -> "Comparison":
        rows = (row if each.field == row.field else each for each in self.fields)
        return evolve(self, fields=rows)

    def _empty_fields(self) -> frozenset[str]:
        """The fields of the ERP that hold nothing once everything is carried out as chosen."""
        rows = {key: each for each in self.fields for key in self.pairs[each.field].erp.keys}
        names = dict.fromkeys((*(each.field for each in self.defaults), *self.pairs))
        return frozenset(
            name
            for name in names
            if (
                rows[name].is_empty_after if name in rows else is_empty(self.actor.fields.get(name))
            )
        )

    def _decisions(self) -> list[FieldDecision]:
        decided = [each.decision(self.connection) for each in self.fields if each.option]
        empty = self._empty_fields()
        wanted = [each for each in self.defaults if each.field in empty]
        return [*decided, *default_decisions(wanted, self.actor.fields, self.connection)]

    def _actor_ref(self) -> ActorRef:
        ref = self.actor.ref
        return ActorRef(ref.system, ref.kind, ref.key)

    def __repr__(self) -> str:
        """Both records, and how many fields differ and wait."""
        counts = f"{len(self.different)} of {len(self.fields)} fields differ"
        waits = f", {len(self.problems)} to be said" if self.problems else ""
        return f"Comparison({self.entity.ref} / {self.actor.ref}: {counts}{waits})"


def _choice(choice: Choice | str) -> Choice:
    try:
        return Choice(choice)
    except ValueError:
        raise BadName.among("choice", str(choice), Choice) from None


def _text(value: Maybe) -> str:
    return "" if value is UNSET else repr(encode_value(value))
