"""URLs: where a client may send, how paths and queries are put together, where links lead."""

import re
from collections.abc import Collection, Iterable
from urllib.parse import SplitResult, quote, unquote, unquote_plus, urljoin, urlsplit, urlunsplit

from attrs import frozen

from erplink.adapters.http.redaction import show_url
from erplink.errors import BadValue, Refused

__all__ = ["Origin", "checked_base", "join", "origin_of", "resolve_link", "with_query"]

_PORTS = {"http": 80, "https": 443}
_ABSOLUTE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


@frozen
class Origin:
    """Scheme, host and port: credentials for one origin are for no other."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """As the beginning of a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def is_this_machine(self) -> bool:
        """Whether what is sent there never leaves the machine."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


def origin_of(url: str) -> Origin | None:
    """The origin of an absolute http or https URL; None where ``url`` is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a broken IPv6 address, a port that is no number
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return Origin(parts.scheme, parts.hostname, _PORTS[parts.scheme] if port is None else port)


def checked_base(url: str) -> str:
    """``url`` if a client can be built on it, else BadValue with the remedy."""
    if origin_of(url) is None:
        rule = "a base URL is http:// or https://, a host, and perhaps a port and a path"
        raise BadValue(rule, value=repr(show_url(url)), field="base_url")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        rule = "no user and password in a URL: give them as auth=Basic(user, Secret(password))"
        raise BadValue(rule, value=repr(show_url(url)), field="base_url")
    if parts.query or parts.fragment:
        rule = "a base URL ends with its path: give what follows '?' with each request"
        raise BadValue(rule, value=repr(show_url(url)), field="base_url")
    return url


def join(base: str, path: str) -> str:
    """``path`` under ``base``; an absolute URL stands, where it is of the same origin."""
    if _ABSOLUTE.match(path):
        return _own(base, path)
    route, question, query = path.partition("?")
    if any(step in (".", "..") for step in re.split(r"[/\\]", unquote(route))):
        # A key that comes from outside must not choose another endpoint.
        raise Refused(f"{show_url(path)!r} climbs out of {show_url(base)}: not sent")
    under = f"{base.rstrip('/')}/{route.lstrip('/')}" if route else base
    return f"{under}{question}{query}".replace("#", "%23")


def _own(base: str, url: str) -> str:
    """``url`` if it is of the origin of ``base``, else Refused."""
    if origin_of(url) != origin_of(base) or "@" in urlsplit(url).netloc:
        reason = f"{show_url(url)} is another origin than {origin_of(base)}: not sent"
        raise Refused(f"{reason}; make a client of its own for it")
    return url


def with_query(url: str, pairs: Iterable[tuple[str, str]], *, instead: Collection[str] = ()) -> str:
    """``url`` with ``pairs`` at the end of its query; the names ``instead`` are taken out first."""
    parts = urlsplit(url)
    kept = [part for part in parts.query.split("&") if part and _name(part) not in instead]
    # `$filter` must not become `%24filter`: not every server reads that.
    added = [f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in pairs]
    return urlunsplit(parts._replace(query="&".join(kept + added)))


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def resolve_link(page: str, link: str, *, rehost: bool = False) -> str:
    """Where ``link``, found on ``page``, leads; Refused where that is another origin.

    Args:
        page: The URL of the answer that holds the link.
        link: An absolute URL, an absolute path, or one relative to ``page``.
        rehost: Take the link's path and query only. For a server that stands behind a proxy
            and writes links with a host name that is not the one it is asked under.
    """
    try:
        target = urlsplit(urljoin(page, link))
    except ValueError:
        raise Refused(f"the link on {show_url(page)} cannot be read: {link[:60]!r}") from None
    if rehost:
        here: SplitResult = urlsplit(page)
        target = target._replace(scheme=here.scheme, netloc=here.netloc)
    return _own(page, urlunsplit(target._replace(fragment="")))
