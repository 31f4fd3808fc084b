"""Reconcile: from news about records to plans, by what both sides last agreed on.

Nothing is written here. The other side is read only for records that moved, many at once; what
has not moved since it was agreed on is no news, whoever wrote it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, frozen

from erplink.connectors import Record
from erplink.domain.history import answered
from erplink.domain.links import Agreed, Link, LinkStatus
from erplink.domain.mapping import Reaction
from erplink.domain.merge import LinkedRecord, RecordMerge, answer_record, merge_record
from erplink.domain.plan import (
    Advance,
    Patch,
    Place,
    Plan,
    Promise,
    Question,
    RecordResult,
    plan_merge,
)
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import PluginError, SessionError
from erplink.sync.deletions import plan_deletion, reaction_to
from erplink.sync.news import Decided, Fact, Finding, News, is_calm, look_of
from erplink.sync.pairing import Pairing
from erplink.sync.parents import Parent, parent_across
from erplink.sync.plain_plan import PlainPlan
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import Issue, IssueKind, Side
from erplink.sync.unlinked import Unlinked
from erplink.sync.workbench import Workbench

__all__ = ["Reconciler", "View"]


@frozen(kw_only=True)
class View:
    """How both sides of a link are looked at; a repair looks at them otherwise than a sync.

    It is given the link's agreements and the values of the CRM and the ERP, and gives what the
    merge is to see of all three.
    """

    look: Callable[[Pairing, Any, Any, Any], tuple[Any, Any, Any]] = lambda _, *seen: seen
    #: What the CRM and the ERP agree on although nothing is written, by rule; by their values.
    settles: Callable[[Pairing, Any, Any], Mapping[str, Agreed]] = lambda *_: {}
    #: Whether every record is compared, also one that did not move.
    thorough: bool = False
    #: Whether the entity's other links are left to their own passes.
    alone: bool = False


@frozen(kw_only=True)
class _Pair:
    """A link with its two records, and the actors of the entity's other links."""

    news: News
    link: Link
    crm: Record
    erp: Record
    others: tuple[tuple[Link, Pairing, Record | None], ...] = ()


