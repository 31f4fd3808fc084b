"""New records get a key, are made once however often they are sent, and can be found again."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from erplink.connectors import Deleted, Edit, EditRefused, EditStale, Query, Removal, Saved
from erplink.domain.fields import Access
from erplink.domain.records import ActorRef

ORDERS = """
CREATE TABLE orders (
    {id},
    number VARCHAR(10) NOT NULL UNIQUE,
    status VARCHAR(10) NOT NULL DEFAULT 'new',
    request VARCHAR(40){unique},
    version INTEGER NOT NULL,
    modified {moment} NOT NULL
);
CREATE TABLE line (
    order_id INTEGER NOT NULL REFERENCES orders (id),
    line_no INTEGER NOT NULL,
    label VARCHAR(10) NOT NULL,
    price NUMERIC(8, 2),
    PRIMARY KEY (order_id, line_no)
);
CREATE TABLE country (code VARCHAR(5) PRIMARY KEY, name VARCHAR(20))
"""
IDEMPOTENT = '[orders]\nidempotency = "request"'


@pytest.fixture
def make(world):
    def make(unique=" UNIQUE", **config):
        for statement in ORDERS.format(id=world.id, moment=world.moment, unique=unique).split(";"):
            world.run(statement)
        return world.open(**config)

    return make


def fields(session, kind):
    return {f.key: f for k in session.kinds() if k.name == kind for f in k.fields}


def test_the_database_makes_the_key(make, saved):
    """A new row's key, its defaults, its mark and its first version come back."""
    session = make()

    one = saved(session, "orders", Edit({"number": "A"}))
    two = saved(session, "orders", Edit({"number": "B", "status": None}))

    assert fields(session, "orders")["id"].is_key
    assert one.ref.key != two.ref.key
    assert ["new", None] == [each.fields["status"] for each in (one, two)]
    assert "1" == one.version
    assert one.modified.year > 2020
    assert one == session.get("orders", [one.ref.key], [*one.fields])[0]


def test_a_natural_key_is_given(make, saved):
    """A key that the database does not make is written once, with the new row."""
    session = make()

    record = saved(session, "country", Edit({"code": "NO|1", "name": "Norway"}))
    again, missing, moved, long = session.save(
        "country",
        [
            Edit({"code": "NO|1"}),
            Edit({"name": "Nowhere"}),
            Edit({"code": "SE"}, record.ref.key),
            Edit({"code": "123456"}),
        ],
    )

    assert "NO~11" == record.ref.key
    assert Access.WRITE_ONCE is fields(session, "country")["code"].access
    assert ["code"] * 4 == [each.field for each in (again, missing, moved, long)]
    assert 1 == session.count("country", Query())
    assert ("code",) == session.capabilities.of("country").natural_key


def test_a_key_of_several_columns_is_one_text(make, saved):
    """A row is made under its parent, and read, changed and removed by the one text."""
    session = make()
    order = saved(session, "orders", Edit({"number": "A"})).ref

    line = saved(session, "line", Edit({"line_no": 1, "label": "x"}, parent=order))
    priced = saved(session, "line", Edit({"price": Decimal("9.9")}, line.ref.key))
    under = session.search("line", Query(parent=order), [])

    assert f"{order.key}|1" == line.ref.key
    assert (order, order) == (line.parent, priced.parent)
    assert [line.ref] == [record.ref for record in under]
    assert [Deleted(line.ref.key)] == list(session.delete("line", [Removal(line.ref.key)]))
    assert 0 == session.count("line", Query())


def test_a_parent_that_cannot_be_is_refused(make, saved):
    """A parent of another kind, of another connection, or with an impossible key is no parent."""
    session = make()
    order = saved(session, "orders", Edit({"number": "A"})).ref
    patch = {"line_no": 1, "label": "x"}
    results = session.save(
        "line",
        [
            Edit(patch, parent=ActorRef("erp", "country", "1")),
            Edit(patch, parent=ActorRef("other", "orders", order.key)),
            Edit(patch, parent=ActorRef("erp", "orders", "x")),
            Edit(patch, parent=ActorRef("erp", "orders", "777")),
            Edit({**patch, "order_id": 777}, parent=order),
            Edit(patch),
        ],
    )
    (none,) = session.save("country", [Edit({"code": "NO"}, parent=order)])

    assert {EditRefused} == {type(result) for result in (*results, none)}
    assert ["order_id", "order_id"] == [result.field for result in results[-2:]]
    assert 0 == session.count("line", Query())


def test_a_creation_that_is_sent_again_makes_no_second_row(make, world, saved):
    """The idempotency column tells what was made already, in a batch and across sessions."""
    session = make(columns=IDEMPOTENT)
    edit = Edit({"number": "A"}, idempotency_key="once")

    first, second = session.save("orders", [edit, edit])
    third = saved(world.open(columns=IDEMPOTENT), "orders", edit)

    assert session.capabilities.of("orders").idempotent_create
    assert first == second == Saved(third)
    assert 1 == session.count("orders", Query())
    assert "read-only" in fields(session, "orders")["request"].why_not_writable


