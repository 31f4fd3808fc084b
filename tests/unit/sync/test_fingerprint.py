"""Fingerprints: what they are made of, and that they stay what they are."""

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum, StrEnum

import pytest

from erplink.adapters.speed import fast_hash, hash_engine
from erplink.domain.records import Actor, ActorRef
from erplink.domain.values import UNSET
from erplink.errors import BadValue
from erplink.sync.fingerprint import BLAKE2B, Fingerprinter, Hashing, values_of

RECORD = ("a", "é\x1f\ud800", None, UNSET, True, 7, Decimal("1.50"), date(2026, 1, 31))
RECORD += (datetime(2026, 1, 31, 12, tzinfo=UTC), ("b", None, ""), ())
MADE = ("32ba98153a8761c76a49a366c18ea799", "39c72d2d29926dd39f2e0421b9a516a2")


class Word(StrEnum):
    A = "a"
    B = "b"


class Number(IntEnum):
    ONE = 1


def test_fingerprints_are_the_same_in_every_release_and_process():
    """What is written here was made once; if it changes, every stored fingerprint is void."""
    fingerprinter = Fingerprinter("1")

    assert MADE == (fingerprinter.of_slice(b"a").hex(), fingerprinter.of_record(RECORD).hex())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("ab", "")),
        (("a\x1f", "b"), ("a", "\x1fb")),
        (("1",), (1,)),
        ((1,), (True,)),
        ((None,), ("",)),
        ((None,), (UNSET,)),
        (((),), (None,)),
        ((("a",), "b"), ("a", ("b",))),
        ((("a", "b"),), (("ab",),)),
        ((date(2026, 1, 31),), (datetime(2026, 1, 31, tzinfo=UTC),)),
        ((Word.A, "b"), ("b", Word.A)),
        (("e",), (None, "")),
        ((), (None,)),
    ],
)
def test_records_that_look_alike_are_told_apart(one, other):
    """Neither where a text ends nor what type a value has is ever guessed."""
    fingerprinter = Fingerprinter("1")

    assert fingerprinter.of_record(one) != fingerprinter.of_record(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, Decimal("1.00")),
        (10**70, Decimal("1E+70")),
        (0, Decimal("-0.0")),
        (100, Decimal("1E+2")),
        ("a", Word.A),
        (1, Number.ONE),
        (
            datetime(2026, 1, 31, 12, tzinfo=UTC),
            datetime.fromisoformat("2026-01-31T14:00:00+02:00"),
        ),
    ],
)
def test_values_that_say_the_same_have_one_fingerprint(one, other):
    """In whatever type, zone or writing they come."""
    fingerprinter = Fingerprinter("1")

    assert fingerprinter.of_record((one, "b")) == fingerprinter.of_record((other, "b"))


@pytest.mark.parametrize("value", [1.5, b"a", ["a"], datetime(2026, 1, 31)])  # noqa: DTZ001 - naive on purpose
def test_what_is_no_value_is_refused(value):
    """A fingerprint of it would promise what nobody can keep."""
    with pytest.raises(BadValue):
        Fingerprinter("1").of_record((value,))


def test_a_number_with_a_huge_exponent_is_not_written_out():
    """It would fill the memory; a whole number of that size is one and the same."""
    made = [Fingerprinter("1").of_record((each,)) for each in (10**6000, Decimal("1E+6000"))]

    assert made[0] == made[1]
    assert Fingerprinter("1").of_record((Decimal("1E+999999"),))


def test_many_shapes_of_records_do_not_fill_the_memory():
    """What was found out about a shape is forgotten after a while, and found out again."""
    fingerprinter = Fingerprinter("1")
    before = fingerprinter.of_record(("a",))
    for bits in range(5000):
        fingerprinter.of_record(tuple("a" if bits >> at & 1 else None for at in range(13)))

    assert before == fingerprinter.of_record(("a",))
    assert len(fingerprinter._shapes) <= 4096


def test_a_hash_of_another_length_is_refused():
    """It would not fit where fingerprints are kept."""
    with pytest.raises(BadValue, match="a fingerprint has 16 bytes"):
        Fingerprinter("1", Hashing("crc", lambda _: b"1234"))


def test_a_fingerprinter_shows_its_salt():
    """Which is what is kept beside the fingerprints."""
    assert "Fingerprinter(blake2b/2/v3)" == repr(Fingerprinter("v3"))


def test_the_extra_brings_a_faster_hash():
    """Whose fingerprints are its own."""
    pytest.importorskip("xxhash")

    assert "xxh3-128" == hash_engine() == fast_hash().name
    assert Fingerprinter("1", fast_hash()).of_slice(b"a") != Fingerprinter("1").of_slice(b"a")


def test_without_the_extra_all_works_as_well(monkeypatch):
    """The standard library has a hash that is as good, and slower."""
    monkeypatch.setitem(sys.modules, "xxhash", None)

    assert BLAKE2B is fast_hash()
    assert "blake2b" == hash_engine()


def test_many_slices_have_the_fingerprints_that_they_have_one_by_one():
    """Only sooner."""
    fingerprinter, slices = Fingerprinter("1"), [b"a", b"b", b""]

    assert [fingerprinter.of_slice(each) for each in slices] == fingerprinter.of_slices(slices)


@pytest.mark.parametrize("fields", [("name", "city"), ("city", "name"), ("name",)])
def test_a_record_counts_by_the_fields_that_were_asked_for(fields):
    """In their order, however its session delivers them; and by where it belongs and its key."""
    parent = ActorRef("erp", "customer", "K-1")
    record = Actor(ActorRef("erp", "person", "P-1"), parent, fields={"name": "Ann", "city": "Oslo"})
    held = {"name": "Ann", "city": "Oslo"}

    assert (*(held[key] for key in fields), ("customer", "K-1"), "P-1") == values_of(record, fields)


def test_what_a_record_does_not_say_is_not_empty():
    """Nor is a record without a parent one of a parent without a name."""
    record = Actor(ActorRef("erp", "person", "P-1"), fields={"name": "Ann"})

    assert ("Ann", UNSET, None, "P-1") == values_of(record, ("name", "city"))
