"""Who asks: Basic, Bearer, ApiKey and ClientCredentials, each holding its secret as a Secret."""

from base64 import b64encode
from threading import Lock
from typing import Any, Protocol, Unpack
from urllib.parse import quote

from attrs import evolve, frozen

from erplink.adapters.http.addresses import origin_of
from erplink.adapters.http.call import Credentials, RequestOptions, fits_header
from erplink.adapters.http.redaction import MASK, show_url
from erplink.adapters.http.response import Response
from erplink.domain.secret import Secret
from erplink.domain.values import shorten
from erplink.errors import BadValue, Refused, SessionError, Unauthorised, Unavailable

__all__ = ["ApiKey", "Auth", "Basic", "Bearer", "ClientCredentials", "SignIn"]

TOKEN_SECONDS_MAX = 86_400.0
_TOKEN_SECONDS_UNSAID = 3_600.0


class SignIn(Protocol):
    """What an :class:`Auth` is lent to fetch credentials with."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        ...

    def post(
        self, url: str, credentials: Credentials, /, **options: Unpack[RequestOptions]
    ) -> Response:
        """Send a POST to an absolute URL with ``credentials`` and no others, outside the budget.

        It is taken to change nothing, so it is repeated where that may help.
        """
        ...


class Auth(Protocol):
    """Knows the credentials for one system; threads share it."""

    @property
    def renewable(self) -> bool:
        """Whether there may be new credentials where a system answers 401."""
        ...

    def credentials(self, sign_in: SignIn) -> Credentials:
        """The credentials to send now, fetched where there are none."""
        ...

    def renew(self, refused: Credentials) -> None:
        """Forget ``refused``, unless they were replaced already."""
        ...


class _Standing:
    """Credentials that are what they are."""

    __slots__ = ("_credentials",)

    _credentials: Credentials

    @property
    def renewable(self) -> bool:
        """There are no others."""
        return False

    def credentials(self, sign_in: SignIn) -> Credentials:  # noqa: ARG002 (part of the protocol)
        """Always the same."""
        return self._credentials

    def renew(self, refused: Credentials) -> None:
        """Nothing to forget."""

    def __repr__(self) -> str:
        """The name only."""
        return f"{type(self).__name__}({MASK})"


def _bearer(token: Secret) -> Credentials:
    _check(token, "token")
    header = Secret(f"Bearer {token.reveal()}")
    return Credentials(headers=(("Authorization", header),), hidden=(token,))


def _basic(user: str, password: Secret) -> Credentials:
    pair = Secret(b64encode(f"{user}:{password.reveal()}".encode()).decode())
    header = Secret(f"Basic {pair.reveal()}")
    return Credentials(headers=(("Authorization", header),), hidden=(password, pair))


def _quoted(secret: Secret) -> Secret:
    """As a token server wants it within its Basic header (RFC 6749, 2.3.1)."""
    return Secret(quote(secret.reveal(), safe=""))


def _check(secret: Secret, field: str) -> None:
    if not isinstance(secret, Secret):
        raise BadValue("wrap it: Secret(…)", value=type(secret).__name__, field=field)
    if not secret or not fits_header(secret):
        raise BadValue("printable ASCII characters, on one line", value="it", field=field)


class Nobody(_Standing):
    """No credentials, where a system asks for none."""

    __slots__ = ()

    def __init__(self) -> None:
        """Nothing to take in."""
        self._credentials = Credentials()


class Basic(_Standing):
    """User and password, sent with every request."""

    __slots__ = ()

    def __init__(self, user: str, password: Secret) -> None:
        """Take them in; neither is ever shown."""
        if ":" in user:
            raise BadValue("no colon: it would end the name", value=shorten(user), field="user")
        if not isinstance(password, Secret):
            raise BadValue("wrap it: Secret(…)", value=type(password).__name__, field="password")
        self._credentials = _basic(user, password)


class Bearer(_Standing):
    """A token that was handed out once, sent with every request."""

    __slots__ = ()

    def __init__(self, token: Secret) -> None:
        """Take it in."""
        self._credentials = _bearer(token)


class ApiKey(_Standing):
    """A key in a header of its own, or where a system knows no better in the query."""

    __slots__ = ()

    def __init__(self, key: Secret, *, header: str = "", query: str = "") -> None:
        """Take the key in, with the name of its header or of its parameter."""
        if bool(header) == bool(query):
            raise BadValue("give header=… or query=…", value=shorten((header, query)))
        _check(key, "key")
        pair = ((header or query, key),)
        self._credentials = Credentials(headers=pair) if header else Credentials(query=pair)


@frozen
class _Token:
    credentials: Credentials
    expires_at: float


# One POST, so no library: the ones there are keep plain tokens in a cache of the whole process, pin
# the HTTP library, or bring a stack of cryptography along.
class ClientCredentials:
    """OAuth 2 client credentials (RFC 6749, 4.4): a token fetched, kept, and renewed in time."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: Secret,
        *,
        scope: str = "",
        in_body: bool = False,
        renew_seconds: float = 30.0,
    ) -> None:
        """Take in where the token is had, and for whom.

        Args:
            token_url: An https URL; its server is asked for tokens and gets the client's secret.
            client_id: The name under which the token server knows the client.
            client_secret: What proves it.
            scope: What the token is wanted for, names with blanks between; empty for the usual.
            in_body: Send name and secret in the form. For servers that do not read them from the
                Basic header, as they should.
            renew_seconds: How long before its end a token is replaced.
        """
        origin = origin_of(token_url)
        if origin is None or not (origin.scheme == "https" or origin.is_this_machine):
            rule = "a client's secret goes to an https URL only"
            raise BadValue(rule, value=repr(show_url(token_url)), field="token_url")
        _check(client_secret, "client_secret")
        self._url, self._renew_seconds = token_url, renew_seconds
        self._form: dict[str, Any] = {"grant_type": "client_credentials"}
        if scope:
            self._form["scope"] = scope
        self._basic = Credentials()
        if in_body:
            self._form |= {"client_id": client_id, "client_secret": client_secret}
        else:
            basic = _basic(quote(client_id, safe=""), _quoted(client_secret))
            self._basic = evolve(basic, hidden=(client_secret, *basic.hidden))
        # One thread fetches, the others wait for what it gets.
        self._lock = Lock()
        self._token: _Token | None = None

    def __repr__(self) -> str:
        """Where the token is had."""
        return f"ClientCredentials({show_url(self._url)!r}, {MASK})"

    @property
    def renewable(self) -> bool:
        """A token can be replaced."""
        return True

    def credentials(self, sign_in: SignIn) -> Credentials:
        """The token, as long as it lasts; else a new one."""
        with self._lock:
            token = self._token
            if token is None or sign_in.monotonic() >= token.expires_at:
                self._token = token = self._fetch(sign_in)
            return token.credentials

    def renew(self, refused: Credentials) -> None:
        """Forget the token that was refused; one that replaced it stays."""
        with self._lock:
            if self._token is not None and self._token.credentials == refused:
                self._token = None

    def _fetch(self, sign_in: SignIn) -> _Token:
        asked_at = sign_in.monotonic()
        try:
            response = sign_in.post(self._url, self._basic, form=self._form)
        except Refused as error:
            reason = f"no token for this client: {error.reason}"
            raise Unauthorised(reason, code=error.code) from None
        # What the token server said stays in there: no frame of a traceback may hold it.
        credentials, lasts = _read_token(response)
        if credentials is None:
            raise Unavailable(f"{show_url(self._url)} answered with no bearer token")
        # A short-lived token is used for half of its time at least.
        return _Token(credentials, asked_at + max(lasts - self._renew_seconds, lasts / 2))


def _read_token(response: Response) -> tuple[Credentials | None, float]:
    """The token and for how many seconds it is good, as far as the answer holds any."""
    try:
        answer = response.json()
        kind = answer.get("token_type", "Bearer").lower()
        return _bearer(Secret(answer["access_token"])) if kind == "bearer" else None, _lasts(answer)
    except (SessionError, BadValue, KeyError, AttributeError, TypeError):
        return None, 0.0


def _lasts(answer: dict[str, Any]) -> float:
    """For how many seconds a token is good; some servers write the number as a text."""
    try:
        seconds = float(str(answer.get("expires_in")))
    except ValueError:
        return _TOKEN_SECONDS_UNSAID
    return min(seconds, TOKEN_SECONDS_MAX) if seconds >= 0 else _TOKEN_SECONDS_UNSAID
