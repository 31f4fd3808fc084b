"""Schema: brings a database to the newest schema, whichever it has."""

from collections.abc import Mapping

from erplink.adapters.stores.database import Backend, Database
from erplink.errors import NewerSchema

__all__ = ["migrate"]


def migrate(backend: Backend, scripts: Mapping[int, str]) -> None:
    """Make the schema, or bring it up to date, in one transaction.

    Others may do the same at once: one of them does it, and the rest find it done.
    """
    newest = max(scripts)
    with backend.reading() as database:
        number = _number(database)
    if number == newest:
        return
    with backend.writing() as database:
        database.query("schema_lock")
        number = _number(database)
        if number > newest:
            raise NewerSchema(
                f"the store has schema {number}, and this erplink knows {newest}: upgrade erplink"
            )
        for each in range(number + 1, newest + 1):
            database.script(scripts[each])
        _note(database, number, newest)


def _number(database: Database) -> int:
    """The number of the schema; 0 for none."""
    ((tables,),) = database.query("schema_there")
    return int(database.query("schema_number")[0][0]) if tables else 0


def _note(database: Database, before: int, now: int) -> None:
    if before:
        database.execute("schema_next", number=now)
    else:
        database.execute("schema_make")
        database.execute("schema_first", number=now)
