"""Faults: what Tryton's ways of saying no mean; its messages are read in English.

A message is asked for in English whatever the user's language is, because Tryton tells an access
that is denied from a value that is wrong by its text alone.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from erplink.adapters.http import Headers
from erplink.domain.values import shorten
from erplink.errors import (
    ErplinkError,
    Refused,
    SessionError,
    Stale,
    Unauthorised,
    Unavailable,
    Unsupported,
)

__all__ = ["error_of", "field_named", "missing_model", "translate"]

_TEXT_MAX: Final = 600
_DENIED: Final = re.compile(r"You are not allowed to access |is not allowed\.$|to execute wizard ")
_OF_A_FIELD: Final = re.compile(r'\bfield "([^"]+)"')
_OF_A_MODELS_FIELD: Final = re.compile(r'not allowed to access "[^"]*\.([^".]+)"')
_KEY_ERROR: Final = re.compile(r"'([^']+)'\Z")

#: The server rolled back and says so; what is sent again may fare better.
_ROLLED_BACK: Final = re.compile(
    rb"could not serialize access|deadlock detected|database is locked|database table is locked"
    rb"|Connection refused|the database system is (?:starting up|shutting down|in recovery)"
    rb"|remaining connection slots|too many clients|couldn.t get a connection"
)
_NO_DATABASE: Final = re.compile(
    rb"Database .{1,200} doesn.t exist|Database .{1,200} doesn&#39;t exist"
    rb"|database (?:&quot;|&#34;|\").{1,200} does not exist"
)
_SERVICE_UNAVAILABLE, _NOT_FOUND = 503, 404
_UNPROCESSABLE, _TOO_LARGE = 422, 413

#: Messages of the party module that name no field by its label.
_SPECIAL: Final = (
    (re.compile(r"^The code on party must be unique"), "code"),
    (re.compile(r"^The email address "), "emails"),
    (re.compile(r"^The phone number "), "phones"),
    (re.compile(r'^The .+ "[^"]*" for party "[^"]*" is not valid'), "vat"),
)


def error_of(error: Any) -> SessionError:
    """The error for what stands in an answer instead of a result."""
    kind, detail = _parts(error)
    meant = _KINDS.get(kind)
    try:
        return _fault(kind) if meant is None else meant(detail)
    except (TypeError, ValueError):
        return _fault(f"{kind}: {shorten(detail)}")


def _fault(text: str) -> Refused:
    """An exception that nobody foresaw; the server undid what was begun."""
    missing = _KEY_ERROR.match(text)
    if missing:
        return Refused(f"the server does not know {missing.group(1)!r}", code="unknown-name")
    return Refused(f"the server failed: {text[:_TEXT_MAX]}", code="server-error")


def missing_model(error: Refused) -> bool:
    """Whether the server says that it has no such model, or no such field."""
    return error.code == "unknown-name"


def field_named(message: str, labels: Mapping[str, str]) -> str:
    """The field that ``message`` is about, by the labels that Tryton shows; empty for none."""
    for pattern, key in _SPECIAL:
        if pattern.search(message):
            return key
    for pattern in (_OF_A_FIELD, _OF_A_MODELS_FIELD):
        found = pattern.search(message)
        if found:
            return labels.get(found.group(1), "")
    return ""


def translate(status: int, _: Headers, body: bytes) -> ErplinkError | None:
    """What a status means where Tryton's own pages say more than the status does."""
    if status in (_SERVICE_UNAVAILABLE, _NOT_FOUND) and _NO_DATABASE.search(body):
        return Refused("the server has no such database", code="no-such-database")
    if status == _SERVICE_UNAVAILABLE and _ROLLED_BACK.search(body):
        return Unavailable("the server's database was busy, and undid what was begun")
    if status == _TOO_LARGE:
        return Refused("the server takes no requests as large as this one", code=str(status))
    if status == _UNPROCESSABLE:
        return Unsupported(f"the server cannot use what it was sent: {_page(body)}", code="422")
    return None


def _user_error(detail: Any) -> Refused:
    message, description, *_ = map(_text, detail)
    text = _joined(message, description)
    if _DENIED.search(message):
        denied = Refused if _OF_A_MODELS_FIELD.search(message) else Unauthorised
        return denied(text, code="access-denied")
    return Refused(text, code="user-error")


def _user_warning(detail: Any) -> Refused:
    name, *texts = map(_text, detail)
    return Refused(f"Tryton warns: {_joined(*texts)}", code=f"warning:{name}")


def _more_wanted(_: Any) -> Unauthorised:
    reason = "the server wants more than a password to sign in; use a user for programs"
    return Unauthorised(reason, code="more-than-a-password")


_KINDS: Final[Mapping[str, Callable[[Any], SessionError]]] = {
    "UserError": _user_error,
    "UserWarning": _user_warning,
    "ConcurrencyException": lambda detail: Stale(
        _text(detail) or "the record was changed in the meantime", code="stale"
    ),
    "LoginException": _more_wanted,
    "RateLimitException": lambda _: Unavailable("too many attempts to sign in"),
}


def _parts(error: Any) -> tuple[str, Any]:
    if isinstance(error, list | tuple) and error:
        return _text(error[0]), error[1] if len(error) > 1 else None
    return f"an error that is none: {shorten(error)}", None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else shorten(value)


def _joined(*texts: str) -> str:
    return " ".join(" ".join(texts).split())[:_TEXT_MAX]


def _page(body: bytes) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", body[:2000].decode("utf-8", "replace")).split())[:200]
