"""Keys of new records, and creations that are sent twice."""

import pytest

from erplink.connectors import Edit, EditRefused, Query, Removal
from erplink.domain.records import ActorRef

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "customers.csv"


def create(session, **more):
    (answer,) = session.save("customer", [Edit({"n": "x"}, **more)])
    return answer.record.ref.key if hasattr(answer, "record") else answer


@pytest.mark.parametrize(
    ("keys", "expected"),
    [(["1", "2"], "3"), (["7", "100", "9"], "101"), (["0007", "0009"], "0010"), (["09"], "10")],
)
def test_the_next_number_is_the_key_where_keys_are_numbers(path, opened, keys, expected):
    """With as many leading zeros as they have."""
    path.write_text("id,n\n" + "".join(f"{key},a\n" for key in keys))
    session = opened(path)

    assert expected == create(session)
    assert not session.capabilities.of("customer").idempotent_create


@pytest.mark.parametrize("rows", ["", "C-1,a\n", "1,a\nx,b\n"])
def test_a_key_is_made_of_the_creation_where_keys_are_no_numbers(path, opened, rows):
    """The same creation has the same key, so that it is done once."""
    path.write_text(f"id,n\n{rows}")
    session = opened(path)
    claims = session.capabilities.of("customer")

    first, second = (create(session, idempotency_key="a") for _ in range(2))

    assert (True, True) == (claims.idempotent_create, claims.find_created)
    assert first == second != create(session, idempotency_key="b")
    assert [first] == [r.ref.key for r in session.find_created("customer", "a", {})]
    assert (
        () == session.find_created("customer", "c", {}) == session.find_created("customer", "", {})
    )
    assert create(session) != create(session)


def test_a_column_may_remember_creations(path, opened):
    """Then keys are numbers, and the same creation is done once all the same."""
    path.write_text("id,n,erplink_id\n1,a,\n")
    session = opened(path)

    keys = [create(session, idempotency_key=each) for each in ("a", "b", "a")]

    assert ["2", "3", "2"] == keys
    assert ["3"] == [r.ref.key for r in session.find_created("customer", "b", {})]
    assert "erplink_id" not in {field.key for field in session.kinds()[0].fields}
    assert 3 == session.count("customer", Query())


def test_the_same_creation_twice_in_a_batch_is_one(path, opened):
    """Whatever the keys are made of."""
    path.write_text("id,n,made\n1,a,\n")
    kinds = '{"customer": {"creation_column": "made"}}'
    edit = Edit({"n": "x"}, idempotency_key="a")

    first, second = opened(path, kinds=kinds).save("customer", [edit, edit])

    assert "2" == first.record.ref.key == second.record.ref.key


def test_keys_may_be_sent_along(path, opened):
    """A key that another record has is refused; one that is sent is never changed later."""
    path.write_text("id,n\n1,a\n")
    session = opened(path, new_keys="given")

    def sent(key):
        (answer,) = session.save("customer", [Edit({"id": key, "n": "x"})])
        return answer

    assert "C-7" == sent(" C-7 ").record.ref.key
    assert EditRefused("another record has this key", "id") == sent("1")
    assert "at most 254 characters" in sent("k" * 255).reason
    (refused,) = session.save("customer", [Edit({"id": "2"}, "1")])
    assert EditRefused("it is written once only", "id") == refused
    assert ("id",) == session.capabilities.of("customer").natural_key


def test_a_key_that_is_made_cannot_be_sent(path, opened):
    """The field says that it is the record's own id."""
    path.write_text("id,n\n1,a\n")

    (refused,) = opened(path).save("customer", [Edit({"id": "2"})])

    assert EditRefused("it is the record's own id", "id") == refused


def test_a_record_is_found_by_its_natural_key(path, opened):
    """Where no creation is known, by what tells it from every other."""
    path.write_text("id,vat,n\na,SE1,x\nb,SE2,x\n")
    session = opened(path, kinds='{"customer": {"natural_key": ["VAT"]}}')

    assert ("vat",) == session.capabilities.of("customer").natural_key
    assert ["b"] == [r.ref.key for r in session.find_created("customer", "?", {"vat": "SE2"})]
    assert () == session.find_created("customer", "?", {"vat": "SE3"})


def test_a_record_is_made_under_its_parent(tmp_path, opened):
    """The column of parents gets the parent's key, and tells it."""
    (tmp_path / "customers.csv").write_text("id,n\nc1,a\n")
    (tmp_path / "people.csv").write_text("id,customer_id,n\np1,c1,x\n")
    session = opened(tmp_path)
    parent = ActorRef("f", "customer", "c1")

    (saved,) = session.save("person", [Edit({"n": "y"}, parent=parent)])

    assert parent == saved.record.parent
    assert parent == session.get("person", ["p1"], [])[0].parent
    (refused,) = session.save("person", [Edit({"n": "y"}, parent=ActorRef("f", "sale", "1"))])
    assert "a person is made under no sale" == refused.reason
    (refused,) = session.save("customer", [Edit({"n": "y"}, parent=parent)])
    assert "a customer is made under no customer" == refused.reason


def test_numbers_stay_numbers_in_a_workbook(tmp_path, workbook, opened):
    """Keys, and keys of parents, are written as the other cells of their columns are."""
    path = workbook(
        tmp_path / "erp.xlsx",
        Customers=[["No", "n"], [1, "a"]],
        People=[["No", "Customer", "n"], [1, 1, "x"]],
    )
    session = opened(path)
    parent = ActorRef("f", "customer", "1")

    session.save("person", [Edit({"n": "y"}, parent=parent)])

    row = [cell.value for cell in openpyxl.load_workbook(path)["People"][3]]
    assert [2, 1, "y"] == row


def test_a_removal_of_what_was_just_removed_is_answered(path, opened):
    """Twice in one batch, too."""
    path.write_text("id,n\n1,a\n2,b\n")

    first, second = opened(path).delete("customer", [Removal("1"), Removal("1")])

    assert first == second
    assert "id,n\n2,b\n" == path.read_text()