class Reconciler:
    """Decides about the news of one pairing; knows what was decided in this pass already."""

    def __init__(self, bench: Workbench, unlinked: Unlinked, *, view: View | None = None) -> None:
        """Decide with ``bench``; about records without a link, ``unlinked`` decides."""
        self._store, self._systems, self._clock = bench.store, bench.systems, bench.clock
        self._pairing, self._others, self._answers = bench.pairing, bench.pairing_of, bench.answers
        self._parents = bench.parents
        self._unlinked, self._view = unlinked, view or View()
        #: Whether records are looked at as they are, so that the plain ones may go the short way.
        self._as_they_are = view is None
        self._decided: Decided = {}

    def forget(self) -> None:
        """Forget what was decided, so that it is decided again."""
        self._decided.clear()
        self._unlinked.forget()

    def decide(self, side: Side, news: Sequence[News], *, mark: str | None = None) -> list[Finding]:
        """What follows from each of the ``news`` of one side, in no particular order.

        Records that moved are read again, unless ``mark`` tells that no link moved on since they
        were read: what erplink itself wrote since would look like an edit, and what it wrote over
        like the newest.
        """
        if not news:
            return []
        links, siblings, busy, calm = self._known(side, news, mark)
        findings: list[Finding] = []
        linked: list[tuple[News, Link]] = []
        strangers: list[News] = []
        for each in news:
            link = links.get(each.key)
            if link is None:
                strangers.append(each)
            elif link.entity.key in busy:
                findings.append(_waiting(each, "somebody else is writing it"))
            elif link.status is LinkStatus.SUSPENDED:
                findings.append(_waiting(each, f"its link is suspended: {link.reason}"))
            elif self._pairing.name(side, each.key) in self._decided:
                looked = self._decided[self._pairing.name(side, each.key)]
                findings.append(Finding.again(each, looked))
            else:
                linked.append((each, link))
        findings += self._linked(side, linked, siblings, calm=calm)
        findings += self._unlinked.decide(side, strangers, self._decided)
        return findings

    def _known(
        self, side: Side, news: Sequence[News], mark: str | None
    ) -> tuple[Mapping[str, Link], Mapping[str, Sequence[Link]], set[str], bool]:
        pairing, keys = self._pairing, [each.key for each in news]
        kind = pairing.mapping.entity_kind
        with self._store.look() as state:
            if side is Side.CRM:
                links = state.links.by_entity(pairing.connection, kind, keys)
                actor_kind = pairing.mapping.actor_kind
                links = {k: v for k, v in links.items() if v.actor.kind == actor_kind}
            else:
                links = state.links.by_actor(pairing.connection, pairing.mapping.actor_kind, keys)
            entities = [link.entity.key for link in links.values()]
            siblings = state.links.of_entities(kind, entities, but=pairing.connection)
            intents = state.intents.of([str(link.entity) for link in links.values()])
            # Asked last: what moves on after the links were read is for the claim to find.
            calm = is_calm(state, mark)
        busy = {link.entity.key for link in links.values() if str(link.entity) in intents}
        return links, siblings, busy, calm

    # records with a link --------------------------------------------------------------------------

    def _linked(
        self,
        side: Side,
        items: Sequence[tuple[News, Link]],
        siblings: Mapping[str, Sequence[Link]],
        *,
        calm: bool,
    ) -> list[Finding]:
        findings: list[Finding] = []
        moved: list[tuple[News, Link]] = []
        gone: list[tuple[News, Link]] = []
        for news, link in items:
            if news.fact is Fact.GONE:
                gone.append((news, link))
            elif self._is_echo(side, news, link):
                findings.append(Finding(news=news))
            else:
                moved.append((news if calm else news.again(), link))
        pairs, missing = self._read(side, moved, siblings)
        findings += [_waiting(news, "its counterpart is not there") for news in missing]
        findings += [self._merge(pair) for pair in pairs]
        findings += self._gone(side, gone)
        return findings

    def _is_echo(self, side: Side, news: News, link: Link) -> bool:
        if news.record is None or news.thorough or self._view.thorough:
            return False
        return not self._pairing.moved(side, news.record.fields, link.base)

    def _read(
        self,
        side: Side,
        items: Sequence[tuple[News, Link]],
        siblings: Mapping[str, Sequence[Link]],
    ) -> tuple[list[_Pair], list[News]]:
        """Both records of each link, and who has no counterpart."""
        here = self._fetched(side, [(link, news.record) for news, link in items])
        there = self._fetched(side.other, [(link, None) for _, link in items])
        others = self._others_of(items, siblings)
        pairs: list[_Pair] = []
        missing: list[News] = []
        for news, link in items:
            mine, theirs = here.get(link.key), there.get(link.key)
            if mine is None or theirs is None:
                missing.append(news)
                continue
            crm, erp = (mine, theirs) if side is Side.CRM else (theirs, mine)
            pairs.append(
                _Pair(news=news, link=link, crm=crm, erp=erp, others=others.get(link.key, ()))
            )
        return pairs, missing

    def _fetched(
        self, side: Side, items: Iterable[tuple[Link, Record | None]]
    ) -> dict[str, Record]:
        """The records of one side, by link; those that are at hand are not asked for again."""
        pairing = self._pairing
        found: dict[str, Record] = {}
        wanted: dict[str, str] = {}
        for link, record in items:
            if record is not None:
                found[link.key] = record
            else:
                wanted[(link.entity if side is Side.CRM else link.actor).key] = link.key
        records = self._systems.get(
            pairing.system(side), pairing.kind(side).name, list(wanted), pairing.fields(side)
        )
        found.update((wanted[key], record) for key, record in records.items())
        return found

    def _others_of(
        self, items: Sequence[tuple[News, Link]], siblings: Mapping[str, Sequence[Link]]
    ) -> dict[str, tuple[tuple[Link, Pairing, Record | None], ...]]:
        """The other links of each link's entity, with their actors as far as they can be read."""
        wanted: dict[str, list[tuple[Link, Pairing]]] = {}
        for _, link in () if self._view.alone else items:
            for sibling in siblings.get(link.entity.key, ()):
                pairing = None if sibling.key == link.key else self._others(sibling)
                if pairing is not None and sibling.status is LinkStatus.ACTIVE:
                    wanted.setdefault(link.key, []).append((sibling, pairing))
        actors = self._actors([each for group in wanted.values() for each in group])
        return {
            name: tuple((link, pairing, actors.get(link.key)) for link, pairing in group)
            for name, group in wanted.items()
        }

    def _actors(self, links: Sequence[tuple[Link, Pairing]]) -> dict[str, Record]:
        found: dict[str, Record] = {}
        by_kind: dict[tuple[str, str], list[tuple[Link, Pairing]]] = {}
        for link, pairing in links:
            by_kind.setdefault((link.connection, link.actor.kind), []).append((link, pairing))
        for (system, kind), group in by_kind.items():
            names = {link.actor.key: link.key for link, _ in group}
            try:
                records = self._systems.get(system, kind, list(names), group[0][1].fields(Side.ERP))
            except (SessionError, PluginError):
                continue  # its own pass will tell; here it counts as not having moved
            found.update((names[key], record) for key, record in records.items())
        return found

    def _note(self, link: Link, crm: Record | None, erp: Record | None) -> None:
        self._decided[str(link.entity)] = look_of(crm)
        self._decided[str(link.actor)] = look_of(erp)

    def _merge(self, pair: _Pair) -> Finding:
        self._note(pair.link, pair.crm, pair.erp)
        return self._shortly(pair) or self._at_length(pair)

    def _shortly(self, pair: _Pair) -> Finding | None:
        """What follows for a plain record; None where that is more than its values tell."""
        link, news = pair.link, pair.news
        if not self._as_they_are or pair.others or link.pins or pair.crm.ref != link.entity:
            return None
        moves = self._pairing.merger.moves(link.base, pair.crm.fields, pair.erp.fields)
        if not moves:
            return None if moves is None else Finding(news=news)
        records = link, pair.crm, pair.erp
        looked = news.fingerprint, news.marked
        plan = PlainPlan(self._pairing, news.feed, news.key, *records, moves, *looked)
        return Finding(news=news, plan=plan)

    def _at_length(self, pair: _Pair) -> Finding:
        merged = self._merged(pair)
        record = str(pair.link.entity)
        plan = plan_merge(record, merged, _places(pair))
        plan = self._with_settled(_without_silent(plan, pair), pair)
        if not (plan.steps or plan.questions or plan.problems):
            return Finding(news=pair.news)
        plan, decisions = self._settled(plan, merged, pair)
        now = self._clock.now()
        found = RecordPlan(
            record=record,
            feed=pair.news.feed,
            key=pair.news.key,
            plan=plan,
            decisions=tuple(decisions),
            fingerprint=pair.news.fingerprint,
            marked=pair.news.marked,
            issues=tuple(_issue(question, pair.news, now) for question in plan.questions),
        )
        return Finding(news=pair.news, plan=found)

    def _merged(self, pair: _Pair) -> RecordMerge:
        policy = self._pairing.merger.policy
        return merge_record(*self._seen(pair), policy, crm_mark=pair.crm.modified)

    def _seen(self, pair: _Pair) -> tuple[Mapping[str, Value], list[LinkedRecord]]:
        """The CRM's record and all the entity is linked to, as they are looked at here."""
        pairing, link = self._pairing, pair.link
        base, crm, erp = self._view.look(pairing, link.base, pair.crm.fields, pair.erp.fields)
        mine = pairing.linked(erp, base, mark=pair.erp.modified, pins=link.pins)
        return crm, [mine, *(_linked_record(*each) for each in pair.others)]

    def _with_settled(self, plan: Plan, pair: _Pair) -> Plan:
        """The plan, and that both sides differ is what they agree on where the view says so."""
        agreed = self._view.settles(self._pairing, pair.crm.fields, pair.erp.fields)
        if not agreed:
            return plan
        link = pair.link
        decided = {
            promise.field
            for step in plan.steps
            if isinstance(step, Advance) and step.link == link.key
            for promise in step.promises
        }
        promises = [
            Promise(each.key, agreed[each.key], each.crm.keys, each.erp.keys)
            for each in self._pairing.merger.pairs
            if each.key in agreed.keys() - decided and agreed[each.key] != link.base.get(each.key)
        ]
        return plan + Plan([Advance(link.key, promises, link.version)] if promises else [])

    def _settled(self, plan: Plan, merged: RecordMerge, pair: _Pair) -> tuple[Plan, list[Any]]:
        """The plan with the answers that persons gave, and the decisions as they are then."""
        decisions = {each.field: each for each in merged.decisions}
        for question in plan.questions:
            if question.id not in self._answers:
                continue
            answer = self._answers[question.id]
            known = {option.system: option for option in question.decision.options}
            option = known.get(str(answer))
            if option is None:
                policy, field = self._pairing.merger.policy, question.decision.field
                option = answer_record(*self._seen(pair), policy, field, answer)
            plan = plan.settle(question.id, option)
            decisions[question.decision.field] = answered(question.decision, option)
        return plan, [each for each in decisions.values() if each.writes]

    # records that are gone ------------------------------------------------------------------------

    def _gone(self, side: Side, items: Sequence[tuple[News, Link]]) -> list[Finding]:
        survivors = self._fetched(side.other, [(link, None) for _, link in items])
        findings = []
        for news, link in items:
            survivor = survivors.get(link.key)
            parent, reason = self._new_parent(side, survivor)
            if reason:
                findings.append(_waiting(news, reason))
                continue
            crm, erp = (None, survivor) if side is Side.CRM else (survivor, None)
            self._note(link, crm, erp)
            plan = plan_deletion(self._pairing, side, link, survivor, parent)
            found = RecordPlan(
                record=str(link.entity),
                feed=news.feed,
                key=news.key,
                plan=plan,
                marked=news.marked,
            )
            findings.append(Finding(news=news, plan=found))
        return findings

    def _new_parent(self, side: Side, survivor: Record | None) -> tuple[Parent | None, str]:
        """Under which record one of ``side`` belongs that is made anew, or why that has to wait."""
        if survivor is None or reaction_to(self._pairing, side) is not Reaction.RESTORE:
            return None, ""
        return parent_across(self._store, self._parents, side.other, survivor)


