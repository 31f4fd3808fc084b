"""Health: how a connection is doing, asked of the system and of the store."""

from collections.abc import Iterable
from datetime import timedelta

from attrs import field as attr
from attrs import frozen

from erplink.domain.connections import Connection
from erplink.domain.links import LinkStatus
from erplink.errors import InputError, PluginError, SessionError
from erplink.hub.descriptions import Descriptions
from erplink.hub.wiring import Wiring
from erplink.sync import Run, RunState
from erplink.sync.status import ConnectionStatus, status_of
from erplink.sync.store import Transaction

__all__ = ["EXCLUDED_MAX", "ConnectionHealth", "Excluded", "health_of"]

EXCLUDED_MAX = 1000
"""The most records that are told one by one."""


@frozen
class Excluded:
    """Something that is left out of passes, and why."""

    #: The kind of actor.
    kind: str
    #: The record's key on its own side; empty where the whole kind is left out.
    key: str
    reason: str
    #: What a person can do about it.
    advice: str = ""


def _excluded(excluded: Iterable[Excluded]) -> tuple[Excluded, ...]:
    return tuple(excluded)


@frozen(kw_only=True)
class ConnectionHealth:
    """How one connection is doing."""

    #: Why the system does not answer; empty where it does.
    unreachable: str
    #: What the store knows of it: pauses, pending and parked records, questions, held plans.
    status: ConnectionStatus
    #: The last pass that ended.
    last_pass: Run | None
    #: For how long one of its feeds has not been read to its end; None where one never was.
    lag: timedelta | None
    #: What is left out, and why.
    excluded: tuple[Excluded, ...] = attr(default=(), converter=_excluded)

    @property
    def reachable(self) -> bool:
        """Whether the system answers."""
        return not self.unreachable

    @property
    def failing(self) -> str:
        """Why the last pass came to an end before its time; empty where it did not."""
        last = self.last_pass
        return last.reason if last is not None and last.state is RunState.FAILED else ""


def health_of(wiring: Wiring, connection: Connection) -> ConnectionHealth:
    """How a connection is doing now."""
    unreachable, now = _tried(wiring, connection.id), wiring.clock.now()
    with wiring.store.look() as state:
        status = status_of(state, connection.id, now)
        if status is None:  # somebody deleted it meanwhile
            status = ConnectionStatus(connection=connection.id, name=connection.name, active=False)
        lags = [feed.lag for feed in status.feeds]
        return ConnectionHealth(
            unreachable=unreachable,
            status=status,
            last_pass=_last_pass(state, connection.id),
            lag=None if not lags or None in lags else max(lag for lag in lags if lag is not None),
            excluded=_left_out(state, connection.id, status),
        )


def _tried(wiring: Wiring, connection: str) -> str:
    try:
        with Descriptions(wiring) as descriptions:
            descriptions.kinds(connection)
    except (InputError, SessionError, PluginError) as error:
        return str(error)
    return ""


def _last_pass(state: Transaction, connection: str) -> Run | None:
    runs = state.runs.of(connection)
    return next((run for run in runs if run.state is not RunState.RUNNING), None)


def _left_out(state: Transaction, connection: str, status: ConnectionStatus) -> list[Excluded]:
    kinds = [
        Excluded(feed.feed.actor_kind, "", feed.suspended, "Look at the mapping and the fields.")
        for feed in status.feeds
        if feed.suspended
    ]
    parked = [
        Excluded(each.feed.actor_kind, each.key, each.reason, each.advice)
        for each in state.pending.parked(connection, most=EXCLUDED_MAX)
    ]
    links = [
        Excluded(mapping.actor_kind, link.actor.key, link.reason or link.status.value)
        for mapping in state.mappings.of(connection)
        for link in state.links.of(connection, mapping.actor_kind, most=EXCLUDED_MAX)
        if link.status is not LinkStatus.ACTIVE
    ]
    return [*kinds, *parked, *links][:EXCLUDED_MAX]
