"""The short way to what an edit stores is the long way, only shorter."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import Edit
from erplink.domain.records import CRM, EntityRef
from erplink.errors import BadValue

sa = pytest.importorskip("sqlalchemy", reason="the extra [sql] is not installed")

from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlField, SqlKind  # noqa: E402 - needs SQLAlchemy
from erplink.adapters.crm.sqlalchemy.patching import Patcher  # noqa: E402 - as above
from erplink.adapters.erp.sql.patches import raw_patch  # noqa: E402 - as above

META = sa.MetaData()
ABOVE = sa.Table("above", META, sa.Column("id", sa.Integer, primary_key=True))
THING = sa.Table(
    "thing",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("above_id", sa.ForeignKey("above.id")),
    sa.Column("name", sa.String(8), nullable=False),
    sa.Column("town", sa.String(8), nullable=False, server_default=""),
    sa.Column("note", sa.Text),
    sa.Column("staff", sa.Integer),
    sa.Column("credit", sa.Numeric(6, 2)),
    sa.Column("ratio", sa.Float),
    sa.Column("active", sa.Boolean),
    sa.Column("since", sa.Date),
    sa.Column("met", sa.DateTime),
    sa.Column("rating", sa.Enum("good", "bad")),
    sa.Column("country", sa.String(2)),
    sa.Column("request", sa.String(40), unique=True),
    sa.Column("version", sa.Integer, nullable=False),
)
TEXTS = ["name", "town", "note", "rating"]
FIELDS = [*TEXTS, "staff", "credit", "ratio", "active", "since", "met", "version"]
CRMS = {
    url: SqlCrm(
        sa.create_engine(url),
        [
            SqlKind("above", ABOVE, ["id"]),
            SqlKind(
                "thing",
                THING,
                {
                    **dict(zip(FIELDS, FIELDS, strict=True)),
                    "country": SqlField("country", list_name="c"),
                },
                parent="above",
                request="request",
                version="version",
            ),
        ],
        {"c": {"NO": "Norway"}},
    )
    for url in ("sqlite://", "postgresql+psycopg://")
}
TABLES = [crm._schema.kinds["thing"].table for crm in CRMS.values()]
PATCHERS = {id(table): Patcher(table) for table in TABLES}

VALUES = st.one_of(
    st.none(),
    st.text(max_size=10),
    st.sampled_from(["", "good", "NO", "a\0b", "\ud800", "A\N{COMBINING RING ABOVE}", "x" * 9]),
    st.integers(-(1 << 70), 1 << 70),
    st.integers(-10, 10),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-99999, max_value=99999),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.sampled_from([Decimal("0.00"), Decimal("-0"), Decimal("1E+3"), Decimal("9999.99")]),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5))])),
    st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]),
    st.tuples(st.text(max_size=3)),
)  # fmt: skip
EDITS = st.builds(
    Edit,
    st.dictionaries(st.sampled_from([*FIELDS, "country", "nonsense"]), VALUES),
    st.sampled_from([None, "7"]),
    idempotency_key=st.sampled_from(["", "r-1"]),
    parent=st.sampled_from([None, EntityRef.of("above", "7"), EntityRef.of("thing", "7")]),
)


def outcome(make):
    """What came of it: what is stored, with its types, or what was refused."""
    try:
        stored = make()
    except BadValue as error:
        return (error.rule, error.field)
    return {column.key: (type(raw), raw) for column, raw in stored.items()}


@given(st.sampled_from(TABLES), EDITS)
def test_the_short_way_stores_what_the_long_way_stores(table, edit):
    """A patch is the same by either way, and so is what is refused."""
    expected = outcome(lambda: raw_patch(table, edit, CRM))

    assert expected == outcome(lambda: PATCHERS[id(table)].raw(edit))
