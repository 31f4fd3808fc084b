"""Connections: the ways into ERPs, from the form to the deletion, for those who see them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import uuid4

from attrs import evolve, frozen

from erplink.connectors import (
    Configuration,
    Connector,
    Context,
    Diagnosis,
    Event,
    config_form,
    discover,
    tell_deleted,
    tell_saved,
)
from erplink.domain.connections import EVERYONE, Configured, Connection, Ranking, Scope
from erplink.domain.values import shorten
from erplink.errors import BadName, BadValue, NotNow, NotReady, PluginError, SessionError
from erplink.hub.descriptions import Descriptions
from erplink.hub.forms import FormField, filled, form_of, not_filled
from erplink.hub.health import ConnectionHealth, health_of
from erplink.hub.obstacles import Obstacle, obstacles, tested
from erplink.hub.operations import Group, command, query
from erplink.hub.refreshing import Refresh, refreshed
from erplink.hub.summaries import KindSummary, summary_of
from erplink.sync import RunState, Store
from erplink.sync.drift import describe
from erplink.sync.roster import RANKING
from erplink.sync.store import Transaction

__all__ = ["NAME_LENGTH_MAX", "Connections", "Offered"]

NAME_LENGTH_MAX: Final = 200
"""The longest name of a connection, in characters."""

_WITHDRAWN: Final = "connectors/withdrawn"


@frozen
class Offered:
    """A connector that connections can be made with."""

    name: str
    title: str
    #: The connections with it that the user sees, by id.
    connections: tuple[str, ...] = ()
    #: Whether no more connections can be made with it.
    withdrawn: bool = False


class Connections(Group):
    """The connections that the user sees, and the connectors there are."""

    # connectors -----------------------------------------------------------------------------------

    @query
    def connectors(self) -> Sequence[Offered]:
        """The connectors there are, by name; none of them is imported for it."""
        with self._store.look() as state:
            withdrawn = _withdrawn(state)
        seen = self._desk.sight.connections().values()
        return [
            Offered(
                name,
                title,
                tuple(each.id for each in seen if each.connector == name),
                name in withdrawn,
            )
            for name, title in self._desk.wiring.registry.connectors().items()
        ]

    @command
    def withdraw(self, connector: str) -> None:
        """Have no more connections made with a connector; refused while there are any."""
        self._known_connector(connector)
        with self._store.begin() as state:
            if any(each.connector == connector for each in state.connections.all()):
                raise NotNow(f"the connector {connector!r} is in use")
            state.settings.put(_WITHDRAWN, sorted({*_withdrawn(state), connector}))

    @command
    def offer(self, connector: str) -> None:
        """Have connections made with a connector that was withdrawn."""
        with self._store.begin() as state:
            rest = [name for name in _withdrawn(state) if name != connector]
            state.settings.put(_WITHDRAWN, rest or None)

    @query
    def form(self, connector: str) -> Sequence[FormField]:
        """The empty configuration form of a connector."""
        return form_of(config_form(self._known_connector(connector)))

    @query
    def propose(
        self,
        connector: str,
        configuration: Mapping[str, Configured],
        *,
        connection: str | None = None,
    ) -> Mapping[str, Mapping[str, str]]:
        """Values that the connector finds for a partly filled form, each with a text, by field.

        For an existing ``connection`` as in :meth:`test`.
        """
        found = self._known_connector(connector)
        config = self._filled(connector, configuration, connection)
        return discover(found, config, self._context(connection or str(uuid4()), config))

    @query
    def test(
        self,
        connector: str,
        configuration: Mapping[str, Configured],
        *,
        connection: str | None = None,
    ) -> Diagnosis:
        """Try a configuration out; nothing is saved.

        For an existing ``connection``, what is not given stays as it is, and so do secrets that are
        given as their mask.
        """
        config = self._filled(connector, configuration, connection)
        return tested(self._desk.wiring, connector, config, connection or str(uuid4()))

    def _filled(
        self, connector: str, given: Mapping[str, Configured], connection: str | None
    ) -> Configuration:
        """What is given, over what an existing connection has."""
        form = config_form(self._known_connector(connector))
        if connection is None:
            return filled(form, given)
        known = self._desk.sight.connection(connection)
        if known.connector != connector:
            rule = f"the connection is made with {known.connector!r}"
            raise BadValue(rule, value=shorten(connector))
        return filled(form, given, known.configuration)

    # making and changing --------------------------------------------------------------------------

    @query
    def all(self) -> Sequence[Connection]:
        """The connections in their rank order."""
        seen, ranking = self._desk.sight.connections(), self._ranking()
        return sorted(seen.values(), key=lambda each: ranking.position(each.id))

    @query
    def get(self, connection: str) -> Connection:
        """The connection with this id."""
        return self._desk.sight.connection(connection)

    @command
    def add(
        self,
        name: str,
        connector: str,
        configuration: Mapping[str, Configured],
        *,
        scope: Scope = EVERYONE,
        description: str = "",
    ) -> Connection:
        """Add a connection; it is inactive, and stands last.

        Refused, with every reason, until all mandatory fields are filled and the test succeeds.
        """
        found = self._known_connector(connector)
        with self._store.look() as state:
            if connector in _withdrawn(state):
                raise NotNow(f"the connector {connector!r} is not offered any more")
        form, reasons = config_form(found), _naming(name)
        config = filled(form, configuration)
        empty = not_filled(form, config)
        made = Connection(
            str(uuid4()), name.strip(), connector, config, scope, description=description
        )
        if not empty:
            diagnosis = tested(self._desk.wiring, connector, config, made.id)
            if not diagnosis.works:
                reasons.append(_told(diagnosis))
        if reasons or empty:
            raise NotReady(f"the connection {name!r} cannot be added", [*reasons, *empty])
        ranking = self._ranking()
        with self._store.begin() as state:
            state.connections.put(made)
            state.settings.put(RANKING, [*ranking.order, made.id])
        self._tell(tell_saved, made)
        self._remember_kinds(made.id)
        return made

    @query
    def configuration(self, connection: str) -> Sequence[FormField]:
        """The configuration form of a connection with what it holds, secrets masked."""
        known = self._desk.sight.connection(connection)
        return form_of(config_form(self._known_connector(known.connector)), known.configuration)

    @command
    def configure(self, connection: str, changes: Mapping[str, Configured]) -> Connection:
        """Change the configuration of an inactive connection; what is not given stays.

        It is tested when the connection is activated again.
        """
        known = self._desk.sight.connection(connection)
        form = config_form(self._known_connector(known.connector))
        config = filled(form, changes, known.configuration)
        empty = not_filled(form, config)
        if empty:
            raise NotReady("the configuration is not complete", empty)

        def configured(state: Transaction, current: Connection) -> Connection:
            self._check_idle(state, current)
            if current.configuration != known.configuration:
                raise NotNow("the configuration was changed meanwhile; look at it again")
            return evolve(current, configuration=config)

        changed = self._change(connection, configured)
        self._tell(tell_saved, changed)
        return changed

    @command
    def rename(self, connection: str, name: str) -> Connection:
        """Give a connection another name; its id stays."""
        if _naming(name):
            raise BadValue(_naming(name)[0], value=shorten(name))
        return self._change(connection, lambda _, known: evolve(known, name=name.strip()))

    @command
    def describe(self, connection: str, description: str) -> Connection:
        """Give a connection another description."""
        return self._change(connection, lambda _, known: evolve(known, description=description))

    @command
    def rescope(self, connection: str, scope: Scope) -> Connection:
        """Let others see a connection, or no longer; whoever does it may lose sight of it."""
        return self._change(connection, lambda _, known: evolve(known, scope=scope))

    # active or not --------------------------------------------------------------------------------

    @query
    def obstacles(self, connection: str) -> Sequence[Obstacle]:
        """What keeps a connection from being activated, and what is worth knowing besides."""
        return obstacles(self._desk.wiring, self._desk.sight.connection(connection))

    @command
    def activate(self, connection: str) -> Connection:
        """Have a connection synced; refused with all that is in the way."""
        known = self._desk.sight.connection(connection)
        found = obstacles(self._desk.wiring, known)
        blocking = [str(each) for each in found if each.blocks]
        if blocking:
            raise NotReady(f"the connection {known.name!r} cannot be activated", blocking)

        def activated(_: Transaction, current: Connection) -> Connection:
            if current.configuration != known.configuration:
                raise NotNow("the configuration was changed meanwhile; activate it again")
            return evolve(current, active=True)

        return self._change(connection, activated)

    @command
    def deactivate(self, connection: str) -> Connection:
        """Have a connection left alone; a pass that runs ends at its next page."""
        return self._deactivated(connection)

    def _deactivated(self, connection: str) -> Connection:
        changed = self._change(connection, lambda _, known: evolve(known, active=False))
        self._cancel_runs(connection)
        return changed

    @command
    def delete(self, connection: str) -> None:
        """Delete a connection so that it can be restored; the connector is told.

        Nothing of what was synced is undone: data and links stay as they are.
        """
        self._deactivated(connection)
        with self._store.begin() as state:
            known = _existing(state, connection)
            self._check_idle(state, known)
            state.connections.delete(connection, self._desk.wiring.clock.now())
        self._tell(tell_deleted, known)

    @query
    def all_deleted(self) -> Sequence[Connection]:
        """The connections that were deleted and can be restored, by id."""
        return list(self._desk.sight.connections(deleted=True).values())

    @command
    def restore(self, deleted: str) -> Connection:
        """Bring a deleted connection back; it is inactive."""
        known = evolve(self._desk.sight.deleted(deleted), active=False)
        with self._store.begin() as state:
            state.connections.put(known)
        self._tell(tell_saved, known)
        return known

    # ranks ----------------------------------------------------------------------------------------

    @query
    def ranking(self) -> Sequence[str]:
        """The ids of the connections in their order, the CRM among them."""
        return self._seen_of(self._ranking())

    def _seen_of(self, ranking: Ranking) -> list[str]:
        seen = self._desk.sight.systems()
        return [system for system in ranking.order if system in seen]

    @command
    def rank(self, systems: Sequence[str]) -> Sequence[str]:
        """Put the systems into another order: who is served first, and who wins a tie.

        All that the user sees are named once, the CRM among them. What others see besides stays
        where it is.
        """
        ranking = self._ranking()
        if sorted(systems) != sorted(self._seen_of(ranking)):
            rule = "the order names each connection once, and the CRM"
            raise BadValue(rule, value=shorten(list(systems)))
        ranking = ranking.rearranged(systems)
        with self._store.begin() as state:
            state.settings.put(RANKING, list(ranking.order))
        return self._seen_of(ranking)

    # looking --------------------------------------------------------------------------------------

    @query
    def summary(self, connection: str) -> Sequence[KindSummary]:
        """What is synced, and which way: a line for each kind of actor."""
        with self._store.look() as state:
            return [
                summary_of(mapping, state.links.count(connection, mapping.actor_kind))
                for mapping in state.mappings.of(connection)
            ]

    @command
    def refresh(self, connection: str) -> Refresh:
        """Ask the connector again for its kinds and fields, and tell what changed.

        New fields are there to be mapped from now on; no setting is changed.
        """
        return self._refreshed(connection)

    def _refreshed(self, connection: str) -> Refresh:
        with self._store.look() as state:
            before = state.settings.get(_kinds_of(connection)) or []
            mappings = state.mappings.of(connection)
        with Descriptions(self._desk.wiring) as descriptions:
            kinds = descriptions.kinds(connection).values()
        with self._store.begin() as state:
            state.settings.put(_kinds_of(connection), [describe(kind) for kind in kinds])
        return refreshed(before, kinds, mappings)

    @query
    def health(self, connection: str) -> ConnectionHealth:
        """Whether the system answers, how the last pass went, and what is left out, and why."""
        sight = self._desk.sight
        found = health_of(self._desk.wiring, sight.connection(connection))
        last = found.last_pass and sight.mask.run(found.last_pass)
        return evolve(found, status=sight.mask.status(found.status), last_pass=last)

    # parts ----------------------------------------------------------------------------------------

    @property
    def _store(self) -> Store:
        return self._desk.wiring.store

    def _ranking(self) -> Ranking:
        return self._desk.wiring.engine.roster.ranking()

    def _known_connector(self, name: str) -> Connector:
        return self._desk.wiring.registry.connector(name)

    def _context(self, connection: str, config: Configuration) -> Context:
        return self._desk.wiring.context(connection, config)

    def _change(
        self, connection: str, how: Callable[[Transaction, Connection], Connection]
    ) -> Connection:
        with self._store.begin() as state:
            changed = how(state, _existing(state, connection))
            state.connections.put(changed)
        return changed

    def _check_idle(self, state: Transaction, connection: Connection) -> None:
        if connection.active:
            raise NotNow(f"the connection {connection.name!r} is active; deactivate it first")
        now = self._desk.wiring.clock.now()
        if any(
            lease.key.startswith(f"pass/{connection.id}/") and lease.expires > now
            for lease in state.leases.all()
        ):
            raise NotNow(
                f"a pass of {connection.name!r} is still running; it ends at its next page"
            )

    def _cancel_runs(self, connection: str) -> None:
        with self._store.look() as state:
            runs = [run for run in state.runs.of(connection) if run.state is RunState.RUNNING]
        for run in runs:
            self._desk.wiring.engine.cancel(run.id)

    def _tell(
        self, tell: Callable[[Connector, Configuration, Context], None], connection: Connection
    ) -> None:
        """Let the connector hear of it; what it makes of that changes nothing here."""
        config = connection.configuration
        try:
            found = self._known_connector(connection.connector)
            tell(found, config, self._context(connection.id, config))
        except (SessionError, PluginError, BadName) as error:
            details = {"connection": connection.id, "error": str(error)}
            self._desk.wiring.registry.notify(Event("connector not told", details))

    def _remember_kinds(self, connection: str) -> None:
        try:
            self._refreshed(connection)
        except (SessionError, PluginError) as error:
            details = {"connection": connection, "error": str(error)}
            self._desk.wiring.registry.notify(Event("kinds not read", details))


def _existing(state: Transaction, connection: str) -> Connection:
    known = state.connections.get(connection)
    if known is None:  # somebody deleted it meanwhile
        raise BadName(f"unknown connection {connection!r}")
    return known


def _kinds_of(connection: str) -> str:
    return f"kinds/{connection}"


def _withdrawn(state: Transaction) -> list[str]:
    return list(state.settings.get(_WITHDRAWN) or ())


def _naming(name: str) -> list[str]:
    if len(name) > NAME_LENGTH_MAX:
        return [f"a name has at most {NAME_LENGTH_MAX} characters"]
    return [] if name.strip() else ["a connection needs a name"]


def _told(diagnosis: Diagnosis) -> str:
    return " ".join(filter(None, (diagnosis.message, diagnosis.technical))) or "the test failed"
