"""Mappings: which field is which, for each connection and kind of actor."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from attrs import evolve, frozen

from erplink.domain.mapping import (
    Change,
    DefaultValue,
    FieldRule,
    ListMap,
    Mapping,
    Problem,
    Suggestion,
    mapping_from_toml,
    mapping_to_toml,
    suggested_mapping,
)
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.domain.values import Value
from erplink.errors import BadName, BadValue, NotNow, NotReady
from erplink.hub.descriptions import Descriptions
from erplink.hub.lines import KindChoice, ListLine, MappingLine, lines_of, list_lines_of
from erplink.hub.operations import Group, command, query
from erplink.hub.planned import Planned
from erplink.hub.tryouts import TryOut, tried
from erplink.hub.versions import MappingVersion, Versions
from erplink.sync import Side, Store
from erplink.sync.store import Transaction

__all__ = ["Mappings", "PlannedMapping"]


@frozen(kw_only=True)
class PlannedMapping:
    """What putting a mapping into force would come to."""

    mapping: Mapping
    #: What is different from the one that is in force.
    changes: tuple[Change, ...]
    #: What is wrong with it.
    problems: tuple[Problem, ...]
    #: What the next pass would do; None where the mapping cannot be carried out.
    planned: Planned | None = None


class Mappings(Group):
    """The mappings of the connections that the user sees."""

    # looking --------------------------------------------------------------------------------------

    @query
    def kinds(self, connection: str) -> Sequence[KindChoice]:
        """The kinds of actors of a connection, what they may be synced with, and what is synced."""
        mappings = {each.actor_kind: each for each in self._of(connection)}
        with self._descriptions() as descriptions:
            entities = descriptions.kinds(CRM)
            actors = descriptions.kinds(connection)
        pairs = self._desk.wiring.tuning.pairs
        return [
            KindChoice(
                actor_kind=name,
                title=kind.title or name,
                entity_kinds=tuple(each for each in pairs.entity_kinds(name) if each in entities),
                mapping=mappings.get(name),
            )
            for name, kind in actors.items()
        ]

    @query
    def of(self, connection: str) -> Sequence[Mapping]:
        """All mappings of a connection, by their kinds of actors."""
        return self._of(connection)

    @query
    def get(self, connection: str, actor_kind: str) -> Mapping:
        """The mapping of one kind of actor."""
        return self._get(connection, actor_kind)

    @query
    def lines(self, mapping: Mapping) -> Sequence[MappingLine]:
        """The screen of a mapping, kept or not: a line for each rule and each unmapped field.

        Where nothing may be written to a field, the reason is told.
        """
        with self._descriptions() as descriptions:
            actor, entity = descriptions.both(mapping)
        return lines_of(mapping, actor, entity)

    @query
    def lists(self, mapping: Mapping) -> Sequence[ListLine]:
        """The lists of a mapping, kept or not: both sides' items, and what is not mapped."""
        with self._descriptions() as descriptions:
            actor, entity = descriptions.both(mapping)
            lists = descriptions.lists(actor, entity, mapping.connection)
        return list_lines_of(mapping, actor, entity, lists)

    @query
    def problems(self, mapping: Mapping) -> Sequence[Problem]:
        """Everything that is wrong with a mapping, kept or not, as both systems are now."""
        with self._descriptions() as descriptions:
            return descriptions.problems(mapping)

    # proposing ------------------------------------------------------------------------------------

    @query
    def suggest(
        self, connection: str, actor_kind: str, entity_kind: str | None = None
    ) -> Sequence[Suggestion]:
        """Rules for the fields that nothing is said about yet, best first, with the reasons.

        Without a mapping, for all fields; ``entity_kind`` is only needed where there is a choice.
        """
        mapping = self._found(connection, actor_kind)
        if mapping is None:
            mapping = Mapping(connection, actor_kind, self._entity_kind(actor_kind, entity_kind))
        with self._descriptions() as descriptions:
            actor, entity = descriptions.both(mapping)
            lists = descriptions.lists(actor, entity, connection)
        return mapping.suggest(actor.fields, entity.fields, lists=lists)

    @query
    def draft(self, connection: str, actor_kind: str, entity_kind: str | None = None) -> Mapping:
        """A mapping to begin with, of the suggestions that are likely; it is not kept."""
        named = Mapping(connection, actor_kind, self._entity_kind(actor_kind, entity_kind))
        with self._descriptions() as descriptions:
            actor, entity = descriptions.both(named)
            lists = descriptions.lists(actor, entity, connection)
        names = connection, actor_kind, actor.fields, entity.name, entity.fields
        return suggested_mapping(*names, lists=lists)

    @query
    def try_out(
        self, mapping: Mapping, record: ActorRef | EntityRef, values: dict[str, Value] | None = None
    ) -> TryOut:
        """Show a record through a mapping, kept or not, and back, and which laws hold.

        The record is read from its system, unless its ``values`` are given.
        """
        with self._descriptions() as descriptions:
            actor, entity = descriptions.both(mapping)
            side = Side.CRM if isinstance(record, EntityRef) else Side.ERP
            kind = entity if side is Side.CRM else actor
            system = CRM if side is Side.CRM else mapping.connection
            if (record.system, record.kind) != (system, kind.name):
                rule = f"the mapping is about {kind.name!r} of {system}"
                raise BadValue(rule, value=str(record))
            fields = [field.key for field in kind.fields]
            held = descriptions.values(record, fields) if values is None else values
        return tried(mapping, actor, entity, side, held)

    @query
    def plan(self, mapping: Mapping) -> PlannedMapping:
        """What putting a mapping into force would do, before it is: nothing is kept or written."""
        before = self._found(mapping.connection, mapping.actor_kind)
        with self._descriptions() as descriptions:
            found = descriptions.problems(mapping)
        planned = None
        if mapping.enabled and not any(problem.is_error for problem in found):
            preview = self._desk.wiring.engine.plan_with(_next(mapping, before), full=True)
            planned = Planned(preview, self._desk.sight.mask)
        empty = Mapping(mapping.connection, mapping.actor_kind, mapping.entity_kind)
        return PlannedMapping(
            mapping=mapping,
            changes=mapping.changes_since(before or empty),
            problems=found,
            planned=planned,
        )

    # changing -------------------------------------------------------------------------------------

    @command
    def set(self, mapping: Mapping, *, expects: int | None = None) -> Mapping:
        """Put a mapping into force: the next pass goes by it, one that runs ends as it began.

        With ``expects``, only if that is still the version in force. While the connection is
        active, a mapping with errors is refused with all of them; otherwise it waits, and keeps the
        connection from being activated. What was planned with the old one is not applied any more.
        """
        return self._set(mapping, expects)

    @command
    def enable(self, connection: str, actor_kind: str) -> Mapping:
        """Have a kind of actor synced."""
        return self._edit(connection, actor_kind, lambda each: evolve(each, enabled=True))

    @command
    def disable(self, connection: str, actor_kind: str) -> Mapping:
        """Have a kind of actor left alone; its links and settings stay."""
        return self._edit(connection, actor_kind, lambda each: evolve(each, enabled=False))

    @command
    def set_rule(self, connection: str, actor_kind: str, rule: FieldRule) -> Mapping:
        """Map a field, in place of what was said about it; to nothing says "do not sync"."""
        return self._edit(connection, actor_kind, lambda each: _with_rule(each, rule))

    @command
    def drop_rule(self, connection: str, actor_kind: str, key: str) -> Mapping:
        """Say nothing about a field any more."""
        return self._edit(connection, actor_kind, lambda each: _without_rule(each, key))

    @command
    def set_list(self, connection: str, actor_kind: str, list_map: ListMap) -> Mapping:
        """Map the items of two lists; one that is mapped twice is an error, one may stay alone."""
        doubled = list_map.doubled()
        if doubled:
            raise NotReady("the lists cannot be mapped like this", doubled)
        return self._edit(connection, actor_kind, lambda each: _with_list(each, list_map))

    @command
    def set_default(self, connection: str, actor_kind: str, default: DefaultValue) -> Mapping:
        """Say what a field of the ERP gets when an actor is made or first linked."""
        return self._edit(connection, actor_kind, lambda each: _with_default(each, default))

    @command
    def drop_default(self, connection: str, actor_kind: str, key: str) -> Mapping:
        """Have a field of the ERP without a default."""
        return self._edit(
            connection,
            actor_kind,
            lambda each: evolve(each, defaults=[d for d in each.defaults if d.field != key]),
        )

    @command
    def show(
        self,
        connection: str,
        actor_kind: str,
        key: str,
        *,
        in_search: bool | None = None,
        in_tab: bool | None = None,
        rank: int | None = None,
    ) -> Mapping:
        """Say where a mapped field is shown, and where it stands in the tab."""

        def shown(mapping: Mapping) -> Mapping:
            rule = mapping.rule(key)
            rule = rule if in_search is None else evolve(rule, show_in_search=in_search)
            rule = rule if in_tab is None else evolve(rule, show_in_tab=in_tab)
            return _with_rule(mapping, rule if rank is None else evolve(rule, rank=rank))

        return self._edit(connection, actor_kind, shown)

    # documents and versions -----------------------------------------------------------------------

    @query
    def to_toml(self, connection: str, actor_kind: str) -> str:
        """The mapping as a TOML text, laid out to be read and compared by people."""
        mapping = self._get(connection, actor_kind)
        return mapping_to_toml(mapping, catalogue=self._desk.wiring.catalogue)

    @query
    def from_toml(self, connection: str, document: str) -> Mapping:
        """The mapping that a TOML text tells of, for a connection; it is not kept.

        The text may have been written for another connection.
        """
        found = mapping_from_toml(document, catalogue=self._desk.wiring.catalogue)
        return evolve(found, connection=connection)

    @query
    def versions(self, connection: str, actor_kind: str) -> Sequence[MappingVersion]:
        """The versions that were put into force, the newest first: when, and by whom."""
        self._get(connection, actor_kind)
        with self._store.look() as state:
            return self._versions(state, connection, actor_kind).all()

    @query
    def version(self, connection: str, actor_kind: str, number: int) -> Mapping:
        """The mapping as it was in a version."""
        self._get(connection, actor_kind)
        with self._store.look() as state:
            return self._versions(state, connection, actor_kind).get(number)

    @query
    def diff(
        self, connection: str, actor_kind: str, old: int, new: int | None = None
    ) -> Sequence[Change]:
        """What is different between two versions; without ``new``, in the one in force."""
        current = self._get(connection, actor_kind)
        with self._store.look() as state:
            versions = self._versions(state, connection, actor_kind)
            newer = current if new is None else versions.get(new)
            return newer.changes_since(versions.get(old))

    # parts ----------------------------------------------------------------------------------------

    @property
    def _store(self) -> Store:
        return self._desk.wiring.store

    def _descriptions(self) -> Descriptions:
        return Descriptions(self._desk.wiring)

    def _versions(self, state: Transaction, connection: str, actor_kind: str) -> Versions:
        return Versions(state, connection, actor_kind, self._desk.wiring.catalogue)

    def _of(self, connection: str) -> Sequence[Mapping]:
        with self._store.look() as state:
            return state.mappings.of(connection)

    def _found(self, connection: str, actor_kind: str) -> Mapping | None:
        with self._store.look() as state:
            return state.mappings.get(connection, actor_kind)

    def _get(self, connection: str, actor_kind: str) -> Mapping:
        found = self._found(connection, actor_kind)
        if found is None:
            known = [each.actor_kind for each in self._of(connection)]
            raise BadName.among("mapping for the kind", actor_kind, known)
        return found

    def _entity_kind(self, actor_kind: str, wanted: str | None) -> str:
        possible = self._desk.wiring.tuning.pairs.entity_kinds(actor_kind)
        if wanted is None and len(possible) == 1:
            return possible[0]
        if wanted is None:
            raise BadValue("say which kind of entity it is synced with", value=repr(actor_kind))
        return wanted

    def _edit(self, connection: str, actor_kind: str, how: Callable[[Mapping], Mapping]) -> Mapping:
        current = self._get(connection, actor_kind)
        return self._set(how(current), current.version)

    def _set(self, mapping: Mapping, expects: int | None) -> Mapping:
        connection = self._desk.sight.connection(mapping.connection)
        if connection.active and mapping.enabled:
            with self._descriptions() as descriptions:
                errors = [str(each) for each in descriptions.problems(mapping) if each.is_error]
            if errors:
                raise NotReady(f"the mapping of {mapping.actor_kind!r} cannot be used", errors)
        user, now = self._desk.user, self._desk.wiring.clock.now()
        with self._store.begin() as state:
            before = state.mappings.get(mapping.connection, mapping.actor_kind)
            _check_version(before, expects)
            _check_links(state, before, mapping)
            changed = _next(mapping, before)
            if before is not None and evolve(changed, version=before.version) == before:
                return before
            versions = self._versions(state, mapping.connection, mapping.actor_kind)
            if before is not None and not versions.all():
                versions.add(before, now, user)
            versions.add(changed, now, user)
            state.mappings.put(changed)
            held = state.runs.held(mapping.connection)
        for run in held:
            if run.actor_kind == mapping.actor_kind:
                with suppress(NotNow):  # somebody has just decided about it
                    self._desk.wiring.engine.discard(run.id, principal=user)
        return changed


