"""What a store writes down is read back without loss, whatever values there are."""

from datetime import datetime

import pytest
from attrs import astuple
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.stores.agreements import base_from_json, base_to_json
from erplink.adapters.stores.changes import changes_from_json, changes_to_json
from erplink.adapters.stores.configurations import connection_from_json, connection_to_json
from erplink.adapters.stores.documents import from_bytes, from_json, to_bytes, to_json
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.adapters.stores.vault import PlainVault
from erplink.domain.history import FieldChange, LostValue
from erplink.domain.links import Agreed
from erplink.domain.merge import SideView
from erplink.domain.values import in_utc
from erplink.errors import BadValue
from erplink.testing.strategies import connections, maybes, moments, names, values

any_text = st.text(st.characters())
agreements = st.builds(Agreed, values(), values()) | values().map(lambda each: Agreed(each, each))
marks = st.none() | moments() | st.integers() | any_text
sides = st.builds(SideView, names(), maybes(), maybes(), st.booleans(), marks)
changes = st.builds(
    FieldChange,
    st.just("erp"),
    any_text,
    st.tuples(any_text),
    maybes(),
    values(),
    maybes(),
    st.lists(sides, max_size=3),
    any_text,
    any_text,
    st.none() | names(),
    st.lists(st.builds(LostValue, names(), maybes()), max_size=3),
)


def told(value) -> str:
    """The value to the digit and with its type; a moment by its offset, not the name of its zone.

    Python takes True for 1, and no moment of an hour that comes twice for one of another zone.
    """
    match value:
        case datetime():
            return value.isoformat()
        case tuple():
            return f"({', '.join(map(told, value))})"
        case Agreed():
            return f"{told(value.crm)} = {told(value.erp)}"
    return repr(value)


@given(st.dictionaries(any_text, agreements, max_size=5))
def test_a_base_is_kept_without_loss(base):
    """Both sides of every field, in their own types and digits, in order."""
    text = base_to_json(base)

    read = base_from_json(text)
    assert [(key, told(base[key])) for key in base] == [(key, told(read[key])) for key in read]
    assert text.isascii()


@given(st.lists(changes, max_size=3), st.booleans(), st.none() | any_text)
def test_changes_are_kept_without_loss(changed, created, version):
    """All that was known when they were decided, and what the record is by them."""
    text = changes_to_json(changed, created=created, version=version)

    read, *of_record = changes_from_json(text, "erp")
    assert [parts(change) for change in changed] == [parts(change) for change in read]
    assert [created, version] == of_record
    assert text.isascii()


def parts(change: FieldChange) -> list[str]:
    return [
        told(value)
        for part in (change, *change.sides, *change.lost)
        for value in astuple(part, recurse=False)
        if not isinstance(value, tuple) or not value or not hasattr(value[0], "system")
    ]


@given(connections())
def test_a_connection_is_kept_without_loss(connection):
    """Its configuration, its scope and its secrets."""
    text = connection_to_json(connection, PlainVault())

    assert connection == connection_from_json(text, PlainVault())


@given(any_text)
def test_any_text_is_kept_without_loss(text):
    """As JSON that every database takes, and as bytes."""
    assert text == from_bytes(to_bytes(text))
    assert text == from_json(to_json(text))
    assert to_json(text).isascii()


@given(moments(), moments())
def test_moments_are_kept_and_sort(one, other):
    """To the microsecond, and in their order, whatever their zones are."""
    try:
        first, second = in_utc(one), in_utc(other)
    except BadValue:
        with pytest.raises(BadValue, match="end of the calendar"):
            to_stored(one), to_stored(other)
        return

    assert first == from_stored(to_stored(one))
    assert (first < second) == (to_stored(one) < to_stored(other))
