import json
from collections import UserDict
from decimal import Decimal
from enum import IntEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http.documents import at_path, encode_json, json_records, json_value
from erplink.domain.secret import Secret
from erplink.errors import BadDocument, BadValue

finite = st.decimals(allow_nan=False, allow_infinity=False).filter(
    lambda d: abs(d.adjusted()) < 300
)
plain = st.none() | st.booleans() | st.integers() | st.text()


def trees(leaves):
    def grown(inner):
        return st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)

    return st.recursive(leaves, grown, max_leaves=12)


@given(trees(plain | finite))
def test_what_is_written_is_read_again(value):
    """Encode, then decode: equal, and every Decimal with all its digits."""
    body, secrets = encode_json(value)

    assert value == json_value(body)
    assert not secrets


@given(trees(plain | st.floats(allow_nan=False, allow_infinity=False)))
def test_the_long_way_writes_what_the_short_way_writes(value):
    """With a Decimal beside it, a document is written as json alone would write it."""
    expected = f"[{json.dumps(value, separators=(',', ':'))},1.0]".encode()

    actual, _ = encode_json([value, Decimal("1.0")])

    assert expected == actual


def test_numbers_keep_their_digits():
    """A fraction is a Decimal with the zeros it was sent with, and never a float."""
    actual = json_value(b'{"a": 12000.50, "b": 1e2, "c": 3, "d": -0.0}')

    assert repr(actual) == (
        "{'a': Decimal('12000.50'), 'b': Decimal('1E+2'), 'c': 3, 'd': Decimal('-0.0')}"
    )


def test_unusual_values_are_written():
    """Subclasses, other mappings, tuples, and keys that json too makes texts of."""

    class Colour(IntEnum):
        RED = 1

    value = UserDict({"a": (1, 2.5), "b": Colour.RED, 3: None, None: True, 1.5: Decimal("1E+3")})

    assert encode_json(value)[0] == b'{"a":[1,2.5],"b":1,"3":null,"null":true,"1.5":1E+3}'


def test_secrets_are_written_and_told():
    """A Secret may stand in a document; who writes it learns what must not be shown."""
    body, secrets = encode_json({"user": "a", "password": Secret('p"w')})

    assert body == b'{"user":"a","password":"p\\"w"}'
    assert secrets == (Secret('p"w'),)


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), {1, 2}, object(), {(1, 2): 3}, b"x"]
)
def test_what_json_cannot_say_is_refused(value):
    """Neither infinities nor objects: and nothing is made up for them."""
    with pytest.raises(BadValue):
        encode_json([value])


@pytest.mark.parametrize("beside", [None, Decimal(1)])
def test_a_document_within_itself_is_refused(beside):
    """It would never end."""
    value = [beside]
    value.append(value)

    with pytest.raises(BadValue, match="nested in itself"):
        encode_json(value)


BROKEN = [
    (b"", "Expecting value at line 1, column 1"),
    (b"<html>", "Expecting value at line 1, column 1"),
    (b'{"a": 1,}', "no JSON: "),
    (b'{"a": 1} x', "Extra data"),
    (b'"\xff"', "byte 1 is no utf-8"),
    (b'"\xed\xa0\x80"', "byte 1 is no utf-8"),
    (b"NaN", "NaN is no number"),
    (b"[-Infinity]", "-Infinity is no number"),
    (b"[" * 100_000, "nested too deeply"),
    (b"9" * 5_000, "limit"),
    (b"1e999999999999999999999", "beyond all bounds"),
    (b"1e401", "beyond all bounds"),
    (b"1e-401", "beyond all bounds"),
]


@pytest.mark.parametrize(("body", "sentence"), BROKEN)
def test_what_is_no_json_is_said_to_be_none(body, sentence):
    """The sentence says what is wrong and where, whatever a server sends."""
    with pytest.raises(BadDocument, match=sentence):
        json_value(body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_json_may_come_in_any_unicode(encoding):
    """As the standard library does: a mark at the beginning is no fault."""
    assert json_value('["ä"]'.encode(encoding)) == ["ä"]


def test_records_are_found_at_their_path():
    """Directly, below keys, under a key with dots, or as the whole document."""
    actual = [
        json_records(b'{"data": [{"id": 1}]}'),
        json_records(b'{"d": {"results": [{"id": 1}]}}', ("d", "results")),
        json_records(b'{"a.b": [{"id": 1}]}', "a.b"),
        json_records(b'[{"id": 1}]', ()),
        json_records(b'{"data": []}'),
    ]

    assert actual == [[{"id": 1}]] * 4 + [[]]


@pytest.mark.parametrize(
    ("body", "path", "sentence"),
    [
        (b'{"rows": []}', ("data",), "there is no 'data', only \\['rows'\\]"),
        (b"[]", ("data",), "the document is no object"),
        (b'{"d": 1}', ("d", "results"), "'d' is no object: 1"),
        (b'{"data": {}}', ("data",), "'data' is no list: {}"),
        (b"{}", (), "the document is no list"),
        (b'{"data": [{}, 1]}', ("data",), "item 1 of 'data' is no object: 1"),
    ],
)
def test_records_that_are_not_there_are_missed_in_a_sentence(body, path, sentence):
    """It names the path and what is there instead."""
    with pytest.raises(BadDocument, match=sentence):
        json_records(body, path)


def test_a_value_is_found_at_its_path():
    """Key after key, and nothing at all for the whole."""
    value = {"a": {"b": 1}, "c.d": 2}

    assert [at_path(value, ("a", "b")), at_path(value, "c.d"), at_path(value, ())] == [1, 2, value]
