"""The catalogue: what the database says of its tables, in words of our own."""

import warnings
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

import sqlalchemy as sa
from attrs import field as attr
from attrs import frozen
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SAWarning

from erplink.errors import Refused

__all__ = ["ColumnFacts", "ForeignKey", "TableFacts", "read_tables", "table_names"]

TABLES_MAX: Final = 500


@frozen
class ColumnFacts:
    """One column as it is declared."""

    name: str
    type: Any
    nullable: bool = True
    #: Whether the database fills it where nothing is given.
    has_default: bool = False
    #: Whether the database alone fills it.
    computed: bool = False
    #: Whether the database counts it up.
    counted: bool = False
    comment: str = ""


@frozen
class ForeignKey:
    """Columns that refer to the columns of another table."""

    columns: tuple[str, ...]
    table: str
    referred: tuple[str, ...]
    name: str = ""


@frozen(kw_only=True)
class TableFacts:
    """One table or view as it is declared."""

    name: str
    schema: str | None = None
    is_view: bool = False
    columns: tuple[ColumnFacts, ...] = ()
    primary_key: tuple[str, ...] = ()
    primary_key_name: str = ""
    foreign_keys: tuple[ForeignKey, ...] = ()
    #: The columns of each unique constraint and index, by name.
    unique: Mapping[str, tuple[str, ...]] = attr(factory=dict)
    comment: str = ""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> ColumnFacts:
        """The column called ``name``, which must be there."""
        return next(column for column in self.columns if column.name == name)


def table_names(connection: sa.Connection, schema: str | None) -> dict[str, bool]:
    """The names of all tables and views, and whether each is a view."""
    inspector = sa.inspect(connection)
    if schema is not None and schema not in inspector.get_schema_names():
        reason = f"there is no schema {schema[:60]!r}"
        raise Refused(reason, field="schema", code="no-such-schema")
    views = inspector.get_view_names(schema=schema)
    with suppress(NotImplementedError):
        views = [*views, *inspector.get_materialized_view_names(schema=schema)]
    tables = dict.fromkeys(map(str, inspector.get_table_names(schema=schema)), False)
    return tables | dict.fromkeys(map(str, views), True)


def read_tables(
    connection: sa.Connection, schema: str | None, names: Mapping[str, bool]
) -> dict[str, TableFacts]:
    """What the database says of some tables and views; ``names`` says which of them are views."""
    if len(names) > TABLES_MAX:
        reason = f"{len(names)} tables are too many; name those to offer, at most {TABLES_MAX}"
        raise Refused(reason, field="tables", code="too-many-tables")
    if not names:
        return {}
    inspector = sa.inspect(connection)
    about: dict[str, Any] = {"schema": schema, "filter_names": list(names), "kind": ObjectKind.ANY}
    with warnings.catch_warnings():
        # A type or an index that SQLAlchemy does not know is no fault; the diagnosis names it.
        warnings.simplefilter("ignore", SAWarning)
        read: Any = inspector.get_multi_columns(**about)
        keys: Any = inspector.get_multi_pk_constraint(**about)
        references: Any = inspector.get_multi_foreign_keys(**about)
        constraints: Any = inspector.get_multi_unique_constraints(**about)
        # SQLite keeps what is declared as unique as indexes of its own.
        indexes: Any = inspector.get_multi_indexes(**about, include_auto_indexes=True)
    comments = _comments(inspector, about)
    return {
        str(at[1]): TableFacts(
            name=str(at[1]),
            schema=schema,
            is_view=names[str(at[1])],
            columns=tuple(_column(each) for each in columns),
            primary_key=_names((keys.get(at) or {}).get("constrained_columns")),
            primary_key_name=(keys.get(at) or {}).get("name") or "",
            foreign_keys=tuple(_references(references.get(at) or (), schema)),
            unique=_unique(constraints.get(at) or (), indexes.get(at) or ()),
            comment=comments.get(at, ""),
        )
        for at, columns in read.items()
    }


def _names(names: Iterable[str] | None) -> tuple[str, ...]:
    """Plain texts, for SQLAlchemy gives names of a class of its own."""
    return tuple(map(str, names or ()))


def _column(each: Mapping[str, Any]) -> ColumnFacts:
    identity, computed = each.get("identity"), each.get("computed")
    counted = each.get("autoincrement") is True or identity is not None
    return ColumnFacts(
        name=str(each["name"]),
        type=each["type"],
        nullable=bool(each["nullable"]),
        has_default=each.get("default") is not None or counted or computed is not None,
        computed=computed is not None or bool(identity and identity.get("always")),
        counted=counted,
        comment=each.get("comment") or "",
    )


def _references(found: Any, schema: str | None) -> list[ForeignKey]:
    return [
        ForeignKey(
            _names(each["constrained_columns"]),
            str(each["referred_table"]),
            _names(each["referred_columns"]),
            each.get("name") or "",
        )
        for each in found
        if each["referred_schema"] == schema
    ]


def _unique(constraints: Any, indexes: Any) -> dict[str, tuple[str, ...]]:
    """Those that hold for all rows, for an index may be about some of them only."""
    found = [(each["name"], each["column_names"]) for each in constraints]
    found += [
        (each["name"], each["column_names"])
        for each in indexes
        if each["unique"] and not _is_partial(each) and None not in each["column_names"]
    ]
    return {name or f"({number})": _names(columns) for number, (name, columns) in enumerate(found)}


def _is_partial(index: Mapping[str, Any]) -> bool:
    options = index.get("dialect_options", {})
    return any(name.endswith("_where") and value is not None for name, value in options.items())


def _comments(inspector: Any, about: Mapping[str, Any]) -> dict[Any, str]:
    try:
        found = inspector.get_multi_table_comment(**about)
    except NotImplementedError:
        return {}
    return {at: told["text"] or "" for at, told in found.items()}