def test_two_who_send_one_creation_at_once_make_one_row(make, world):
    """The unique column decides, and the second one is told what the first one made."""
    make(columns=IDEMPOTENT)
    sessions = [world.open(columns=IDEMPOTENT) for _ in range(4)]
    for turn in range(3):

        def create(session, turn=turn):
            edit = Edit({"number": f"N{turn}"}, idempotency_key=f"once {turn}")
            return session.save("orders", [edit])[0]

        with ThreadPoolExecutor(len(sessions)) as all_at_once:
            results = list(all_at_once.map(create, sessions))

        assert {Saved} == {type(result) for result in results}
        assert 1 == len({result.record.ref for result in results})


def test_what_a_creation_made_is_found(make, saved):
    """By its idempotency key, or else by what is unique; and nothing by a stranger's key."""
    session = make(columns=IDEMPOTENT)
    record = saved(session, "orders", Edit({"number": "A"}, idempotency_key="once"))
    saved(session, "orders", Edit({"number": "B"}, idempotency_key="twice"))

    assert ("number",) == session.capabilities.of("orders").natural_key
    for key, natural in (("once", {}), ("", {"number": "A"}), ("?", {"number": "A"})):
        assert [record] == list(session.find_created("orders", key, natural))
    for key, natural in (("?", {}), ("", {}), ("x" * 99, {"number": "C"}), ("", {"number": 5})):
        assert [] == list(session.find_created("orders", key, natural))


def test_once_is_not_claimed_without_a_unique_column(make):
    """Where two could make the same row at once, nobody says that they cannot."""
    session = make(unique="", columns=IDEMPOTENT)

    claims = session.capabilities.of("orders")
    assert (False, True) == (claims.idempotent_create, claims.find_created)
    assert not session.capabilities.of("line").idempotent_create


def test_a_creation_of_what_is_gone_is_refused(world, saved):
    """A row that was made and then marked as gone is not made again by the same creation."""
    world.run(f"CREATE TABLE thing ({world.id}, request VARCHAR(20) UNIQUE, gone BOOLEAN NOT NULL)")
    session = world.open(columns='[thing]\nidempotency = "request"\ndeleted = "gone"')
    record = saved(session, "thing", Edit({}, idempotency_key="once"))

    session.delete("thing", [Removal(record.ref.key, record.version)])
    (again,) = session.save("thing", [Edit({}, idempotency_key="once")])

    assert ("gone", EditRefused) == (again.code, type(again))
    assert [] == list(session.find_created("thing", "once", {}))


def test_an_empty_creation_makes_a_row_of_defaults(world, saved):
    """A row needs no values where no column needs one."""
    world.run(f"CREATE TABLE thing ({world.id}, name VARCHAR(9))")

    assert {"id": 1, "name": None} == dict(saved(world.open(), "thing", Edit({})).fields)


# removing -----------------------------------------------------------------------------------------


def test_a_removal_is_answered_by_itself(make, saved):
    """A row that others refer to stays, a stale one stays, one that is gone already is gone."""
    session = make()
    orders = [saved(session, "orders", Edit({"number": n})) for n in ("A", "B", "C")]
    saved(session, "line", Edit({"line_no": 1, "label": "x"}, parent=orders[0].ref))
    changed = saved(session, "orders", Edit({"status": "old"}, orders[1].ref.key))

    results = session.delete(
        "orders",
        [
            Removal(orders[0].ref.key),
            Removal(orders[1].ref.key, orders[1].version),
            Removal(orders[2].ref.key, orders[2].version),
            Removal("777"),
            Removal("no key"),
        ],
    )

    assert isinstance(results[0], EditRefused)
    assert EditStale(changed) == results[1]
    assert [Deleted(k) for k in (orders[2].ref.key, "777", "no key")] == list(results[2:])
    assert 2 == session.count("orders", Query())


def test_a_removal_that_fails_at_the_end_stops_no_other(world, saved):
    """A deferred constraint fails the transaction; the good removal is done all the same."""
    world.run(f"CREATE TABLE seller ({world.id}, name VARCHAR(10))")
    world.run(
        f"CREATE TABLE customer ({world.id}, seller INTEGER "
        "REFERENCES seller (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    session = world.open()
    one, two = (saved(session, "seller", Edit({"name": n})).ref for n in "ab")
    saved(session, "customer", Edit({}, parent=one))

    results = session.delete("seller", [Removal(one.key), Removal(two.key)])

    assert [EditRefused, Deleted] == [type(result) for result in results]
    assert 1 == session.count("seller", Query())


def test_a_row_that_is_marked_as_gone_stays_in_the_table(world, saved):
    """Where a column tells what is gone, a removal fills it, and the feed tells the deletion."""
    world.run(
        f"CREATE TABLE thing ({world.id}, gone {world.moment}, day DATE, "
        f"modified {world.moment} NOT NULL)"
    )
    for option in ('deleted = "gone"', 'deleted = "day"'):
        session = world.open(columns=f"[thing]\n{option}")
        record = saved(session, "thing", Edit({}))
        cursor = session.changes("thing", None, []).cursor

        assert [Deleted(record.ref.key)] == list(session.delete("thing", [Removal(record.ref.key)]))
        assert (record.ref.key,) == session.changes("thing", cursor, []).deletions
        assert EditStale(None) == session.save("thing", [Edit({}, record.ref.key)])[0]
    assert 2 == world.one("SELECT count(*) FROM thing WHERE gone IS NOT NULL OR day IS NOT NULL")
