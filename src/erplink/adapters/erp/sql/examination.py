"""Examination: tries a configuration out, and says what works and what does not."""

from collections.abc import Iterable
from typing import Final

from erplink.adapters.erp.sql.database import Database
from erplink.adapters.erp.sql.schema import Schema, read_schema
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.adapters.erp.sql.tables import SqlTable
from erplink.connectors import Clock, Diagnosis, Health
from erplink.errors import Refused, SessionError

__all__ = ["examine"]

_NAMES_MAX: Final = 20
_MESSAGES: Final = {
    "wrong-password": "The user name or the password is wrong.",
    "no-such-database": "There is no such database.",
    "no-permission": "The user may not read the database's tables.",
    "no-tables": "There is no table with a key that could be offered.",
}


def examine(settings: SqlSettings, clock: Clock) -> Diagnosis:
    """Connect, reflect, and look at what the tables offer."""
    try:
        database = Database(settings, clock)
    except Refused as error:
        return of_refusal(error)
    try:
        database.check()
        with database.reading() as connection:
            schema = read_schema(connection, settings, database.dialect)
    except Refused as error:
        return of_refusal(error)
    except SessionError as error:
        message = "The database cannot be reached; is the address right, and does it run?"
        return Diagnosis.error("cannot-connect", message, str(error))
    finally:
        database.close()
    return _found(schema, settings)


def of_refusal(error: Refused) -> Diagnosis:
    """The diagnosis of a configuration that was refused."""
    code = error.code if "-" in error.code else "refused"
    message = _MESSAGES.get(code, str(error))
    return Diagnosis.error(code, message, str(error))


def _found(schema: Schema, settings: SqlSettings) -> Diagnosis:
    tables = list(schema.tables.values())
    message = f"Kinds of records that are offered: {len(tables)}; lists: {len(schema.lists)}."
    technical = "\n".join(_remarks(schema))
    if not settings.read_only and not any(_is_written(table) for table in tables):
        message += " The user may write to none of them."
        return Diagnosis(Health.WARNING, message, technical, "no-write-permission")
    if not technical:
        return Diagnosis.ok(message)
    message += " Some things are left out, or cost more than they could; see the details."
    return Diagnosis(Health.INFORMATION, message, technical, "left-out")


def _is_written(table: SqlTable) -> bool:
    return bool(table.rights & {"insert", "update"})


def _remarks(schema: Schema) -> Iterable[str]:
    tables = schema.tables.values()
    groups = (
        ("no key, so not offered", schema.without_key),
        ("not readable, so not offered", schema.denied),
        (
            "columns of types that erplink has no values for",
            tuple(f"{table.name}.{name}" for table in tables for name in table.left_out),
        ),
        (
            "read whole every time, for no column says when a row was changed",
            tuple(table.name for table in tables if table.mark is None),
        ),
        (
            "rows whose modified column is empty are read every time",
            tuple(t.name for t in tables if t.mark is not None and t.mark.facts.nullable),
        ),
        (
            "the idempotency column is not unique, so a creation could be done twice",
            tuple(t.name for t in tables if t.idempotency and not t.idempotency_is_unique),
        ),
        (
            "not to be written",
            tuple(t.name for t in tables if not t.facts.is_view and not _is_written(t)),
        ),
    )
    for what, names in groups:
        if names:
            more = f" and {len(names) - _NAMES_MAX} more" if len(names) > _NAMES_MAX else ""
            yield f"{what}: {', '.join(names[:_NAMES_MAX])}{more}"
