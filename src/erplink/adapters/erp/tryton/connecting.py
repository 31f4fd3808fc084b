"""Connecting: which Tryton answers, who one is to it, and what it may be asked."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Dialect, dialect_of
from erplink.adapters.erp.tryton.faults import missing_model, translate
from erplink.adapters.erp.tryton.rest import RestReader
from erplink.adapters.erp.tryton.rpc import ENGLISH, Caller, JsonRpc
from erplink.adapters.erp.tryton.settings import TrytonSettings
from erplink.adapters.erp.tryton.signin import SessionLogin
from erplink.adapters.http import HttpClient, Timeouts, at_path
from erplink.connectors import Context
from erplink.domain.frozen import FrozenDict
from erplink.domain.secret import Secret
from erplink.errors import BadDocument, Refused, Unavailable, Unsupported

__all__ = ["Connected", "connect", "databases"]

_OF_SERVERS: Final = ("rpc/", "")
_ELSEWHERE: Final = frozenset({400, 401, 403, 404, 405})
_PARTY: Final = "party.party"


@frozen(eq=False)
class Connected:
    """A connection to one database."""

    caller: Caller
    dialect: Dialect
    #: The id of the user; None where it cannot be known.
    user: int | None = None
    #: By the models: what may be done with their records.
    rights: FrozenDict[str, Mapping[str, bool]] = attr(factory=FrozenDict)

    def described(self, model: str, names: list[str]) -> Mapping[str, Mapping[str, Any]] | None:
        """What the server says of the fields of a model, in English; None where it has none."""
        caller = self.caller
        try:
            if not isinstance(caller, JsonRpc):
                caller.rows(model, [["id", "<", 0]], ["id"])
                return {}
            told: Mapping[str, Mapping[str, Any]] = caller.in_language(ENGLISH).call(
                f"model.{model}.fields_get", names
            )
        except Refused as error:
            if missing_model(error):
                return None
            raise
        return told

    def may(self, model: str, right: str) -> bool:
        """Whether the user may read, write, create or delete records of ``model``."""
        return self.caller.writes and bool(self.rights.get(model, {}).get(right, True))


def connect(settings: TrytonSettings, context: Context) -> Connected:
    """Ask which version it is, and sign in; whatever is wrong with that shows here."""
    dialect = dialect_of(_version(settings, context))
    if settings.key is not None:
        return _with_key(settings, context, dialect)
    path = dialect.path(settings.database)
    url = f"{settings.url.rstrip('/')}/{path}"
    login = SessionLogin(url, settings.user, settings.password or Secret(""))
    http = _client(settings, context, auth=settings.auth() or login)
    try:
        return _signed_in(http, settings, dialect, login)
    except BaseException:
        http.close()
        raise


def databases(url: str, context: Context) -> list[str]:
    """The databases that a server tells of; none where it keeps them to itself."""
    with context.http(url, translate=translate) as http:
        found = _of_server(http, "common.db.list")
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []


def _client(settings: TrytonSettings, context: Context, **options: Any) -> HttpClient:
    seconds = float(settings.timeout)
    timeouts = Timeouts(connect=min(10.0, seconds), read=seconds, write=seconds)
    client: HttpClient = context.http(
        settings.url, timeouts=timeouts, translate=translate, **options
    )
    return client


def _version(settings: TrytonSettings, context: Context) -> Any:
    with _client(settings, context) as http:
        return _of_server(http, "common.server.version")


def _of_server(http: HttpClient, method: str) -> Any:
    """What the server itself answers to a method, wherever its series takes those."""
    body = {"id": 0, "method": method, "params": []}
    for path in _OF_SERVERS:
        try:
            response = http.post(path, json=body, read_only=True, accept=_ELSEWHERE)
        except Refused:
            # Where another series takes them, there may be anything: a database of that name.
            if path == _OF_SERVERS[-1]:
                raise
            continue
        with suppress(BadDocument, Unavailable):
            return at_path(response.json(), "result")
    return None


def _signed_in(
    http: HttpClient, settings: TrytonSettings, dialect: Dialect, login: SessionLogin
) -> Connected:
    path = dialect.path(settings.database)
    bare = JsonRpc(http, path, dialect, {"language": ENGLISH})
    wanted: Mapping[str, Any] = bare.call("model.res.user.get_preferences", True)  # noqa: FBT003
    company = settings.company or wanted.get("company")
    known = {
        "language": settings.language or wanted.get("language") or ENGLISH,
        "active_test": False,
        **({"company": company} if company else {}),
    }
    caller = JsonRpc(http, path, dialect, known, signs_out=login.begun)
    rights = caller.call("model.ir.model.access.get_access", [_PARTY, "party.address"])
    return Connected(caller, dialect, login.user, FrozenDict(rights))


def _with_key(settings: TrytonSettings, context: Context, dialect: Dialect) -> Connected:
    if not dialect.is_new:
        reason = "application keys work from Tryton 8.0 on; use a user and a password"
        raise Unsupported(reason, field="key", code="unsupported-version")
    http = _client(settings, context, auth=settings.auth())
    known = {
        "language": settings.language or ENGLISH,
        "active_test": False,
        **({"company": settings.company} if settings.company else {}),
    }
    caller = RestReader(http, settings.database, known)
    try:
        caller.rows(_PARTY, [["id", "<", 0]], ["id"])
    except BaseException:
        http.close()
        raise
    return Connected(caller, dialect)
