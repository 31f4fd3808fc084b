"""HttpxWire: the wire of :mod:`httpx`; no other file of erplink knows it.

Its transports are used without its client: the client would write whole URLs, keys in their
queries included, to its log, would keep cookies for any port of a host, and unpack bodies without
a limit. And each transport is lent to one thread at a time: where threads share one, it may take a
connection that just got its answer for one that the server closed, and close it under the reader.
"""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx
from attrs import asdict

from erplink.adapters.http.addresses import Origin, origin_of
from erplink.adapters.http.bodies import Body, BodyBroken, BodyTooLarge, BodyUnreadable
from erplink.adapters.http.call import Call
from erplink.adapters.http.exchange import Answered, Failed, Failure
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.pool import Pool, PoolBusy, PoolClosed
from erplink.adapters.http.settings import Limits, Timeouts
from erplink.connectors import Clock

__all__ = ["HttpxWire"]

# Many servers close an idle connection after five seconds; a request that is sent at that very
# moment may or may not have been read.
_KEEPALIVE_SECONDS = 4.0

_ONE = httpx.Limits(
    max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEEPALIVE_SECONDS
)

_HOSTS_MAX = 64

_ERROR_STATUS = 300


class HttpxWire:
    """Connections to one system, kept open between requests; threads may share them."""

    def __init__(
        self,
        base_url: str,
        *,
        timeouts: Timeouts,
        limits: Limits,
        clock: Clock,
        tls: Callable[[], ssl.SSLContext],
        keep_cookies: bool = False,
    ) -> None:
        """Take the settings in; nothing is opened before the first request."""
        self._origin = origin_of(base_url)
        self._timeouts, self._limits, self._clock, self._tls = timeouts, limits, clock, tls
        self._cookies = httpx.Cookies() if keep_cookies else None
        self._pool = Pool(
            self._transport,
            httpx.HTTPTransport.close,
            lent_max=limits.connections_max,
            wait_seconds_max=timeouts.pool,
        )
        # The environment is long; it is read once for each host, and hosts are few.
        self._proxy = lru_cache(maxsize=_HOSTS_MAX)(_proxy)
        self._extensions = {
            "timeout": {
                "connect": timeouts.connect,
                "read": timeouts.read,
                "write": timeouts.write,
                "pool": timeouts.pool,
            }
        }

    def close(self) -> None:
        """Close every connection, those in use when their answer is read."""
        self._pool.close()

    def exchange(self, call: Call) -> Answered | Failed:
        """Send ``call`` once and read the whole answer, or say what went wrong."""
        origin = origin_of(call.url)
        if origin is None:
            return Failed(Failure.UNSENDABLE, "that is no URL a request can be sent to")
        with ExitStack() as stack:
            stack.enter_context(_discreet())
            # Nothing below is chained: foreign messages quote headers, foreign frames hold secrets.
            try:
                request = self._request(call, origin)
                route = (origin.scheme, self._proxy(origin))
                transport = stack.enter_context(self._pool.lend(route))
            except _BEFORE_SENDING as error:
                return _failed(error, Failure.UNSENDABLE, self._timeouts)
            try:
                return self._send(call, request, transport)
            except _AFTER_SENDING as error:
                return _failed(error, Failure.BROKEN, self._timeouts)

    def _send(
        self, call: Call, request: httpx.Request, transport: httpx.HTTPTransport
    ) -> Answered | Failed:
        response = transport.handle_request(request)
        try:
            self._keep_cookies(call, request, response)
            headers = Headers(response.headers.multi_items())
            body = self._body(call, response)
        finally:
            response.close()
        if isinstance(body, Failed):
            return body
        return Answered(response.status_code, headers, body)

    def _request(self, call: Call, origin: Origin) -> httpx.Request:
        if origin.host.isascii():
            origin.host.encode(
                "idna"
            )  # what the resolver does later, when it is hard to tell apart
        # Packing saves time on the way to another machine, and costs it on the way to none.
        packing = "identity" if origin.is_this_machine else "gzip"
        headers = [pair for pair in call.revealed_headers() if pair[0] != "accept-encoding"]
        request = httpx.Request(
            call.method,
            call.revealed_url(),
            headers=[*headers, ("accept-encoding", packing)],
            content=call.body,
            extensions=self._extensions,
        )
        if self._cookies is not None and origin == self._origin:
            self._cookies.set_cookie_header(request)
        return request

    def _keep_cookies(self, call: Call, request: httpx.Request, response: httpx.Response) -> None:
        if self._cookies is not None and origin_of(call.url) == self._origin:
            response.request = request
            self._cookies.extract_cookies(response)

    def _transport(self, route: tuple[str, str | None]) -> httpx.HTTPTransport:
        """One connection for a scheme, through the proxy that the environment names for it."""
        scheme, proxy = route
        # Without TLS a context that trusts nobody will do: it is made in no time.
        context = self._tls() if scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.HTTPTransport(verify=context, trust_env=False, limits=_ONE, proxy=proxy)

    def _body(self, call: Call, response: httpx.Response) -> bytes | Failed:
        """The whole body; of an answer that says no, as much of it as there is."""
        wanted = response.status_code < _ERROR_STATUS or response.status_code in call.accept
        bytes_max = self._limits.response_bytes_max if wanted else self._limits.error_bytes_max
        body: Body | None = None
        try:
            body = Body(response.headers.get("content-encoding", ""), bytes_max)
            self._read(response, body)
            return body.whole()
        except (*_BODY, httpx.TransportError) as error:
            if wanted:
                return _failed(error, Failure.BROKEN, self._timeouts, bytes_max)
            return b"" if body is None else body.so_far()

    def _read(self, response: httpx.Response, body: Body) -> None:
        deadline = self._clock.monotonic() + self._timeouts.total
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 (ours is never async)
        for chunk in response.stream:
            body.feed(chunk)
            if self._clock.monotonic() > deadline:
                raise _TooSlow