def _next(mapping: Mapping, before: Mapping | None) -> Mapping:
    """The mapping as the version that follows."""
    return evolve(mapping, version=1 if before is None else before.version + 1)


def _check_version(before: Mapping | None, expects: int | None) -> None:
    version = 0 if before is None else before.version
    if expects is not None and expects != version:
        raise NotNow(f"the mapping was changed meanwhile: it is at version {version}")


def _check_links(state: Transaction, before: Mapping | None, mapping: Mapping) -> None:
    if before is None or before.entity_kind == mapping.entity_kind:
        return
    linked = state.links.count(mapping.connection, mapping.actor_kind)
    if linked:
        raise NotNow(
            f"{linked} records are linked to {before.entity_kind!r}; disconnect them first"
        )


def _with_rule(mapping: Mapping, rule: FieldRule) -> Mapping:
    """The mapping with the rule in the place of its namesake, or at the end."""
    keys = [each.key for each in mapping.rules]
    if rule.key not in keys:
        return evolve(mapping, rules=(*mapping.rules, rule))
    return evolve(mapping, rules=[rule if each.key == rule.key else each for each in mapping.rules])


def _without_rule(mapping: Mapping, key: str) -> Mapping:
    mapping.rule(key)  # BadName where there is none
    return evolve(mapping, rules=[each for each in mapping.rules if each.key != key])


def _with_list(mapping: Mapping, list_map: ListMap) -> Mapping:
    names = list_map.erp_list, list_map.crm_list
    rest = [each for each in mapping.lists if (each.erp_list, each.crm_list) != names]
    return evolve(mapping, lists=[*rest, list_map])


def _with_default(mapping: Mapping, default: DefaultValue) -> Mapping:
    rest = [each for each in mapping.defaults if each.field != default.field]
    return evolve(mapping, defaults=[*rest, default])
