"""What SQLite's errors mean for whoever uses the store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from erplink.adapters.stores.database import Violated
from erplink.domain.values import shorten
from erplink.errors import BadValue, StoreBusy, StoreError

__all__ = ["told"]

_BUSY: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_TWICE: Final = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}


@contextmanager
def told() -> Iterator[None]:
    """Whatever SQLite says in this block is said as an error of erplink's."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0)
        if code in _TWICE:
            raise Violated(str(error)) from None
        if code == sqlite3.SQLITE_CONSTRAINT_CHECK:
            raise BadValue(
                "a key or a name holds no NUL character", value=shorten(str(error))
            ) from None
        if code & 0xFF in _BUSY:
            raise StoreBusy("others held the database for too long: try again") from error
        raise StoreError(f"SQLite: {error}") from error
    except UnicodeEncodeError as error:
        rule = "half a character (a lone surrogate) is in no key or name of the store"
        raise BadValue(rule, value=shorten(error.object)) from None
