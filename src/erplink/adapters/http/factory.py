"""HttpFactory and http_client: where HTTP clients come from."""

import random as chance
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, TypeAlias, Unpack

from erplink.adapters.clock import SystemClock
from erplink.adapters.http.addresses import checked_base
from erplink.adapters.http.client import ClientOptions, HttpClient
from erplink.adapters.http.exchange import Wire
from erplink.adapters.http.settings import Limits, Timeouts
from erplink.connectors import Clock
from erplink.errors import BadName, BadValue

if TYPE_CHECKING:
    import ssl

__all__ = ["HttpFactory", "MakeWire", "http_client"]

MakeWire: TypeAlias = Callable[[str, ClientOptions], Wire]
"""Makes the wire of a client from its base URL and options."""


class HttpFactory:
    """Makes clients that share the time, the luck and one TLS context; one for each process."""

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        random: Callable[[], float] = chance.random,
        tls: "ssl.SSLContext | None" = None,
        wire: MakeWire | None = None,
    ) -> None:
        """Take in what differs from the usual.

        Args:
            clock: Tells the time and waits; the machine's own where none is given.
            random: Draws from 0 up to 1; the pauses between attempts hang on it.
            tls: Whom to trust, for systems with a certificate of their own authority. Made with
                ``ssl.create_default_context(cafile=…)``; it must verify.
            wire: What sends and receives, for tests; httpx where none is given.
        """
        if tls is not None and not (tls.check_hostname and tls.verify_mode):
            rule = "TLS is always verified: give the context the authority's certificate instead"
            raise BadValue(rule, value="a context that trusts everybody", field="tls")
        self._clock = SystemClock() if clock is None else clock
        self._random, self._tls = random, tls
        self._make_wire = self._httpx_wire if wire is None else wire
        self._lock = Lock()

    def client(self, base_url: str, **options: Unpack[ClientOptions]) -> HttpClient:
        """A client for the system at ``base_url``; see :class:`ClientOptions`."""
        for name in options.keys() - ClientOptions.__annotations__.keys():
            raise BadName.among("option of a client", name, ClientOptions.__annotations__)
        wire = self._make_wire(checked_base(base_url), options)
        return HttpClient(base_url, wire, self._clock, self._random, options)

    def _httpx_wire(self, base_url: str, options: ClientOptions) -> Wire:
        # httpx takes its time to import, and whoever talks to no system over HTTP has none.
        from erplink.adapters.http.wire import HttpxWire  # noqa: PLC0415

        return HttpxWire(
            base_url,
            timeouts=options.get("timeouts", Timeouts()),
            limits=options.get("limits", Limits()),
            clock=self._clock,
            tls=self._context,
            keep_cookies=options.get("keep_cookies", False),
        )

    def _context(self) -> "ssl.SSLContext":
        """The TLS context, made when the first https connection wants it: that takes its time."""
        import ssl  # noqa: PLC0415 (a part of that time)

        with self._lock:
            if self._tls is None:
                self._tls = ssl.create_default_context()
            return self._tls


def http_client(
    base_url: str, *, factory: HttpFactory | None = None, **options: Unpack[ClientOptions]
) -> HttpClient:
    """A client for the system at ``base_url``, ready to be used in a ``with`` statement.

    Args:
        base_url: ``https://erp.example.com/api/v2``; every path is looked up under it.
        factory: Brings the clock, the luck and the TLS context; a new one where none is given.
        options: See :class:`ClientOptions`.
    """
    return (factory or HttpFactory()).client(base_url, **options)
