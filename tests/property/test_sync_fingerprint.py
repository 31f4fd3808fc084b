"""The laws of fingerprints: the same for the same values, and for nothing else."""

from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.records import Actor, ActorRef
from erplink.domain.values import UNSET
from erplink.sync.fingerprint import FINGERPRINT_BYTES, Fingerprinter, Hashing, values_of
from erplink.testing.strategies import maybes, moments, numbers, scalars

#: Hashes nothing, so that what is hashed can be compared with no chance of a collision.
PLAIN = Fingerprinter("1")
PLAIN._digest = bytes

letters = st.text(st.sampled_from("ab\x1f|#:1\ud800"), max_size=3)
few = st.sampled_from([0, 1, 10, -1, Decimal("1.0"), Decimal("1.00"), Decimal("1E+1"), True, False])
days = st.sampled_from([date(1, 1, 1), date(2026, 1, 31)])
instants = st.sampled_from([datetime(1, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)])
empties = st.sampled_from([None, UNSET, "", ()])
singles = letters | few | days | instants | empties.filter(lambda value: value != ())
small = singles | empties | st.lists(singles, max_size=3).map(tuple)
records = st.lists(small, max_size=4).map(tuple)


def meaning(value):
    """What a value says, written so that == compares that and nothing else."""
    match value:
        case tuple():
            return ("many", *map(meaning, value))
        case bool() | str() | None:
            return (type(value), value)
        case int() | Decimal():
            return ("number", Decimal(value))
        case datetime():
            moment = value.replace(tzinfo=UTC) - datetime(1, 1, 1, tzinfo=UTC)
            return ("moment", moment - value.utcoffset())
        case date():
            return ("day", value)
    return "unset"


@given(records, records)
def test_records_have_one_fingerprint_just_when_they_say_the_same(one, other):
    """Over a small alphabet, where records differ in as little as can be."""
    same = meaning(one) == meaning(other)

    assert same == (PLAIN.of_record(one) == PLAIN.of_record(other))
    assert same == (Fingerprinter("1").of_record(one) == Fingerprinter("1").of_record(other))


@given(st.lists(maybes(), max_size=3).map(tuple), st.lists(maybes(), max_size=3).map(tuple))
def test_any_two_records_are_told_apart(one, other):
    """Over all values there are."""
    same = meaning(one) == meaning(other)
    equal = PLAIN.of_record(one) == PLAIN.of_record(other)

    assert same == equal


@given(numbers(), st.integers(0, 5) | st.integers(0, 90))
def test_zeros_and_types_are_no_part_of_a_number(number, zeros):
    """A number has one fingerprint, however it is written."""
    sign, digits, exponent = Decimal(number).as_tuple()
    longer = Decimal((sign, (*digits, *[0] * zeros), exponent - zeros))

    assert PLAIN.of_record((number,)) == PLAIN.of_record((longer,))


@given(moments(), moments())
def test_the_zone_is_no_part_of_a_moment(one, other):
    """Two moments have one fingerprint just when they are the same moment."""
    same = meaning(one) == meaning(other)

    assert same == (PLAIN.of_record((one,)) == PLAIN.of_record((other,)))


@given(scalars())
def test_one_of_many_is_not_the_one_itself(value):
    """A tuple of one value, the value, and the value among nothing else are three things."""
    forms = {PLAIN.of_record(form) for form in ((value,), ((value,),), (value, None))}

    assert 3 == len(forms)


@given(st.lists(st.binary(max_size=8), max_size=4))
def test_slices_have_the_same_fingerprints_one_by_one_and_at_once(slices):
    """And as many bytes as every fingerprint."""
    fingerprinter = Fingerprinter("1")
    one_by_one = [fingerprinter.of_slice(data) for data in slices]

    assert one_by_one == fingerprinter.of_slices(slices)
    assert {FINGERPRINT_BYTES} >= {len(each) for each in one_by_one}


@given(st.binary(max_size=4), letters, letters)
def test_what_was_made_with_another_salt_never_matches(data, one, other):
    """A changed mapping looks at everything again."""
    first, second = Fingerprinter(one), Fingerprinter(other)

    assert (one == other) == (first.of_slice(data) == second.of_slice(data))
    assert (one == other) == (first.of_record((None,)) == second.of_record((None,)))
    assert (one == other) == (first.salt == second.salt)


@given(st.binary(max_size=4), letters)
def test_the_name_of_the_hash_is_part_of_the_salt(data, salt):
    """Another way of hashing makes other fingerprints, even where it is the same by chance."""
    one, other = (Fingerprinter(salt, Hashing(name, beginning)) for name in ("one", "two"))

    assert one.salt != other.salt
    assert one.of_slice(data) != other.of_slice(data)


def beginning(data):
    return (data + bytes(FINGERPRINT_BYTES))[:FINGERPRINT_BYTES]


@given(st.dictionaries(st.sampled_from("abc"), small, max_size=3), st.permutations("abc"))
def test_the_order_of_delivery_is_no_part_of_a_record(held, order):
    """Values are taken field by field; what was not delivered is not said."""
    ref, parent = ActorRef("erp", "customer", "1"), ActorRef("erp", "group", "7")
    held = {key: value for key, value in held.items() if value is not UNSET}
    record = Actor(ref, parent, fields={key: held[key] for key in order if key in held})

    expected = (*(held.get(key, UNSET) for key in "abc"), ("group", "7"), "1")
    assert expected == values_of(record, "abc")
    alone = Actor(ref, fields=held)
    assert (*(held[key] for key in held), None, "1") == values_of(alone, tuple(held))
