"""Call: one request as it will be sent, and as much of it as may be told."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias, TypedDict
from urllib.parse import urlencode

from attrs import evolve, frozen
from attrs import field as attr

from erplink.adapters.http.addresses import join, with_query
from erplink.adapters.http.documents import encode_json
from erplink.adapters.http.redaction import MASK, show_url
from erplink.domain.secret import Secret
from erplink.domain.values import shorten
from erplink.errors import BadName, BadValue

__all__ = ["Call", "Credentials", "Parameter", "RequestOptions", "prepare"]

Parameter: TypeAlias = str | int | Decimal | bool | Secret | None
"""One value of a query or a form; None leaves it out."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
# Written by hand they could make one request look like two.
_OWN_HEADERS = frozenset({"connection", "content-length", "host", "transfer-encoding"})
_METHOD = re.compile(r"[A-Z]+(?:-[A-Z]+)*\Z")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?\Z|\Z")


class RequestOptions(TypedDict, total=False):
    """What may be said with a request."""

    #: The query; a sequence repeats its name, None leaves it out.
    params: Mapping[str, Parameter | Sequence[Parameter]]
    #: Wrap what is secret: ``Secret(…)``.
    headers: Mapping[str, str | Secret]
    #: A document for the body: dicts, lists, texts, numbers (Decimals keep their digits), Secrets.
    json: Any
    #: Fields for the body, as a browser would send them.
    form: Mapping[str, Parameter | Sequence[Parameter]]
    #: The body itself; give its Content-Type in ``headers``.
    content: bytes
    #: Sending it twice does what sending it once does: it may be repeated after a broken answer.
    idempotent: bool
    #: It changes nothing in the system, whatever its method: a search that is sent as a POST.
    read_only: bool
    #: Statuses that come back as a response rather than as an error: ``{404}``.
    accept: Collection[int]


def _lowered(pairs: Iterable[tuple[str, str | Secret]]) -> tuple[tuple[str, str | Secret], ...]:
    return tuple((name.lower(), value) for name, value in pairs)


@frozen(kw_only=True)
class Credentials:
    """What is added to a request so that the system knows who asks."""

    headers: tuple[tuple[str, Secret], ...] = ()
    query: tuple[tuple[str, Secret], ...] = ()
    #: Further texts that must not be shown, such as the password within a Basic header.
    hidden: tuple[Secret, ...] = ()


@frozen(kw_only=True, repr=False)
class Call:
    """One request; shows itself without body, headers and secrets."""

    method: str
    #: Without what is secret in its query.
    url: str
    #: Names in lower case, each once.
    headers: tuple[tuple[str, str | Secret], ...] = attr(default=(), converter=_lowered)
    secret_query: tuple[tuple[str, Secret], ...] = ()
    body: bytes | None = None
    accept: frozenset[int] = frozenset()
    #: Whether it changes nothing, so that no answer is no harm.
    read_only: bool = False
    #: Whether it may be sent again though it may have acted.
    repeatable: bool = False
    hidden: tuple[Secret, ...] = ()

    def __str__(self) -> str:
        """Method and URL, without secrets."""
        shown = show_url(self.url, self.secrets)
        for name, _ in self.secret_query:
            shown = f"{shown}{'&' if '?' in shown else '?'}{name}={MASK}"
        return f"{self.method} {shown}"

    def __repr__(self) -> str:
        """As its text."""
        return f"Call({self})"

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """Everything in it that must not be shown."""
        headers = (text for pair in self.headers for text in _secret_texts(*pair))
        return (*headers, *(value for _, value in self.secret_query), *self.hidden)

    @property
    def has_credentials(self) -> bool:
        """Whether it carries anything that another origin must not get."""
        return bool(self.secrets)

    def with_credentials(self, credentials: Credentials) -> "Call":
        """The same request with ``credentials``, in place of what stood under their names."""
        if credentials == _NOTHING:
            return self
        names = {name.lower() for name, _ in credentials.headers}
        kept = tuple(pair for pair in self.headers if pair[0] not in names)
        keys = {name for name, _ in credentials.query}
        query = tuple(pair for pair in self.secret_query if pair[0] not in keys)
        return evolve(
            self,
            # A link that the server wrote may hold the key already.
            url=with_query(self.url, (), instead=keys) if keys else self.url,
            headers=(*kept, *credentials.headers),
            secret_query=(*query, *credentials.query),
            hidden=(*self.hidden, *credentials.hidden),
        )

    def at(self, url: str, *, keep_headers: bool) -> "Call":
        """The same request sent on to ``url``, where a redirect leads."""
        headers = tuple(pair for pair in self.headers if keep_headers or pair[0] in _ANYWHERE)
        # The new URL brings its own query; what was secret in the old one stays so.
        return evolve(self, url=url, headers=headers, secret_query=(), hidden=self.secrets)

    def revealed_url(self) -> str:
        """The whole URL, for the moment it is sent."""
        revealed = [(name, secret.reveal()) for name, secret in self.secret_query]
        return with_query(self.url, revealed) if revealed else self.url

    def revealed_headers(self) -> list[tuple[str, str]]:
        """The headers, for the moment they are sent."""
        return [
            (name, value.reveal() if isinstance(value, Secret) else value)
            for name, value in self.headers
        ]


