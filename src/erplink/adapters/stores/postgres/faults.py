"""What PostgreSQL's errors mean for whoever uses the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from psycopg import DataError, Error
from psycopg.errors import (
    DeadlockDetected,
    LockNotAvailable,
    QueryCanceled,
    SerializationFailure,
    UniqueViolation,
)

from erplink.adapters.stores.database import Violated
from erplink.domain.values import shorten
from erplink.errors import BadValue, StoreBusy, StoreError

__all__ = ["told"]

_BUSY: Final = (DeadlockDetected, LockNotAvailable, QueryCanceled, SerializationFailure)


@contextmanager
def told() -> Iterator[None]:
    """Whatever PostgreSQL says in this block is said as an error of erplink's."""
    try:
        yield
    except UniqueViolation as error:
        raise Violated(str(error)) from None
    except _BUSY as error:
        raise StoreBusy("others held the database for too long: try again") from error
    except DataError as error:
        rule = "PostgreSQL takes no such text for a key or a name"
        raise BadValue(rule, value=shorten(str(error))) from None
    except Error as error:
        raise StoreError(f"PostgreSQL: {error}") from error
    except UnicodeEncodeError as error:
        rule = "half a character (a lone surrogate) is in no key or name of the store"
        raise BadValue(rule, value=shorten(error.object)) from None
