"""Links: which entity is which actor, one entity at a time or many at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from erplink.connectors import Criterion, Query, Record
from erplink.domain.links import Link, LinkStatus, Pin
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.matching import Matcher, MatchRule
from erplink.domain.plan import Plan, RemoveLink
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import AlreadyLinked, BadName, BadValue, InputError, NotNow, Unsupported
from erplink.hub.bulk import Bulk
from erplink.hub.committing import Committed, carry_out, carry_out_all, is_done
from erplink.hub.compared import Choice, compare_field
from erplink.hub.comparison import Comparison
from erplink.hub.defaults import asked_values
from erplink.hub.draft import Draft, draft_of
from erplink.hub.hits import Hits, find_actors
from erplink.hub.layout import lay_out
from erplink.hub.matchdesk import MatchDesk
from erplink.hub.operations import Group, command, query
from erplink.hub.reading import Reader
from erplink.hub.repair import BrokenLink, broken_links
from erplink.hub.tab import LinkableKind, Tab, linkable_kinds, tab_of
from erplink.sync import PassResult
from erplink.sync.pairing import Pairing
from erplink.sync.parents import parent_across
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName, Side

__all__ = ["Links"]

_PAGE = 500


class Links(Group):
    """Linking through the connections that the user sees."""

    # what there is --------------------------------------------------------------------------------

    @query
    def of(self, entity: EntityRef) -> Sequence[Link]:
        """The living links of an entity, through the connections that the user sees."""
        return self._links_of(entity)

    @query
    def tab(self, entity: EntityRef) -> Sequence[Tab]:
        """Every connection that the user sees: whether the entity is linked, and the values now.

        They stand in rank order. Where one connection fails, its error is told and the others show
        their values.
        """
        seen, links = (
            self._desk.sight.connections(),
            {each.connection: each for each in self._links_of(entity)},
        )
        ranking = self._desk.wiring.engine.roster.ranking()
        with self._reader() as reader:
            return [
                tab_of(reader, seen[name], entity, links.get(name))
                for name in ranking.order
                if name in seen
            ]

    @query
    def kinds(self, entity: EntityRef, connection: str) -> Sequence[LinkableKind]:
        """The kinds of actors that an entity may be linked to, and which of them can be made."""
        self._roster_check(connection)
        with self._reader() as reader:
            return linkable_kinds(reader, connection, entity)

    # one entity -----------------------------------------------------------------------------------

    @query
    def search(
        self,
        entity: EntityRef,
        connection: str,
        actor_kind: str,
        text: str = "",
        *,
        criteria: Criterion | None = None,
        cursor: str | None = None,
    ) -> Hits:
        """The actors that an entity could be linked to, a page at a time; a blank text finds all.

        Where the entity has a parent, only actors under the parent's are found. Those that are
        linked already say to what.
        """
        mapping = self._mapping(entity, connection, actor_kind)
        with self._reader() as reader:
            return find_actors(reader, entity, mapping, Query(text, criteria), cursor)

    @query
    def compare(
        self,
        entity: EntityRef,
        actor: ActorRef,
        *,
        choices: Mapping[str, Choice | str] | None = None,
        values: Mapping[str, Value] | None = None,
        seen: str = "",
    ) -> Comparison:
        """An entity and an actor side by side: each field, and a proposal where they differ.

        Args:
            entity: The record of the CRM.
            actor: The record of the ERP.
            choices: Which value is right, by field.
            values: Values that a person gave, by field.
            seen: The ``seen`` of the comparison that the choices were made from; refused where
                either record holds something else by now.
        """
        mapping = self._mapping(entity, actor.system, actor.kind)
        self._refuse_linked(entity, actor)
        with self._reader() as reader:
            pairing = reader.pairing(actor.system, actor.kind)
            records = _read_both(reader, pairing, entity, actor)
            compared = _compared(reader, mapping, pairing, records)
        if seen and seen != compared.seen:
            raise NotNow(f"{entity} or {actor} moved since they were shown: compare them again")
        for field, choice in (choices or {}).items():
            compared = compared.choose(field, choice)
        for field, value in (values or {}).items():
            compared = compared.give(field, value)
        return compared

    @command
    def commit(self, comparison: Comparison) -> Committed:
        """Write both sides as chosen and make the link; nothing was written before.

        The ERP is written first, then the CRM, and the link is made once both are. Where a system
        refuses, or somebody else was quicker, the error says so and no link is made.
        """
        _refuse_open(comparison.problems)
        return carry_out(self._desk.wiring, comparison.record_plan, self._desk.user)

    @query
    def draft(
        self,
        entity: EntityRef,
        connection: str,
        actor_kind: str,
        *,
        values: Mapping[str, Value] | None = None,
    ) -> Draft:
        """The form for an actor to be made from an entity, prefilled from mapping and defaults.

        Unsupported, with the reason, where the connector may not make one.
        """
        self._mapping(entity, connection, actor_kind)
        self._refuse_linked(entity, None, connection)
        with self._reader() as reader:
            for kind in linkable_kinds(reader, connection, entity):
                if kind.name == actor_kind and not kind.creates:
                    raise Unsupported(kind.why_not)
            pairing = reader.pairing(connection, actor_kind)
            record = reader.record(entity, pairing.fields(Side.CRM))
            parents = reader.parents(pairing)
        parent, reason = parent_across(self._desk.wiring.store, parents, Side.CRM, record)
        if reason:
            raise NotNow(f"{reason}: link that first")
        now = self._desk.wiring.clock.now()
        key = f"{entity} > {connection}/{actor_kind} for {self._desk.user} at {now.isoformat()}"
        above = parent if isinstance(parent, ActorRef) else None
        made = draft_of(record, pairing, key, above)
        for field, value in (values or {}).items():
            made = made.give(field, value)
        return made

    @command
    def create(self, draft: Draft) -> Committed:
        """Make the actor in the ERP, and link the entity to it."""
        _refuse_open(draft.problems)
        return carry_out(self._desk.wiring, draft.record_plan, self._desk.user)

    @command
    def sync(self, entity: EntityRef, connection: str | None = None) -> Sequence[PassResult]:
        """Sync one entity now, with everything that it is linked to."""
        engine, mask = self._desk.wiring.engine, self._desk.sight.mask
        links = [e for e in self._links_of(entity) if connection in (None, e.connection)]
        if not links:
            raise NotNow(f"{entity} is not linked")
        served = [each for each in links if engine.roster.is_served(each.connection)]
        actor = (served or links)[0].actor
        return list(map(mask.result, engine.sync_record(actor, principal=self._desk.user)))

    # taking links away ----------------------------------------------------------------------------

    @command
    def disconnect(self, entity: EntityRef, connection: str) -> Committed:
        """Take the link away; the data stays on both sides, and is no longer synced.

        No pass links either record again by itself.
        """
        link = self._link(entity, connection)
        return carry_out(self._desk.wiring, _removal(link, self._desk.user), self._desk.user)

    @command
    def disconnect_many(self, entities: Sequence[EntityRef], connection: str) -> Bulk:
        """Take the links of many entities through one connection away."""
        by_kind: dict[str, list[RecordPlan]] = {}
        failed: list[tuple[str, str]] = []
        for entity in entities:
            try:
                link = self._link(entity, connection)
            except InputError as error:
                failed.append((str(entity), str(error)))
            else:
                by_kind.setdefault(link.actor.kind, []).append(_removal(link, self._desk.user))
        return self._bulk(by_kind.values(), failed)

    # what is done to a link -----------------------------------------------------------------------

    @command
    def suspend(self, entity: EntityRef, connection: str, reason: str) -> Link:
        """Leave a link out of passes until it is resumed."""
        now = self._desk.wiring.clock.now()
        return self._change(entity, connection, lambda link: link.suspended(reason, now))

    @command
    def resume(self, entity: EntityRef, connection: str) -> Link:
        """Have a suspended link take part in passes again; what moved meanwhile is looked at."""
        now = self._desk.wiring.clock.now()
        return self._change(entity, connection, lambda link: link.resumed(now))

    @command
    def pin(self, entity: EntityRef, connection: str, field: str, side: Pin | str | None) -> Link:
        """Keep one side's value of a field whatever happens; None lets it go again."""
        link = self._link(entity, connection)
        mapping = self._stored_mapping(connection, link.actor.kind)
        rules = [rule for rule in mapping.rules if rule.syncs and field in (rule.key, rule.crm_key)]
        if not rules:
            names = (rule.key for rule in mapping.rules if rule.syncs)
            raise BadName.among("synced field", field, names)
        try:
            pin = None if side is None else Pin(side)
        except ValueError:
            raise BadName.among("side", str(side), (each.value for each in Pin)) from None
        return self._change(entity, connection, lambda link: link.pinned(rules[0].key, pin))

    # many at once ---------------------------------------------------------------------------------

    @query
    def desk(
        self,
        connection: str,
        actor_kind: str,
        *,
        rules: Matcher | Sequence[MatchRule] | None = None,
    ) -> MatchDesk:
        """Every entity without a link, beside the actors that may be its counterpart.

        By the rules of the Hub's options for that kind of entity, unless others are given; a
        matcher where names are to be compared by likeness.
        """
        with self._reader() as reader:
            return lay_out(reader, connection, actor_kind, rules)

    @query
    def comparisons(self, desk: MatchDesk) -> Sequence[Comparison]:
        """What a commit of the desk would write, entity by entity; nothing is written yet."""
        return self._comparisons(desk)

    @command
    def commit_desk(self, desk: MatchDesk) -> Bulk:
        """Link what is accepted, with the proposed values.

        A field of which no rule may say which value is right stays as it is on both sides, and
        is asked about in the next pass.
        """
        plans: list[RecordPlan] = []
        found = self._comparisons(desk)
        there = {each.entity.ref.key for each in found}
        gone = [row.entity for row in desk.accepted if row.entity.key not in there]
        failed = [(str(entity), "one of the two records is gone") for entity in gone]
        for each in found:
            if each.missing:
                reason = f"a value is needed for {', '.join(each.missing)}"
                failed.append((str(each.entity.ref), reason))
            else:
                plans.append(each.record_plan)
        return self._bulk([plans], failed)

    # repairs --------------------------------------------------------------------------------------

    @query
    def broken(self, connection: str) -> Sequence[BrokenLink]:
        """The links of which one record is gone, with what can be done about each."""
        with self._reader() as reader:
            return broken_links(reader, connection)

    @command
    def revive(self, broken: BrokenLink) -> Link:
        """Bring a broken link back to life, with everything that was agreed on.

        Both of its records must be there, and linked to nothing else.
        """
        link = broken.link
        with self._reader() as reader:
            for ref in (link.entity, link.actor):
                reader.record(ref, [field.key for field in reader.kind(ref).fields][:1])
        living = link.resumed(self._desk.wiring.clock.now())
        with self._desk.wiring.store.begin() as state:
            if not state.links.change(living, expects=link.version):
                raise NotNow(f"{link.key} was changed meanwhile: look at it again")
        self._look_again(living)
        return living

    @command
    def forget(self, broken: BrokenLink) -> None:
        """Remove a broken link for good."""
        link = broken.link
        with self._desk.wiring.store.begin() as state:
            if not state.links.remove(link, expects=link.version):
                raise NotNow(f"{link.key} was changed meanwhile: look at it again")

    # helpers --------------------------------------------------------------------------------------

    def _comparisons(self, desk: MatchDesk) -> list[Comparison]:
        if not desk.accepted:
            return []
        with self._reader() as reader:
            return list(_compared_many(reader, desk))

    def _links_of(self, entity: EntityRef) -> list[Link]:
        with self._desk.wiring.store.look() as state:
            found = state.links.of_entities(entity.kind, [entity.key])
        return self._desk.sight.links(found.get(entity.key, ()))

    def _reader(self) -> Reader:
        return Reader(self._desk.wiring)

    def _roster_check(self, connection: str) -> None:
        self._desk.wiring.engine.roster.check(connection)

    def _stored_mapping(self, connection: str, actor_kind: str) -> FieldMapping:
        with self._desk.wiring.store.look() as state:
            found = state.mappings.get(connection, actor_kind)
            known = [each.actor_kind for each in state.mappings.of(connection)]
        if found is None:
            raise BadName.among(f"mapping of {connection}", actor_kind, known)
        return found

    def _mapping(self, entity: EntityRef, connection: str, actor_kind: str) -> FieldMapping:
        """The mapping of a kind; refused where an entity of that kind may not be linked to it."""
        mapping = self._desk.wiring.engine.roster.mapping(connection, actor_kind)
        pairs = self._desk.wiring.tuning.pairs
        if mapping.entity_kind != entity.kind or not pairs.allows(entity.kind, actor_kind):
            rule = f"a {entity.kind} may not be linked to a {actor_kind} of {connection}"
            raise BadValue(rule, value=str(entity))
        return mapping

    def _refuse_linked(
        self, entity: EntityRef, actor: ActorRef | None, connection: str = ""
    ) -> None:
        """Refuse records that are linked already, before anybody chooses anything."""
        connection = connection or (actor.system if actor else "")
        with self._desk.wiring.store.look() as state:
            found = dict(state.links.by_entity(connection, entity.kind, [entity.key]))
            if actor is not None:
                found.update(state.links.by_actor(connection, actor.kind, [actor.key]))
        for link in found.values():
            raise AlreadyLinked(f"they are linked already: {link.key}")

    def _link(self, entity: EntityRef, connection: str) -> Link:
        with self._desk.wiring.store.look() as state:
            found = state.links.by_entity(connection, entity.kind, [entity.key]).get(entity.key)
        if found is None:
            raise NotNow(f"{entity} is not linked through {connection}")
        return found

    def _change(self, entity: EntityRef, connection: str, change: Callable[[Link], Link]) -> Link:
        """Keep the new state of a link, and have its records looked at soon."""
        with self._desk.wiring.store.begin() as state:
            found = state.links.by_entity(connection, entity.kind, [entity.key]).get(entity.key)
            if found is None:
                raise NotNow(f"{entity} is not linked through {connection}")
            changed = change(found)
            if changed is not found and not state.links.change(changed, expects=found.version):
                raise NotNow(f"{found.key} was changed meanwhile: try again")
        if changed.status is LinkStatus.ACTIVE:
            self._look_again(changed)
        return changed

    def _look_again(self, link: Link) -> None:
        engine = self._desk.wiring.engine
        reason = f"{self._desk.user} changed its link"
        engine.notify(link.connection, link.actor.kind, Side.CRM, [link.entity.key], reason=reason)

    def _bulk(self, groups: Iterable[Sequence[RecordPlan]], failed: list[tuple[str, str]]) -> Bulk:
        done, runs = 0, []
        for plans in groups:
            if plans:
                result = carry_out_all(self._desk.wiring, plans, self._desk.user)
                runs.append(result.run.id)
                for settled in result.settled:
                    if is_done(settled):
                        done += 1
                    else:
                        failed.append((settled.plan.record, settled.reason))
        return Bulk(" ".join(runs), done, failed)


