"""Faults: what an error of a driver means to erplink."""

from enum import Enum
from typing import Any, Final

from attrs import frozen
from sqlalchemy import exc

from erplink.adapters.erp.sql.catalogue import TableFacts
from erplink.connectors import EditRefused, Redactor
from erplink.errors import Refused, SessionError, Unauthorised, Unavailable, Unknown

__all__ = ["Cause", "Fault", "fault_of", "opening_error"]

_CHARACTERS_MAX: Final = 200


class Cause(Enum):
    """Why a statement failed, as far as what to do next hangs on it."""

    #: The connection is gone, and what it was doing may have been done.
    LOST = "the connection was lost"
    #: Locks, deadlocks, time limits and exhausted resources: it was not done.
    BUSY = "the database is busy"
    DENIED = "the user may not do this"
    LOGIN = "the user name or the password is wrong"
    NO_DATABASE = "there is no such database"
    #: A rule about the data, such as a unique or a foreign key.
    CONSTRAINT = "a rule of the database forbids it"
    REFUSED = "the database refused it"


_BY_STATE: Final = {
    "08": Cause.LOST,
    "57P01": Cause.LOST,
    "57P02": Cause.LOST,
    "57P03": Cause.LOST,
    "28": Cause.LOGIN,
    "3D000": Cause.NO_DATABASE,
    "42501": Cause.DENIED,
    "25006": Cause.DENIED,  # the transaction is read-only
    "23": Cause.CONSTRAINT,
    "40": Cause.BUSY,
    "53": Cause.BUSY,
    "55": Cause.BUSY,
    "57": Cause.BUSY,
    "58": Cause.BUSY,
}
"""By the beginning of the SQLSTATE; the longest counts."""

_BY_SQLITE_NAME: Final = {
    "SQLITE_BUSY": Cause.BUSY,
    "SQLITE_LOCKED": Cause.BUSY,
    "SQLITE_INTERRUPT": Cause.BUSY,
    "SQLITE_FULL": Cause.BUSY,
    "SQLITE_IOERR": Cause.BUSY,
    "SQLITE_NOMEM": Cause.BUSY,
    "SQLITE_READONLY": Cause.DENIED,
    "SQLITE_PERM": Cause.DENIED,
    "SQLITE_AUTH": Cause.DENIED,
    "SQLITE_CANTOPEN": Cause.NO_DATABASE,
    "SQLITE_CONSTRAINT": Cause.CONSTRAINT,
}
"""By the beginning of the name of SQLite's result code."""

_BY_WORDS: Final = (
    ("password authentication failed", Cause.LOGIN),
    ("no password supplied", Cause.LOGIN),
    ("access denied for user", Cause.LOGIN),
    ("login failed", Cause.LOGIN),
    ('role "', Cause.LOGIN),
    ('database "', Cause.NO_DATABASE),
    ("unknown database", Cause.NO_DATABASE),
)
"""For drivers that give no code when they cannot connect."""


@frozen(repr=False)
class Fault:
    """What went wrong: the cause, and the database's own words."""

    cause: Cause
    words: str = ""
    #: The name of the rule, and the column that the driver names.
    rule: str = ""
    column: str = ""
    code: str = ""

    @property
    def is_of_the_edit(self) -> bool:
        """Whether the edit is at fault, so that others may go through."""
        return self.cause in (Cause.CONSTRAINT, Cause.REFUSED)

    def error(self, *, acted: bool = False) -> SessionError:
        """What to raise, where a write was or was not begun."""
        told = f"{self.cause.value}: {self.words}" if self.words else self.cause.value
        match self.cause:
            case Cause.LOST if acted:
                return Unknown(told)
            case Cause.LOST | Cause.BUSY:
                return Unavailable(told)
            case Cause.DENIED:
                return Unauthorised(told, code="no-permission")
            case Cause.LOGIN:
                return Unauthorised(told, code="wrong-password")
            case Cause.NO_DATABASE:
                return Refused(told, field="url", code="no-such-database")
            case _:
                return Refused(self.words or told, code=self.code)

    def refusal(self, table: TableFacts) -> EditRefused:
        """The answer to the edit that is at fault, with the column where one is named."""
        return EditRefused(self.words or self.cause.value, self._column_in(table), self.code)

    def _column_in(self, table: TableFacts) -> str:
        if self.column in table.column_names:
            return self.column
        if self.rule and self.rule == table.primary_key_name:
            return table.primary_key[0]
        if self.rule in table.unique:
            return table.unique[self.rule][0]
        for reference in table.foreign_keys:
            if self.rule and self.rule == reference.name:
                return reference.columns[0]
        # SQLite says where, as "UNIQUE constraint failed: table.column, table.other".
        places = self.words.partition(" failed: ")[2].split(", ")
        return next((n for n in table.column_names if f"{table.name}.{n}" in places), "")


def fault_of(error: Exception, redactor: Redactor) -> Fault:
    """What an error of SQLAlchemy or its driver means."""
    cause: Any = getattr(error, "orig", None) or error
    state = _state(cause)
    detail = getattr(cause, "diag", None)
    words = getattr(detail, "message_primary", None) or str(cause).strip() or type(cause).__name__
    said = redactor.redact(" ".join(str(words).splitlines()[0].split()))
    return Fault(
        _cause(error, state),
        said if len(said) <= _CHARACTERS_MAX else f"{said[: _CHARACTERS_MAX - 1]}…",
        rule=getattr(detail, "constraint_name", None) or "",
        column=getattr(detail, "column_name", None) or "",
        code=state,
    )


def _state(cause: Any) -> str:
    for name in ("sqlstate", "pgcode", "sqlite_errorname"):
        code = getattr(cause, name, None)
        if isinstance(code, str):
            return code
    return ""


def _cause(error: Exception, state: str) -> Cause:
    if getattr(error, "connection_invalidated", False) or isinstance(error, exc.TimeoutError):
        return Cause.LOST
    for length in (5, 2):
        if len(state) == 5 and state[:length] in _BY_STATE:  # noqa: PLR2004 - so long is a SQLSTATE
            return _BY_STATE[state[:length]]
    for name, meaning in _BY_SQLITE_NAME.items():
        if state.startswith(name):
            return meaning
    return Cause.CONSTRAINT if isinstance(error, exc.IntegrityError) else Cause.REFUSED


def opening_error(error: Exception, redactor: Redactor) -> SessionError:
    """What to raise where no connection came about."""
    fault = fault_of(error, redactor)
    cause = fault.cause
    if cause is Cause.REFUSED:
        said = str(getattr(error, "orig", error)).lower()
        cause = next((meaning for words, meaning in _BY_WORDS if words in said), Cause.LOST)
    if cause is Cause.LOST:
        return Unavailable(f"no connection: {fault.words}")
    return Fault(cause, fault.words, code=fault.code).error()
