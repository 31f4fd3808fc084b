"""HttpClient: asks one system, patiently, and says in erplink's words what came of it."""

import logging
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self, TypedDict, Unpack

from erplink.adapters.http.auth import Auth, Nobody
from erplink.adapters.http.call import RequestOptions, checked_headers, prepare
from erplink.adapters.http.errand import Errand, Gear, Log, Translate
from erplink.adapters.http.exchange import Wire
from erplink.adapters.http.response import Response
from erplink.adapters.http.settings import Limits, Retries, Timeouts
from erplink.connectors import Clock, RateBudget
from erplink.domain.secret import Secret

__all__ = ["ClientOptions", "HttpClient"]

_LOG = logging.getLogger("erplink.http")
_LOG.addHandler(logging.NullHandler())


class ClientOptions(TypedDict, total=False):
    """What may be said when a client is made; everything has a default."""

    auth: Auth | None
    timeouts: Timeouts
    limits: Limits
    retries: Retries
    #: Asked before each request, told after each answer; None for no budget.
    budget: RateBudget | None
    #: Gets one debug line for each exchange; ``erplink.http`` where none is given.
    logger: Log | None
    #: Sent with every request; wrap what is secret: ``Secret(…)``.
    headers: Mapping[str, str | Secret]
    #: What this system means by its statuses, where that is not the usual; see the table of
    #: ``erplink.adapters.http.decision``.
    translate: Translate | None
    #: Send back the cookies that the system sets, to it alone.
    keep_cookies: bool


class HttpClient:
    """A client for one system, made by :func:`http_client`; threads may share it.

    Close it, or use it in a ``with`` statement.
    """

    def __init__(
        self,
        base_url: str,
        wire: Wire,
        clock: Clock,
        random: Callable[[], float],
        options: ClientOptions,
    ) -> None:
        """Take everything in; :class:`HttpFactory` knows what to pass."""
        self.base_url = base_url
        self._auth = options.get("auth") or Nobody()
        self._budget = options.get("budget")
        self._translate = options.get("translate")
        self._keeps_cookies = options.get("keep_cookies", False)
        self._headers = dict(checked_headers(options.get("headers", {})))
        self._gear = Gear(
            wire=wire,
            clock=clock,
            random=random,
            log=options.get("logger") or _LOG,
            retries=options.get("retries", Retries()),
            redirects_max=options.get("limits", Limits()).redirects_max,
        )

    def __repr__(self) -> str:
        """Which system it asks."""
        return f"HttpClient({self.base_url!r})"

    def __enter__(self) -> Self:
        """Itself; the end of the ``with`` closes it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close every connection; the client is of no use afterwards."""
        self._gear.wire.close()

    def get(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Read."""
        return self.request("GET", path, **options)

    def head(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Read the headers alone."""
        return self.request("HEAD", path, **options)

    def post(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Create, or call; say ``read_only`` or ``idempotent`` where it is so."""
        return self.request("POST", path, **options)

    def put(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Replace; say ``idempotent`` where it is so."""
        return self.request("PUT", path, **options)

    def patch(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Change; say ``idempotent`` where it is so."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Delete; say ``idempotent`` where it is so."""
        return self.request("DELETE", path, **options)

    def request(self, method: str, path: str = "", **options: Unpack[RequestOptions]) -> Response:
        """Send a request, repeat it where that is right, and give back the answer.

        Args:
            method: In capitals.
            path: Under the base URL, with or without a slash before it; or an absolute URL of
                the same origin, such as a link that the system sent. Quote what comes from data.
            options: See :class:`RequestOptions`.

        Raises:
            Refused: The system said no; Stale, Unauthorised and Unsupported are kinds of it.
            Unavailable: The request surely did not act, or only read.
            Unknown: The request may have acted.
            BadValue: The request is none that can be sent; nothing was.
        """
        call = prepare(self.base_url, method, path, self._headers, options)
        errand = Errand(
            gear=self._gear,
            call=call,
            auth=self._auth,
            budget=self._budget,
            translate=self._translate,
            keeps_cookies=self._keeps_cookies,
        )
        return errand.run()
