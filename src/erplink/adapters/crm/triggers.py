"""Triggers: the statements that have a database keep, in a table of its own, what was changed.

Each change of a row leaves the row's key behind, whoever made it and however. On PostgreSQL the
number of the transaction stands beside it, so that what is committed late is not passed over.
"""

# ruff: noqa: S608 - the names are those of the host's own tables, quoted

from collections.abc import Iterable, Iterator, Sequence

from attrs import field as attr
from attrs import frozen

from erplink.errors import InputError

__all__ = ["ChangeTable", "Watched", "change_table_ddl", "change_table_drop"]


def _pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), str(other)) for one, other in pairs)


def _names_of(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(str, names))


@frozen
class ChangeTable:
    """A table that keeps which records of one kind changed."""

    name: str
    #: The columns of the key, each with its SQL type.
    key: tuple[tuple[str, str], ...] = attr(converter=_pairs)
    schema: str = ""


@frozen
class Watched:
    """A table whose changes are changes of the kind: its own, or one with values of its fields."""

    table: str
    #: The columns with the record's key, in the order of the key.
    columns: tuple[str, ...] = attr(converter=_names_of)
    schema: str = ""


def change_table_ddl(
    changes: ChangeTable, watched: Sequence[Watched], dialect: str
) -> tuple[str, ...]:
    """The statements that make the table and its triggers; they may be run again."""
    makers = {"sqlite": _sqlite, "postgresql": _postgres}
    if dialect not in makers:
        known = " and ".join(sorted(makers))
        raise InputError(f"change tables are for {known}; on {dialect}, name a modified column")
    return tuple(makers[dialect](changes, watched))


def change_table_drop(
    changes: ChangeTable, watched: Sequence[Watched], dialect: str
) -> tuple[str, ...]:
    """The statements that take the table and its triggers away again."""
    statements = []
    for each in watched:
        for name in _names(changes, each) if dialect == "sqlite" else [_trigger(changes, each)]:
            on = "" if dialect == "sqlite" else f" ON {_path(each.table, each.schema)}"
            statements.append(f"DROP TRIGGER IF EXISTS {_quoted(name)}{on}")
        if dialect != "sqlite":
            function = _path(_trigger(changes, each), changes.schema)
            statements.append(f"DROP FUNCTION IF EXISTS {function}()")
    return (*statements, f"DROP TABLE IF EXISTS {_path(changes.name, changes.schema)}")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _path(name: str, schema: str) -> str:
    return f"{_quoted(schema)}.{_quoted(name)}" if schema else _quoted(name)


def _trigger(changes: ChangeTable, watched: Watched) -> str:
    return f"{changes.name}_{watched.table}"


def _names(changes: ChangeTable, watched: Watched) -> list[str]:
    return [f"{_trigger(changes, watched)}_{event}" for event in ("insert", "update", "delete")]


def _keys(changes: ChangeTable) -> str:
    return ", ".join(_quoted(name) for name, _ in changes.key)


def _first(changes: ChangeTable) -> str:
    # A row without a key is where the table begins: no cursor is before it.
    path = _path(changes.name, changes.schema)
    none = ", ".join("NULL" for _ in changes.key)
    return (
        f"INSERT INTO {path} ({_keys(changes)}) "
        f"SELECT {none} WHERE NOT EXISTS (SELECT 1 FROM {path})"
    )


def _sqlite(changes: ChangeTable, watched: Sequence[Watched]) -> Iterator[str]:
    path = _path(changes.name, changes.schema)
    columns = "".join(f", {_quoted(name)} {kind}" for name, kind in changes.key)
    yield (
        f"CREATE TABLE IF NOT EXISTS {path} (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
        f"at TIMESTAMP NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')){columns})"
    )
    yield _first(changes)
    for each in watched:
        for event, name in zip(("INSERT", "UPDATE", "DELETE"), _names(changes, each), strict=True):
            sides = {"INSERT": ("NEW",), "UPDATE": ("NEW", "OLD"), "DELETE": ("OLD",)}[event]
            rows = " UNION ".join(_row(each, side) for side in sides)
            filled = " AND ".join(f"k{n} IS NOT NULL" for n in range(len(each.columns)))
            trigger = _path(name, each.schema)
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {trigger} AFTER {event} ON {_quoted(each.table)} "
                f"BEGIN INSERT INTO {_quoted(changes.name)} ({_keys(changes)}) "
                f"SELECT * FROM ({rows}) WHERE {filled}; END"
            )


def _row(watched: Watched, side: str) -> str:
    columns = (f"{side}.{_quoted(name)} AS k{n}" for n, name in enumerate(watched.columns))
    return f"SELECT {', '.join(columns)}"


def _postgres(changes: ChangeTable, watched: Sequence[Watched]) -> Iterator[str]:
    path = _path(changes.name, changes.schema)
    columns = "".join(f", {_quoted(name)} {kind}" for name, kind in changes.key)
    yield (
        f"CREATE TABLE IF NOT EXISTS {path} (xid xid8 NOT NULL DEFAULT pg_current_xact_id(), "
        f"seq bigint GENERATED ALWAYS AS IDENTITY, "
        f"at timestamptz NOT NULL DEFAULT clock_timestamp(){columns}, PRIMARY KEY (xid, seq))"
    )
    yield _first(changes)
    for each in watched:
        name = _trigger(changes, each)
        function = _path(name, changes.schema)
        yield (
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
            f"AS $erplink$ BEGIN "
            f"IF TG_OP <> 'DELETE' THEN {_insert(changes, each, 'NEW')} END IF; "
            f"IF TG_OP = 'DELETE' THEN {_insert(changes, each, 'OLD')} "
            f"ELSIF TG_OP = 'UPDATE' AND ({_pair(each, 'OLD')}) IS DISTINCT FROM "
            f"({_pair(each, 'NEW')}) THEN {_insert(changes, each, 'OLD')} END IF; "
            f"RETURN NULL; END $erplink$"
        )
        yield (
            f"CREATE OR REPLACE TRIGGER {_quoted(name)} AFTER INSERT OR UPDATE OR DELETE "
            f"ON {_path(each.table, each.schema)} FOR EACH ROW EXECUTE FUNCTION {function}()"
        )


def _pair(watched: Watched, side: str) -> str:
    names = [f"{side}.{_quoted(name)}" for name in watched.columns]
    return f"ROW({', '.join(names)})"


def _insert(changes: ChangeTable, watched: Watched, side: str) -> str:
    names = [f"{side}.{_quoted(name)}" for name in watched.columns]
    filled = " AND ".join(f"{name} IS NOT NULL" for name in names)
    path = _path(changes.name, changes.schema)
    return f"INSERT INTO {path} ({_keys(changes)}) SELECT {', '.join(names)} WHERE {filled};"
