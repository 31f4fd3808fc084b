"""Sources: what a host names its columns by, and what stands in statements for it."""

import json
from typing import Any, Final

import sqlalchemy as sa
from attrs import evolve, field, frozen
from sqlalchemy.dialects import postgresql

from erplink.adapters.erp.sql.catalogue import ColumnFacts
from erplink.adapters.erp.sql.codecs import Codec, TextCodec
from erplink.adapters.erp.sql.columns import SqlColumn, column_of
from erplink.adapters.erp.sql.dialects import Dialect
from erplink.adapters.erp.sql.moments import MomentCodec
from erplink.domain.values import UNSET, Maybe
from erplink.errors import BadName, InputError

__all__ = ["SeveralCodec", "Sources", "gathered", "table_of"]

_TEXTS_MAX: Final = 1000
"""The most values that are told of one field of one record."""


def table_of(named: Any) -> sa.Table:
    """The table that a host named: itself, or what a class is mapped to."""
    table = named if isinstance(named, sa.Table) else getattr(named, "__table__", None)
    if not isinstance(table, sa.Table):
        raise InputError(f"{named!r} is neither a Table nor mapped to one")
    return table


@frozen(eq=False)
class Sources:
    """The columns and expressions of one table, each made once."""

    kind: str
    table: sa.Table
    dialect: Dialect
    #: Describes what the driver itself does not know: types of the host's own.
    plain: Dialect
    _made: dict[Any, SqlColumn] = field(factory=dict, init=False)

    def column(self, source: Any, key: str = "") -> SqlColumn:
        """What ``source`` is in statements, as the field ``key``."""
        found = self.resolved(source)
        known = self._made.get(found)
        if known is not None and (not key or known.key == key):
            return known
        made = self._expressed(found, key) if not isinstance(found, sa.Column) else None
        made = made or self._stored(found, key or found.name)
        self._made[found] = made
        return made

    def resolved(self, source: Any) -> Any:
        """The table's own column that is named, or else the expression."""
        if hasattr(source, "__clause_element__"):
            source = source.__clause_element__()
        if isinstance(source, sa.Column):
            source = source.name
        if isinstance(source, str):
            for column in self.table.columns:
                if column.name == source:
                    return column
            names = [column.name for column in self.table.columns]
            raise BadName.among(f"column of {self.table.name}", source, names)
        if not isinstance(source, sa.ColumnElement):
            raise InputError(f"{self.kind}: {source!r} is neither a column nor an expression")
        return source

    def _stored(self, column: "sa.Column[Any]", key: str) -> SqlColumn:
        in_key = column.primary_key
        facts = ColumnFacts(
            name=column.name,
            type=column.type,
            nullable=bool(column.nullable),
            has_default=_has_default(column, self.table),
            computed=column.computed is not None,
            counted=self.table.autoincrement_column is column,
            comment=column.doc or column.comment or "",
        )
        made = self._described(facts, column, in_key=in_key)
        return evolve(made, target=column, field=evolve(made.field, key=key))

    def _expressed(self, expression: Any, key: str) -> SqlColumn:
        facts = ColumnFacts(name="", type=expression.type, computed=True)
        made = self._described(facts, expression, in_key=False)
        return evolve(made, field=evolve(made.field, key=key))

    def _described(self, facts: ColumnFacts, element: Any, *, in_key: bool) -> SqlColumn:
        own = isinstance(facts.type, sa.types.TypeDecorator)
        # A type of the host's own says what it stores; what that looks like, only it knows.
        inner = facts.type.impl_instance if own else facts.type
        dialect = self.plain if own else self.dialect
        facts = evolve(facts, name=facts.name or "expression", type=inner)
        listed = f"{self.table.name}.{facts.name}"
        sql = element if own else _raw(element, self.dialect)
        made = column_of(facts, sql, dialect, listed, in_key=in_key)
        if made is None:
            reason = f"{element} is of {inner!r}, for which erplink has no values; coerce its type"
            raise InputError(f"{self.kind}: {reason}")
        codec: Codec = made.codec
        if isinstance(codec, MomentCodec) and codec.texts:
            # As the host's own type writes it, so that both write the same text.
            codec = evolve(codec, timespec="microseconds")
        return evolve(made, codec=codec, is_searchable=not own)


def _raw(element: Any, dialect: Dialect) -> Any:
    """The element with its values as the driver has them, where that says more."""
    declared = element.type
    wanted = dialect.sql_type(declared)
    if wanted is declared or isinstance(declared, sa.Uuid):
        return element
    return sa.type_coerce(element, _AsItIs())


class _AsItIs(sa.types.UserDefinedType[Any]):
    """Values as the driver has them; unlike NullType, also where a column of a type is written."""

    cache_ok = True


def _has_default(column: "sa.Column[Any]", table: sa.Table) -> bool:
    given = column.default is not None or column.server_default is not None
    return given or column.computed is not None or table.autoincrement_column is column


@frozen
class SeveralCodec:
    """Several texts, told as a list in JSON; they are kept in rows of their own."""

    def tell(self, raw: Any) -> Maybe:
        """The texts; None for no text."""
        if raw is None or isinstance(raw, tuple):
            return raw or None
        try:
            texts = json.loads(raw) if isinstance(raw, str) else raw
        except ValueError:
            return UNSET
        return tuple(text for text in texts[:_TEXTS_MAX] if isinstance(text, str) and text) or None

    def keep(self, value: Any) -> Any:
        """The texts themselves."""
        texts = TextCodec()
        return tuple(map(texts.keep, value))

    def operand(self, key: Any) -> Any:  # noqa: ARG002 - the contract of codecs
        """None: conditions are about one of the texts."""
        return None


def gathered(
    value: Any, table: Any, ours: Any, order: Any, dialect: sa.engine.Dialect
) -> "sa.ColumnElement[Any]":
    """The texts of a record as one value: a list in JSON."""
    if dialect.name == "postgresql":
        texts = sa.func.json_agg(postgresql.aggregate_order_by(value, order), type_=sa.Text())
        rows: sa.Select[Any] = sa.select(sa.cast(texts, sa.Text)).where(ours, value.is_not(None))
        return rows.correlate_except(table).scalar_subquery()
    inner = sa.select(value.label("value")).where(ours, value.is_not(None)).order_by(order)
    told = inner.correlate_except(table).subquery("several")
    gather = sa.func.json_group_array if dialect.name == "sqlite" else sa.func.json_arrayagg
    text: sa.Select[Any] = sa.select(gather(told.c.value, type_=sa.Text()))
    return text.scalar_subquery()
