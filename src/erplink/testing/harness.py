"""Harness: what the author of a connector hands to the conformance suite."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.adapters.clock import SystemClock
from erplink.adapters.context import make_context
from erplink.connectors import (
    Clock,
    Configuration,
    Connector,
    Context,
    Crm,
    GuardedSession,
    crm_name,
    open_crm,
    open_session,
)
from erplink.domain.values import Value
from erplink.testing.trial import Trial

__all__ = ["Harness", "Samples"]

Samples: TypeAlias = Mapping[str, Mapping[str, Value | Callable[[int], Value]]]
"""For each kind, values by field; a function makes another value of each number."""


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


@frozen(kw_only=True)
class Harness:
    """How the suite opens sessions, and how it changes the world behind the connector's back.

    :meth:`of` makes one from a connector and its configuration. The more hooks it has, the more
    promises can be tried; a promise that needs a hook which is missing is skipped, and says so.
    """

    #: Opens a new session, as ``open_session`` does.
    open: Callable[[], GuardedSession]
    #: ``seed(kind, values)`` makes a record as people do who work in the system itself, and gives
    #: its key. For a kind with a parent it is called with ``parent=key`` too, at times.
    seed: Callable[..., str] | None = None
    #: ``edit(kind, key, values)`` changes these fields of a record, likewise.
    edit: Callable[[str, str, Mapping[str, Value]], object] | None = None
    #: ``remove(kind, key)`` removes a record, likewise.
    remove: Callable[[str, str], object] | None = None
    #: ``merge(kind, key, into)`` merges a record into another one, likewise.
    merge: Callable[[str, str, str], object] | None = None
    #: ``begin(kind, values)`` begins to make a record, whose mark is of now; what it gives, when
    #: called, makes the record visible, and gives its key.
    begin: Callable[[str, Mapping[str, Value]], Callable[[], str]] | None = None
    #: Loses the answer to the next write, after the system has acted.
    lose_answer: Callable[[], object] | None = None
    #: ``rolled_back()`` is a context manager: a session inside a transaction of the host's own,
    #: which is taken back at the end.
    rolled_back: Callable[[], AbstractContextManager[GuardedSession]] | None = None
    #: ``throttle(seconds)`` has the system ask to be left alone for so long, once.
    throttle: Callable[[float], object] | None = None
    #: Has the system fail at the next reading, once.
    break_down: Callable[[], object] | None = None
    #: Which kinds to try; all that there are, where none is named.
    kinds: tuple[str, ...] = attr(default=(), converter=_names)
    #: The values that records are made with. Where a kind has none, all its fields are filled with
    #: values made from their descriptions; where it has some, these are the fields that are tried.
    sample: Samples = attr(factory=dict)
    #: Other values for the same fields, where those made from the descriptions will not do.
    other: Samples = attr(factory=dict)
    #: Stands in made texts and keys: a new one for each run where the world outlives its tests.
    salt: str = ""
    #: The most records that one check makes.
    records_max: int = 250
    #: The most pages that are read before a feed or search is said to have no end.
    pages_max: int = 1000
    #: Passes the time that a change may take to become visible.
    clock: Clock = attr(factory=SystemClock)
    #: What is tried, where that is no connector.
    name: str = ""
    #: Told with every failure, for what it takes to repeat it.
    note: str = ""
    #: For the promises about opening: the connector, what it is opened with, how its context is
    #: made, and a configuration whose credentials are wrong.
    connector: Connector | None = None
    config: Configuration = attr(factory=dict)
    bad_config: Configuration | None = None
    context: Callable[[Configuration], Context] | None = None
    _numbers: Iterator[int] = attr(factory=lambda: itertools.count(1), repr=False, init=False)

    @classmethod
    def of(
        cls,
        connector: Connector,
        config: Configuration | None = None,
        *,
        connection: str = "erp",
        **more: Any,
    ) -> "Harness":
        """A harness for ``connector``.

        Args:
            connector: What is tried.
            config: A configuration that works.
            connection: The id of the connection.
            more: Hooks, samples, and whatever else a harness has.
        """
        working = {} if config is None else config
        clock = more.get("clock") or SystemClock()

        def context(configuration: Configuration) -> Context:
            return make_context(connection, configuration, clock=clock)

        make = more.pop("context", None) or context
        return cls(
            open=lambda: open_session(connector, working, make(working)),
            connector=connector,
            config=working,
            context=make,
            **more,
        )

    @classmethod
    def of_crm(cls, crm: Crm, **more: Any) -> "Harness":
        """A harness for a host's ``crm``, with hooks, samples, and whatever else a harness has."""
        return cls(open=lambda: open_crm(crm), **{"name": crm_name(crm), **more})

    def trial(self, kind: str = "") -> Trial:
        """A trial of ``kind``, or of the first kind there is; use it in a ``with`` statement."""
        return Trial(self, kind)

    def tried_kinds(self) -> tuple[str, ...]:
        """The names of the kinds to try."""
        if self.kinds:
            return self.kinds
        with self.open() as session:
            return tuple(kind.name for kind in session.kinds())

    def number(self) -> int:
        """A number that was not drawn before."""
        return next(self._numbers)
