"""Unlinked: what becomes of a record without a link: left alone, linked, or given a counterpart."""

from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen

from erplink.connectors import Kind, Page, Query, Record, all_changes, all_found
from erplink.domain.canonical import same
from erplink.domain.fields import Field
from erplink.domain.links import Link
from erplink.domain.mapping import Unlinked as Wish
from erplink.domain.matching import (
    COMPANY_RULES,
    CONTACT_RULES,
    Certainty,
    Index,
    Matcher,
    MatchOutcome,
    MatchResult,
    MatchRule,
)
from erplink.domain.plan import Create, Place, Plan, RecordResult, plan_link
from erplink.domain.records import CRM, ActorRef, EntityRef, Ref
from erplink.domain.values import Value, is_empty
from erplink.sync.apart import kept_apart
from erplink.sync.creation import missing_values, new_record, with_defaults
from erplink.sync.news import Decided, Finding, News, look_of
from erplink.sync.parents import parent_across
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import Issue, IssueKind, Side
from erplink.sync.workbench import Options, Workbench

__all__ = ["Unlinked", "match_rules"]


@frozen
class _New:
    """The key of a candidate that is being made, of the record with this name."""

    record: str


class Unlinked:
    """Decides about records without a link, as the mapping says."""

    def __init__(self, bench: Workbench, doubts: Sequence[Create] = ()) -> None:
        """Decide about the records of ``bench``'s pairing.

        Match rules about fields that are not mapped are left out. What looks like the record of a
        creation in ``doubts``, of which nobody knows whether it was carried out, waits.
        """
        self._doubts = doubts
        self._store, self._systems, self._clock = bench.store, bench.systems, bench.clock
        self._pairing, self._parents, self._answers = bench.pairing, bench.parents, bench.answers
        pairing = bench.pairing
        rules = match_rules(bench.options, pairing.mapping.entity_kind)
        mapped = {key for pair in pairing.merger.pairs for key in pair.crm.keys}
        usable = tuple(rule for rule in rules if set(rule.fields) <= mapped)
        self._matcher = Matcher(usable) if usable else None
        self._indexes: dict[Side, Index] = {}
        self._left_alone: frozenset[str] | None = None
        self._dead_links: dict[str, list[Link]] | None = None

    def forget(self) -> None:
        """Forget what was planned, so that it is decided again."""
        self._indexes.clear()

    def decide(self, side: Side, news: Sequence[News], decided: Decided) -> list[Finding]:
        """What follows for each of the ``news`` of one side, none of which has a link."""
        wish = self._wish(side)
        findings: list[Finding] = []
        for each in news:
            name = self._pairing.name(side, each.key)
            if name in decided:
                findings.append(Finding.again(each, decided[name]))
            elif each.record is None:
                findings.append(Finding(news=each))
            elif wish is Wish.LEAVE:
                findings.append(_skipped(each, "it is not linked"))
            elif name in self._apart():
                findings.append(_skipped(each, "a person took its link away"))
            elif lost := self._lost(side, each.key):
                findings.append(_skipped(each, f"its counterpart {lost} was deleted"))
            elif doubt := self._doubt(side, each.record):
                findings.append(_waiting(each, f"it may be what was made by {doubt}"))
            else:
                findings.append(self._decide(side, each, each.record, decided, wish))
        return findings

    def _apart(self) -> frozenset[str]:
        """The records that a person left alone; read once for a pass."""
        if self._left_alone is None:
            mapping = self._pairing.mapping
            with self._store.look() as state:
                self._left_alone = kept_apart(state, mapping.connection, mapping.actor_kind)
        return self._left_alone

    def _lost(self, side: Side, key: str) -> str:
        """The counterpart that a record had and that is gone; empty where there is none.

        What was told of its deletion would be for nothing if it simply came back.
        """
        for link in self._dead().get(self._pairing.name(side, key), ()):
            other: Ref = link.actor if side is Side.CRM else link.entity
            fields = self._pairing.fields(side.other)
            if not self._systems.get(other.system, other.kind, [other.key], fields):
                return str(other)
        return ""

    def _dead(self) -> Mapping[str, Sequence[Link]]:
        """The dead links by both of their records; read once for a pass."""
        if self._dead_links is None:
            self._dead_links = {}
            mapping, after = self._pairing.mapping, ""
            while True:
                with self._store.look() as state:
                    links = state.links.dead(mapping.connection, mapping.actor_kind, after=after)
                for link in links:
                    for ref in (link.actor, link.entity):
                        self._dead_links.setdefault(str(ref), []).append(link)
                if not links:
                    return self._dead_links
                after = links[-1].actor.key
        return self._dead_links

    def _doubt(self, side: Side, record: Record) -> str:
        """The creation in doubt that may have made the record; empty where there is none."""
        system, kind = self._pairing.system(side), self._pairing.kind(side)
        fields = {field.key: field for field in kind.fields}
        return next(
            (
                step.id
                for step in self._doubts
                if (step.system, step.kind) == (system, kind.name)
                and _looks_like(record, step.values, fields)
            ),
            "",
        )

    def _wish(self, side: Side) -> Wish:
        wishes = self._pairing.mapping.on_unlinked
        return wishes.in_erp if side is Side.ERP else wishes.in_crm

    def _decide(
        self, side: Side, news: News, record: Record, decided: Decided, wish: Wish
    ) -> Finding:
        question = f"{record.ref}?"
        if question in self._answers:
            return self._answered(side, news, record, str(self._answers[question]), decided)
        found = self._match(side, record)
        if found is not None and found.outcome is MatchOutcome.LINKED:
            # What is only being made may come to nothing.
            made = isinstance(found.candidates[0].key, _New)
            return _waiting(news, found.sentence) if made else _skipped(news, found.sentence)
        if found is not None and found.outcome is MatchOutcome.MATCH:
            candidate = found.candidates[0]
            if candidate.certainty is not Certainty.POSSIBLE:
                return self._link(side, news, record, str(candidate.key), decided)
        if found is not None and found.outcome is not MatchOutcome.NONE:
            return self._ask(news, record, found)
        if wish is Wish.CREATE:
            return self._create(side, news, record, decided)
        reason = found.sentence if found is not None else "no match rule fits its fields"
        return _skipped(news, reason)

    # matching -------------------------------------------------------------------------------------

    def _match(self, side: Side, record: Record) -> MatchResult | None:
        if self._matcher is None:
            return None
        return self._index(side.other, self._matcher).match(self._words(side, record))

    def _words(self, side: Side, record: Record) -> Mapping[str, object]:
        return record.fields if side is Side.CRM else self._pairing.in_crm_words(record.fields)

    def _index(self, side: Side, matcher: Matcher) -> Index:
        """All records of ``side``, to be matched against; read once for a pass."""
        known = self._indexes.get(side)
        if known is None:
            known = self._indexes[side] = matcher.index()
            # One that moves while they are read comes twice, and counts as it was first.
            seen: set[str] = set()
            for page in self._listing(side):
                records = {each.ref.key: each for each in page if each.ref.key not in seen}
                links = self._links(side, list(records))
                for key, record in records.items():
                    linked_to = _across(links[key], side) if key in links else ""
                    known.add(key, self._words(side, record), linked_to=linked_to)
                seen.update(records)
        return known

    def _listing(self, side: Side) -> Iterable[Page]:
        pairing = self._pairing
        system, kind, fields = pairing.system(side), pairing.kind(side).name, pairing.fields(side)
        session = self._systems.session(system)
        if self._systems.claims(system, kind).search:
            return all_found(session, kind, Query(), fields)
        return all_changes(session, kind, fields)

    def _links(self, side: Side, keys: Sequence[str]) -> Mapping[str, Link]:
        mapping = self._pairing.mapping
        with self._store.look() as state:
            if side is Side.CRM:
                return state.links.by_entity(mapping.connection, mapping.entity_kind, keys)
            return state.links.by_actor(mapping.connection, mapping.actor_kind, keys)

    def _ask(self, news: News, record: Record, found: MatchResult) -> Finding:
        labels = {str(each.key): each.explain()[0] for each in found.candidates}
        issue = Issue(
            id=f"{record.ref}?",
            kind=IssueKind.MATCH,
            record=str(record.ref),
            feed=news.feed,
            key=news.key,
            text=f"which record is the counterpart of {record.ref}: {found.sentence}",
            options={**labels, "new": "none of them: make a new one", "leave": "leave it alone"},
            asked_at=self._clock.now(),
        )
        plan = RecordPlan(
            record=str(record.ref),
            feed=news.feed,
            key=news.key,
            plan=Plan(),
            fingerprint=news.fingerprint,
            marked=news.marked,
            issues=(issue,),
        )
        return Finding(news=news, plan=plan)

    def _answered(
        self, side: Side, news: News, record: Record, answer: str, decided: Decided
    ) -> Finding:
        if answer == "new":
            return self._create(side, news, record, decided)
        if answer == "leave":
            empty = RecordPlan(
                record=str(record.ref),
                feed=news.feed,
                key=news.key,
                plan=Plan(),
                fingerprint=news.fingerprint,
                marked=news.marked,
            )
            return Finding(news=news, plan=empty)
        return self._link(side, news, record, answer, decided)

    # linking and making ---------------------------------------------------------------------------

    def _link(self, side: Side, news: News, record: Record, key: str, decided: Decided) -> Finding:
        pairing, other = self._pairing, side.other
        system, kind = pairing.system(other), pairing.kind(other).name
        counterpart = self._systems.get(system, kind, [key], pairing.fields(other)).get(key)
        if counterpart is None:
            return _waiting(news, "its match is gone")
        if key in self._links(other, [key]):
            return _skipped(news, f"{counterpart.ref} is already linked")
        if str(counterpart.ref) in self._apart():
            return _skipped(news, f"a person took the link of {counterpart.ref} away")
        if other in self._indexes:
            self._indexes[other].link(key, str(record.ref))
        decided[str(counterpart.ref)] = look_of(counterpart)
        crm, erp = (record, counterpart) if side is Side.CRM else (counterpart, record)
        places = Place(_ref(crm), crm.version), Place(_ref(erp), erp.version)
        return self._planned(news, record, (crm.fields, erp.fields), places, decided)

    def _create(self, side: Side, news: News, record: Record, decided: Decided) -> Finding:
        pairing, other = self._pairing, side.other
        parent, reason = parent_across(self._store, self._parents, side, record)
        if reason:
            return _waiting(news, reason)
        made = new_record(_ref(record), pairing.system(other), pairing.kind(other).name, parent)
        mine = Place(_ref(record), record.version)
        places = (mine, Place(made)) if side is Side.CRM else (Place(made), mine)
        values = (record.fields, {}) if side is Side.CRM else ({}, record.fields)
        found = self._planned(news, record, values, places, decided)
        if found.plan is not None and other in self._indexes:
            # Another record like this one is not to get a counterpart like it.
            name, words = str(record.ref), self._words(side, record)
            self._indexes[other].add(_New(name), words, linked_to=name)
        return found

    def _planned(
        self,
        news: News,
        record: Record,
        values: "tuple[Mapping[str, object], Mapping[str, object]]",
        places: tuple[Place, Place],
        decided: Decided,
    ) -> Finding:
        pairing, name = self._pairing, str(record.ref)
        merged = pairing.merger.merge({}, *values)  # type: ignore[arg-type]
        plan = plan_link(name, merged, *places, pairing.connection)
        plan = with_defaults(plan, pairing.mapping)
        missing = missing_values(plan, self._kinds())
        if missing:
            return _skipped(news, f"a new record needs {', '.join(missing)}")
        decided[name] = look_of(record)
        found = RecordPlan(
            record=name,
            feed=news.feed,
            key=news.key,
            plan=plan,
            decisions=tuple(each for each in merged.decisions if each.writes),
            fingerprint=news.fingerprint,
            marked=news.marked,
        )
        return Finding(news=news, plan=found)

    def _kinds(self) -> dict[tuple[str, str], Kind]:
        pairing = self._pairing
        return {
            (pairing.connection, pairing.actor.name): pairing.actor,
            (CRM, pairing.entity.name): pairing.entity,
        }


def match_rules(options: Options, entity_kind: str) -> tuple[MatchRule, ...]:
    """By which rules the counterparts of a kind of entity are found, unless said otherwise."""
    usual = {"company": COMPANY_RULES, "contact": CONTACT_RULES}.get(entity_kind, ())
    return options.match_rules.get(entity_kind, usual)


def _ref(record: Record) -> ActorRef | EntityRef:
    return record.ref


def _across(link: Link, side: Side) -> str:
    return str(link.actor if side is Side.CRM else link.entity)


def _looks_like(record: Record, sent: Mapping[str, Value], fields: Mapping[str, Field]) -> bool:
    """Whether most of what was sent is in the record, which may have been edited since."""
    said = {key: value for key, value in sent.items() if not is_empty(value)}
    alike = sum(same(fields[key], value, record.value(key)) for key, value in said.items())
    return 2 * alike > len(said)


def _waiting(news: News, reason: str) -> Finding:
    return Finding(news=news, result=RecordResult.SKIPPED, reason=reason, waits=True)


def _skipped(news: News, reason: str) -> Finding:
    return Finding(news=news, result=RecordResult.SKIPPED, reason=reason)
