"""Deletions: what follows on one side when the record on the other side is gone."""

from erplink.connectors import Record
from erplink.domain.links import Link
from erplink.domain.mapping import Reaction
from erplink.domain.plan import Change, Delete, Patch, Place, Plan, RemoveLink, Target, plan_link
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.sync.creation import new_record, with_defaults
from erplink.sync.pairing import Pairing
from erplink.sync.state import Side

__all__ = ["plan_deletion", "reaction_to"]


def plan_deletion(
    pairing: Pairing,
    side: Side,
    link: Link,
    survivor: Record | None,
    parent: Target | None = None,
) -> Plan:
    """The plan for a link whose record on ``side`` is gone; ``survivor`` is the one across.

    Where it is made anew, it belongs under ``parent``. A survivor that was edited since the two
    last agreed is never removed: that edit is news which nobody has taken up yet.
    """
    if survivor is None:
        return _dead(link, "both records are gone")
    gone = f"the record in {pairing.system(side)} is gone"
    reaction = reaction_to(pairing, side)
    if reaction is Reaction.TELL:
        return _dead(link, gone)
    if reaction is Reaction.UNLINK:
        return Plan([RemoveLink(link.key, link.version, gone)])
    if reaction is Reaction.RESTORE:
        return _restored(pairing, side, link, survivor, parent)
    if pairing.moved(side.other, survivor.fields, link.base):
        return _dead(link, f"{gone}; its counterpart was edited since, and is left alone")
    remove = _archived if reaction is Reaction.ARCHIVE else _deleted
    return remove(pairing, side, link, survivor, gone)


def reaction_to(pairing: Pairing, side: Side) -> Reaction:
    """What the mapping wants to follow when a record on ``side`` is gone."""
    reactions = pairing.mapping.on_delete
    return reactions.in_erp if side is Side.ERP else reactions.in_crm


def _dead(link: Link, reason: str) -> Plan:
    return Plan([RemoveLink(link.key, link.version, reason, dead=True)])


def _survivor(link: Link, side: Side) -> ActorRef | EntityRef:
    return link.entity if side is Side.ERP else link.actor


def _restored(
    pairing: Pairing, side: Side, link: Link, survivor: Record, parent: Target | None
) -> Plan:
    source = _survivor(link, side)
    gone = link.actor if side is Side.ERP else link.entity
    system, kind = pairing.system(side), pairing.kind(side).name
    made = Place(new_record(source, system, kind, parent, instead_of=gone.key))
    there = Place(source, survivor.version)
    crm, erp = (there, made) if side is Side.ERP else (made, there)
    values = (survivor.fields, {}) if side is Side.ERP else ({}, survivor.fields)
    merged = pairing.merger.merge({}, *values)
    plan = plan_link(str(link.entity), merged, crm, erp, pairing.connection)
    reason = f"its record in {system} is gone, and is made anew"
    return with_defaults(plan, pairing.mapping) + Plan([RemoveLink(link.key, link.version, reason)])


def _archived(pairing: Pairing, side: Side, link: Link, survivor: Record, gone: str) -> Plan:
    rules = pairing.mapping.on_delete
    told = rules.crm_archive if side is Side.ERP else rules.erp_archive
    field = told.removeprefix("not ")
    if not field or pairing.kind(side.other).field(field) is None:
        return _dead(link, f"{gone}; no field is named that archives its counterpart")
    value = not told.startswith("not ")
    change = Change(field, survivor.value(field), value, "deletion", gone)
    patch = Patch(_survivor(link, side), {field: value}, survivor.version, [change])
    return Plan([patch, RemoveLink(link.key, link.version, gone, dead=True)])


def _deleted(pairing: Pairing, side: Side, link: Link, survivor: Record, gone: str) -> Plan:
    system = pairing.system(side.other)
    if pairing.mapping.on_delete.only_created and link.created != system:
        what = "CRM" if system == CRM else system
        return _dead(link, f"{gone}; its counterpart in {what} was not made by erplink")
    removal = Delete(_survivor(link, side), survivor.version, gone)
    return Plan([removal, RemoveLink(link.key, link.version, gone)])
