"""Restoration: a value that lost, put back on both sides as a plan that can be shown."""

from collections.abc import Iterable
from datetime import datetime

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Record
from erplink.domain.history import RecordChange
from erplink.domain.links import Link
from erplink.domain.merge import PERSON, FieldDecision, FieldPair, Outcome, RecordMerge, SideView
from erplink.domain.plan import Place, Plan, plan_merge
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import UNSET, Maybe, Value
from erplink.errors import BadName
from erplink.hub.compared import own_value
from erplink.hub.reading import Reader
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side

__all__ = ["Loss", "Restoration", "losses_in", "restoration_of"]


@frozen(repr=False)
class Loss:
    """A value that somebody entered, and that another one was chosen over."""

    #: The record that was written.
    record: ActorRef | EntityRef
    #: The name of the link that it was written through.
    link: str
    #: The field that was written, or its parts joined by ``+``.
    field: str
    #: Whose value it was.
    system: str
    #: The value in the words of that system.
    value: Maybe
    #: What was chosen instead, in the words of the side that was written.
    instead: Value
    run: str
    at: datetime
    #: On whose behalf it was chosen.
    principal: str

    def __repr__(self) -> str:
        """The field, whose value, and what stands instead."""
        return f"Loss({self.field}: {self.system}'s {self.value!r}, now {self.instead!r})"


def losses_in(rows: Iterable[RecordChange]) -> list[Loss]:
    """The values that lost in some rows of history, in their order."""
    return [
        Loss(
            row.record,
            row.link,
            change.field,
            lost.system,
            lost.value,
            change.new,
            row.run,
            row.at,
            row.principal,
        )
        for row in rows
        for change in row.changes
        for lost in change.lost
    ]


@frozen(kw_only=True, repr=False)
class Restoration:
    """What it takes to put a value that lost back; nothing is written yet."""

    loss: Loss
    link: Link
    decision: FieldDecision
    plan: Plan = attr(repr=False)

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.link.connection

    @property
    def record_plan(self) -> RecordPlan:
        """The plan as the engine carries it out."""
        return RecordPlan(
            record=str(self.link.entity),
            feed=FeedName(self.link.connection, self.link.actor.kind, Side.CRM),
            key=self.link.entity.key,
            plan=self.plan,
            decisions=(self.decision,),
            personal=True,
        )

    def __repr__(self) -> str:
        """The value, and what would be written."""
        return f"Restoration({self.loss!r}: {self.plan!r})"


def restoration_of(reader: Reader, loss: Loss, link: Link) -> Restoration:
    """Plan to put a value that lost back, on both sides of the link it was written through."""
    pairing = reader.pairing(link.connection, link.actor.kind)
    pair = _pair(pairing.merger.pairs, loss)
    entity = reader.record(link.entity, pairing.fields(Side.CRM))
    actor = reader.record(link.actor, pairing.fields(Side.ERP))
    crm, erp = pair.crm.read(entity.fields), pair.erp.read(actor.fields)
    value = None if loss.value is UNSET else loss.value
    if loss.system != CRM:
        value = pair.to_crm(value)
    option = own_value(pair, crm, erp, value, link.connection)
    decision = FieldDecision(
        pair.crm_key,
        Outcome.WRITE if option.writes else Outcome.AGREED,
        PERSON,
        f"a person restored {loss.system}'s value of {loss.at:%Y-%m-%d %H:%M}",
        value=option.value,
        writes=option.writes,
        agreements=option.agreements,
        sides=_sides(link, pair, (crm, erp), (entity, actor)),
    )
    places = {
        CRM: Place(link.entity, entity.version),
        link.connection: Place(link.actor, actor.version, link.key, link.version),
    }
    plan = plan_merge(str(link.entity), RecordMerge([decision]), places)
    return Restoration(loss=loss, link=link, decision=decision, plan=plan)


def _pair(pairs: Iterable[FieldPair], loss: Loss) -> FieldPair:
    known = list(pairs)
    for pair in known:
        if loss.field in (pair.crm_key, pair.key):
            return pair
    raise BadName.among("synced field", loss.field, (pair.crm_key for pair in known))


def _sides(
    link: Link, pair: FieldPair, values: tuple[Maybe, Maybe], records: tuple[Record, Record]
) -> tuple[SideView, SideView]:
    agreed = link.base.get(pair.key)
    bases: tuple[Maybe, Maybe] = (UNSET, UNSET) if agreed is None else (agreed.crm, agreed.erp)
    return (
        SideView(CRM, values[0], bases[0], moved=False, mark=records[0].modified),
        SideView(link.connection, values[1], bases[1], moved=False, mark=records[1].modified),
    )