def _refuse_open(problems: Sequence[str]) -> None:
    if problems:
        raise BadValue("; ".join(problems), value=f"{len(problems)} things are still to be said")


def _removal(link: Link, user: str) -> RecordPlan:
    reason = f"{user} took it away"
    return RecordPlan(
        record=str(link.entity),
        feed=FeedName(link.connection, link.actor.kind, Side.CRM),
        key=link.entity.key,
        plan=Plan([RemoveLink(link.key, link.version, reason)]),
        personal=True,
    )


def _read_both(
    reader: Reader, pairing: Pairing, entity: EntityRef, actor: ActorRef
) -> tuple[Record, Record]:
    mapping = pairing.mapping
    extra = tuple(each.field for each in mapping.defaults if pairing.actor.field(each.field))
    theirs = tuple(dict.fromkeys((*pairing.fields(Side.ERP), *extra)))
    return reader.record(entity, pairing.fields(Side.CRM)), reader.record(actor, theirs)


def _compared(
    reader: Reader, mapping: FieldMapping, pairing: Pairing, records: tuple[Record, Record]
) -> Comparison:
    rules = {rule.key: rule for rule in mapping.rules}
    rows = []
    for pair in pairing.merger.pairs:
        values = pair.crm.read(records[0].fields), pair.erp.read(records[1].fields)
        texts = (
            reader.text(CRM, pair.crm.fields, values[0]),
            reader.text(mapping.connection, pair.erp.fields, values[1]),
        )
        policy = pairing.merger.policy
        rows.append(compare_field(rules[pair.key], pair, records, policy, texts=texts))
    return Comparison(
        entity=records[0],
        actor=records[1],
        fields=rows,
        defaults=asked_values(mapping, pairing.actor.fields),
        pairs={pair.key: pair for pair in pairing.merger.pairs},
    )


def _compared_many(reader: Reader, desk: MatchDesk) -> Iterable[Comparison]:
    """The comparisons of what a desk accepts, of records that are still there."""
    pairing = reader.pairing(desk.connection, desk.actor_kind)
    mapping, accepted = pairing.mapping, desk.accepted
    extra = tuple(each.field for each in mapping.defaults if pairing.actor.field(each.field))
    theirs = tuple(dict.fromkeys((*pairing.fields(Side.ERP), *extra)))
    for start in range(0, len(accepted), _PAGE):
        part = [(row.entity, row.accepted) for row in accepted[start : start + _PAGE]]
        entities = reader.systems.get(
            CRM, pairing.entity.name, [each.key for each, _ in part], pairing.fields(Side.CRM)
        )
        keys = [actor.key for _, actor in part if actor is not None]
        actors = reader.systems.get(desk.connection, desk.actor_kind, keys, theirs)
        for entity, actor in part:
            if actor is not None and entity.key in entities and actor.key in actors:
                records = entities[entity.key], actors[actor.key]
                yield _compared(reader, mapping, pairing, records)
