"""Wiring: the parts of a Hub, put together of real adapters; nothing else in it knows an adapter.

Adapters are imported when a Hub is made, and not before: they bring drivers along.
"""

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from erplink.connectors import Clock, Configuration, Context, Registry, Session
from erplink.domain.records import CRM
from erplink.domain.secret import Secret
from erplink.domain.transforms import TransformCatalogue, standard_catalogue
from erplink.domain.values import Value
from erplink.hub.tuning import Tuning
from erplink.sync import Engine, Scheduler, Store
from erplink.sync.kept import KeptSessions
from erplink.sync.systems import Systems

__all__ = ["Crm", "Key", "Wiring", "wire"]

Crm = Callable[[], Session]
"""Opens a session to the CRM: a function without arguments, or an object called like one."""

Key = str | Secret | Sequence[str | Secret]
"""What secrets are encrypted with: one key, or several with the newest first."""


@frozen(kw_only=True, eq=False)
class Wiring:
    """What all users of one Hub share."""

    store: Store
    registry: Registry
    clock: Clock
    catalogue: TransformCatalogue
    tuning: Tuning
    #: Opens sessions, and keeps them open for whoever comes next.
    sessions: KeptSessions
    engine: Engine
    scheduler: Scheduler
    #: Makes the tools of a connector that is only tried out.
    context: Callable[[str, Configuration], Context]
    #: Writes rows as the content of a file: header, rows, and its type.
    exported: Callable[[Sequence[str], Iterable[Sequence[Value]], str], bytes]
    #: Whether the store was opened here, and is to be closed here.
    owns_store: bool

    def systems(self) -> Systems:
        """Sessions to read from, each opened when it is first needed; close them."""
        return Systems(self.sessions, read_only=True)

    def close(self) -> None:
        """Stop serving, and let go of sessions and of a store that was opened here."""
        self.scheduler.stop()
        self.sessions.close()
        if self.owns_store:
            self.store.close()


def wire(
    crm: Crm, store: str | Store, registry: Registry | None, key: Key, tuning: Tuning
) -> Wiring:
    """Put the parts of a Hub together."""
    from erplink.adapters.clock import SystemClock  # noqa: PLC0415 - adapters come when needed
    from erplink.adapters.context import make_context  # noqa: PLC0415 - see above
    from erplink.adapters.http import HttpFactory  # noqa: PLC0415 - see above
    from erplink.adapters.opener import SessionOpener  # noqa: PLC0415 - see above

    registry = registry or Registry()
    clock = tuning.clock or SystemClock()
    catalogue = standard_catalogue().extended(registry.transforms())
    opened = _opened(store, key, catalogue) if isinstance(store, str) else store
    http = HttpFactory(clock=clock)
    opener = SessionOpener(opened, registry, crm, clock=clock, http=http)
    sessions = KeptSessions(opener, clock, same_as=lambda system: _as_stored(opened, system))
    engine = Engine(
        opened,
        sessions,
        clock,
        options=tuning.options,
        judgement=tuning.judgement,
        observe=registry.notify,
    )
    return Wiring(
        store=opened,
        registry=registry,
        clock=clock,
        catalogue=catalogue,
        tuning=tuning,
        sessions=sessions,
        engine=engine,
        scheduler=Scheduler(
            engine, pace=tuning.pace, workers=tuning.workers, poll_seconds=tuning.poll_seconds
        ),
        context=lambda connection, configuration: make_context(
            connection, configuration, clock=clock, http=http
        ),
        exported=_exported,
        owns_store=isinstance(store, str),
    )


def _exported(header: Sequence[str], rows: Iterable[Sequence[Value]], file_type: str) -> bytes:
    from erplink.adapters.erp.files import exported  # noqa: PLC0415 - adapters come when needed

    return exported(header, rows, file_type)


def _opened(url: str, key: Key, catalogue: TransformCatalogue) -> Store:
    from erplink.adapters.stores import open_store  # noqa: PLC0415 - adapters come when needed

    given = [key] if isinstance(key, str | Secret) else key
    keys = [each if isinstance(each, Secret) else Secret(each) for each in given]
    return open_store(url, keys=keys, catalogue=catalogue)


def _as_stored(store: Store, system: str) -> object:
    """What a session was opened with: whoever changes that has the others open a new one."""
    if system == CRM:
        return None
    with store.look() as state:
        connection = state.connections.get(system)
    return connection and (connection.connector, connection.configuration)