class _TooSlow(Exception):
    """A body drips for longer than it may."""


_BODY = (BodyBroken, BodyTooLarge, BodyUnreadable, _TooSlow)
# ValueError: a host name that no resolver takes. ImportError: a proxy that needs what is not
# installed.
_BEFORE_SENDING = (httpx.InvalidURL, ValueError, ImportError, PoolBusy, PoolClosed)
_AFTER_SENDING = (httpx.HTTPError, ValueError, OSError)


# The first that fits counts.
_FAILURES: tuple[tuple[type[Exception], Failure, str], ...] = (
    (PoolClosed, Failure.UNSENDABLE, "this client is closed; make a new one"),
    (_TooSlow, Failure.BROKEN, "the answer took more than {total:g} s"),
    (BodyTooLarge, Failure.UNREADABLE, "the answer is larger than {bytes_max} bytes"),
    (BodyUnreadable, Failure.UNREADABLE, "the answer is packed in a way not asked for"),
    (BodyBroken, Failure.BROKEN, "the answer's packed body is damaged"),
    (httpx.ConnectTimeout, Failure.NO_CONNECTION, "no connection within {connect:g} s"),
    (PoolBusy, Failure.NO_CONNECTION, "no free connection within {pool:g} s"),
    (httpx.ProxyError, Failure.NO_CONNECTION, "the proxy did not connect"),
    (httpx.ReadTimeout, Failure.BROKEN, "no answer within {read:g} s"),
    (httpx.WriteTimeout, Failure.BROKEN, "it was not taken within {write:g} s"),
    (httpx.NetworkError, Failure.BROKEN, "the connection broke"),
    (httpx.RemoteProtocolError, Failure.BROKEN, "the answer ended early, or is no HTTP"),
    (httpx.LocalProtocolError, Failure.UNSENDABLE, "it is no proper HTTP request"),
)


def _failed(error: Exception, other: Failure, timeouts: Timeouts, bytes_max: int = 0) -> Failed:
    """What a foreign error means, in a sentence of ours; ``other`` where the table is silent."""
    if isinstance(error, httpx.ConnectError):
        return _unconnected(error)
    for kind, failure, sentence in _FAILURES:
        if isinstance(error, kind):
            reason = sentence.format(bytes_max=bytes_max, **asdict(timeouts))
            return Failed(failure, f"{reason}{_cause(error)}")
    sent = "cannot be sent as it is" if other is Failure.UNSENDABLE else "came to nothing"
    return Failed(other, f"it {sent} ({type(error).__name__})")


def _unconnected(error: Exception) -> Failed:
    """Why there is no connection; a certificate will not get better by asking again."""
    for cause in _causes(error):
        match cause:
            case socket.gaierror():
                return Failed(Failure.NO_CONNECTION, "the host's name is not known (DNS)")
            case ssl.SSLCertVerificationError():
                why = getattr(cause, "verify_message", "")
                return Failed(Failure.NO_TRUST, f"TLS: its certificate is not trusted: {why}")
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
                reason = "the connection ended while TLS was agreed on"
                return Failed(Failure.NO_CONNECTION, reason)
            case ssl.SSLError():
                why = getattr(cause, "reason", None) or "no reason given"
                return Failed(Failure.NO_TRUST, f"TLS failed ({why}); is it an https port?")
    return Failed(Failure.NO_CONNECTION, f"no connection{_cause(error)}")


def _cause(error: BaseException) -> str:
    """What the operating system said, where it said anything."""
    said = [said.strerror for said in _causes(error) if isinstance(said, OSError) and said.errno]
    return f": {said[0]}" if said else ""


def _causes(error: BaseException) -> Iterator[BaseException]:
    following: BaseException | None = error
    while following is not None:
        yield following
        following = following.__cause__ or following.__context__


def _proxy(origin: Origin) -> str | None:
    """The proxy that the environment names, as for every other program."""
    if origin.is_this_machine or proxy_bypass(origin.host):
        return None
    proxies = getproxies()
    return proxies.get(origin.scheme) or proxies.get("all")


_OURS: ContextVar[bool] = ContextVar("erplink.http.discreet", default=False)


class _NoHeaders(logging.Filter):
    """Keeps the headers of our answers out of httpcore's debug log: cookies are secrets.

    What the host does with httpcore on its own is logged as ever.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record may be seen."""
        return not (_OURS.get() and "response_headers." in record.getMessage())


_NO_HEADERS = _NoHeaders()


@contextmanager
def _discreet() -> Iterator[None]:
    logging.getLogger("httpcore.http11").addFilter(_NO_HEADERS)  # once, however often it is added
    token: Any = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
