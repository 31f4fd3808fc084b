"""Lists that can be added to: by key and text, once for each text, whatever its case."""

import pytest
import sqlalchemy as sa
from attrs import evolve

from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlField, SqlKind, SqlList
from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import GuardedSession, Kind, add_item
from erplink.domain.fields import Field, FieldType
from erplink.errors import PluginError, Refused, Unsupported
from erplink.testing.wrapped import WrappedSession

META = sa.MetaData()
LAND = sa.Table(
    "land", META, sa.Column("code", sa.Text, primary_key=True), sa.Column("name", sa.Text)
)
TRADE = sa.Table(
    "trade",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, unique=True),
)
COMPANY = sa.Table(
    "company",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("land", sa.ForeignKey("land.code")),
    sa.Column("trade", sa.ForeignKey("trade.id")),
    sa.Column("size", sa.Text),
)
FIELDS = {
    "land": SqlField("land", list_name="lands"),
    "trade": SqlField("trade", list_name="trades"),
    "size": SqlField("size", list_name="sizes"),
}


@pytest.fixture
def session():
    engine = sa.create_engine("sqlite://", poolclass=sa.pool.StaticPool)
    META.create_all(engine)
    lists = {
        "lands": SqlList(LAND.c.code, LAND.c.name),
        "trades": SqlList(TRADE.c.id, TRADE.c.name),
        "sizes": {"s": "small"},
    }
    crm = SqlCrm(engine, [SqlKind("company", COMPANY, FIELDS)], lists)
    with GuardedSession(crm(), plugin="crm", system="crm") as session:
        yield session
    engine.dispose()


@pytest.mark.parametrize(("name", "key"), [("lands", "Norway"), ("trades", "1")])
def test_an_item_is_a_new_row_of_its_table_once(session, name, key):
    """The key is what the table gives, or the text where it gives none."""
    assert session.capabilities.add_items
    assert [key, key] == [add_item(session, name, text) for text in ("Norway", "NORWAY")]
    assert {key: "Norway"} == dict(session.list_items(name))


@pytest.mark.parametrize("name", ["sizes", "unknown"])
def test_what_is_no_table_is_not_added_to(session, name):
    """It says so."""
    with pytest.raises(Refused, match=f"'{name}' is no table"):
        add_item(session, name, "large")


def test_an_item_of_a_dict_is_its_own_key():
    """Unless that is taken already."""
    kind = Kind("company", [Field("land", FieldType.LIST, list_name="lands")])
    session = MemoryErp([kind], {"lands": {"no": "Norway", "Iceland": "Island"}}).session("crm")
    texts = ("norway", "Finland", "finland", "Iceland")

    assert ["no", "Finland", "Finland", "1"] == [add_item(session, "lands", text) for text in texts]


class Odd(WrappedSession):
    """A session that answers with something else than a key."""

    def add_item(self, *_):
        return None


class Silent(WrappedSession):
    """A session whose lists stay as they are."""

    @property
    def capabilities(self):
        return evolve(self.session.capabilities, add_items=False)


def test_what_is_not_claimed_is_not_asked():
    """Neither by itself nor behind the guard; and an answer that is no key is a broken promise."""
    session = MemoryErp([Kind("company", [Field("name")])]).session("crm")
    silent = Silent(session)
    for each in (silent, GuardedSession(silent, plugin="x", system="crm")):
        with pytest.raises(Unsupported, match="add items"):
            add_item(each, "lands", "Norway")
    guarded = GuardedSession(Odd(session), plugin="x", system="crm")
    with pytest.raises(PluginError, match="a key, which is a text"):
        add_item(guarded, "lands", "Norway")