def _waiting(news: News, reason: str) -> Finding:
    return Finding(news=news, result=RecordResult.SKIPPED, reason=reason, waits=True)


def _linked_record(link: Link, pairing: Pairing, actor: Record | None) -> LinkedRecord:
    if actor is None:
        return pairing.linked(pairing.unmoved(link.base), link.base, pins=link.pins)
    return pairing.linked(actor.fields, link.base, mark=actor.modified, pins=link.pins)


def _places(pair: _Pair) -> dict[str, Place]:
    entity = EntityRef.of(pair.crm.ref.kind, pair.crm.ref.key)
    places = {
        CRM: Place(entity, pair.crm.version),
        pair.link.connection: _place(pair.link, pair.erp),
    }
    for link, _, actor in pair.others:
        places[link.connection] = _place(link, actor)
    return places


def _place(link: Link, actor: Record | None) -> Place:
    ref = ActorRef(link.actor.system, link.actor.kind, link.actor.key)
    return Place(ref, actor.version if actor else None, link.key, link.version)


def _without_silent(plan: Plan, pair: _Pair) -> Plan:
    """The plan without what it would do in a system that could not be asked."""
    silent = {link.connection: link.key for link, _, actor in pair.others if actor is None}
    if not silent:
        return plan
    kept = [
        step
        for step in plan.steps
        if not (isinstance(step, Patch) and step.target.system in silent)
        and not (isinstance(step, Advance) and step.link in silent.values())
    ]
    return evolve(plan, steps=kept)


def _issue(question: Question, news: News, now: datetime) -> Issue:
    options = {side.system: f"{side.system}: {side.value!s}" for side in question.decision.sides}
    known = {option.system for option in question.decision.options}
    return Issue(
        id=question.id,
        kind=IssueKind.FIELD,
        record=question.record,
        feed=news.feed,
        key=news.key,
        text=f"{question.decision.field}: {question.decision.reason}",
        options={name: label for name, label in options.items() if name in known},
        asked_at=now,
    )