def _secret_texts(name: str, value: str | Secret) -> Iterator[Secret]:
    """What a server may send back of a header: all of it, or the part that matters."""
    if not isinstance(value, Secret):
        return
    yield value
    if name == "cookie":
        for pair in value.reveal().split(";"):
            yield Secret(pair.partition("=")[2])
    elif name in _SECRET_HEADERS:
        yield Secret(value.reveal().partition(" ")[2])


_NOTHING = Credentials()
_DEFAULTS: Mapping[str, str | Secret] = {"accept": "application/json", "user-agent": "erplink"}
_ANYWHERE = frozenset(_DEFAULTS)


def prepare(
    base_url: str,
    method: str,
    path: str,
    headers: Mapping[str, str | Secret],
    options: RequestOptions,
) -> Call:
    """Make a call of what the caller said; BadValue where it could never be sent."""
    for name in options.keys() - RequestOptions.__annotations__.keys():
        raise BadName.among("option of a request", name, RequestOptions.__annotations__)
    if not _METHOD.match(method):
        raise BadValue("a method is written in capitals", value=shorten(method))
    body, content_type, hidden = _body(options)
    own = {} if content_type is None else {"content-type": content_type}
    plain, secret = _parted(options.get("params", {}))
    read_only = options.get("read_only", method in SAFE_METHODS)
    url = join(base_url, path)
    return Call(
        method=method,
        url=with_query(url, plain) if plain else url,
        headers=checked_headers(_DEFAULTS, own, headers, options.get("headers", {})),
        secret_query=secret,
        body=body,
        accept=frozenset(options.get("accept", ())),
        read_only=read_only,
        repeatable=read_only or options.get("idempotent", False),
        hidden=hidden,
    )


def checked_headers(*layers: Mapping[str, str | Secret]) -> tuple[tuple[str, str | Secret], ...]:
    """Header pairs, the later layers before the earlier ones; BadValue shows names only."""
    merged: dict[str, str | Secret] = {}
    for layer in layers:
        for name, value in layer.items():
            if not _HEADER_NAME.match(name):
                raise BadValue("no name of a header", value=shorten(name))
            if name.lower() in _OWN_HEADERS:
                raise BadValue("the client writes this header itself", value="it", field=name)
            if not fits_header(value):
                rule = "a header is of printable ASCII characters, on one line"
                raise BadValue(rule, value="its value", field=name)
            lower = name.lower()
            merged[lower] = _kept_secret(value) if lower in _SECRET_HEADERS else value
    return tuple(merged.items())


def fits_header(value: str | Secret) -> bool:
    """Whether ``value`` can be sent as the value of a header."""
    text = value.reveal() if isinstance(value, Secret) else value
    return _HEADER_VALUE.match(text) is not None


def _kept_secret(value: str | Secret) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _body(options: RequestOptions) -> tuple[bytes | None, str | None, tuple[Secret, ...]]:
    """The body, its content type, and the secrets that went into it."""
    given = [name for name in ("json", "form", "content") if name in options]
    if len(given) > 1:
        raise BadValue("a request has one body", value=" and ".join(given))
    if "json" in options:
        body, hidden = encode_json(options["json"])
        return body, "application/json", hidden
    if "form" in options:
        plain, secret = _parted(options["form"])
        pairs = [*plain, *((name, value.reveal()) for name, value in secret)]
        hidden = tuple(value for _, value in secret)
        return urlencode(pairs).encode(), "application/x-www-form-urlencoded", hidden
    return options.get("content"), None, ()


def _parted(
    given: Mapping[str, Parameter | Sequence[Parameter]],
) -> tuple[list[tuple[str, str]], tuple[tuple[str, Secret], ...]]:
    """Names and values, those that may be shown apart from those that may not."""
    plain: list[tuple[str, str]] = []
    secret: list[tuple[str, Secret]] = []
    for name, said in given.items():
        for value in said if isinstance(said, list | tuple) else (said,):
            if isinstance(value, Secret):
                secret.append((name, value))
            elif value is not None:
                plain.append((name, _written(name, value)))
    return plain, tuple(secret)


def _written(name: str, value: object) -> str:
    """How a value is written in a query or a form."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | Decimal():
            return format(value, "f") if isinstance(value, Decimal) else str(value)
    rule = f"a parameter is a text, a number, a yes or no, or a Secret, not {type(value).__name__}"
    raise BadValue(rule, value=shorten(value), field=name)
