"""The mapping that cannot be changed."""

import pickle
from copy import copy, deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.frozen import FrozenDict, types_by_key
from erplink.domain.values import UNSET

ITEMS = st.dictionaries(st.sampled_from("abc"), st.integers(0, 2))


@given(ITEMS, ITEMS)
def test_it_is_a_dict_that_stays_as_it_is(items, other):
    """It equals, shows, unites and looks up like the dict that it was made of."""
    frozen = FrozenDict(items)

    assert items == frozen
    assert frozen == items
    assert repr(items) == repr(frozen)
    assert (len(items), list(items)) == (len(frozen), list(frozen))
    assert items | other == frozen | other == frozen | FrozenDict(other)
    assert (items.keys(), items.items()) == (frozen.keys(), frozen.items())
    assert list(items.values()) == list(frozen.values())
    assert [items.get(key) for key in "abc"] == [frozen.get(key) for key in "abc"]
    assert [key in items for key in "abc"] == [key in frozen for key in "abc"]


@given(ITEMS, ITEMS)
def test_equal_ones_have_equal_hashes(items, other):
    """Two of equal items are equal in any order, and then their hashes are too."""
    one, two = FrozenDict(items), FrozenDict(dict(reversed(other.items())))

    assert (items == other) == (one == two)
    assert one != two or hash(one) == hash(two)


@given(ITEMS)
def test_it_survives_copying_and_pickling(items):
    """A copy, a deep copy and what comes out of pickle are equal to it."""
    frozen = FrozenDict(items)

    pickled = pickle.loads(pickle.dumps(frozen))  # noqa: S301 - it was pickled on this very line

    assert frozen == copy(frozen) == deepcopy(frozen) == pickled


def test_a_change_of_the_original_does_not_show():
    """It copies the items that it is given."""
    items = {"a": 1}
    frozen = FrozenDict(items)
    items["a"] = 2

    assert {"a": 1} == frozen


def test_it_cannot_be_changed():
    """There is no way to put an item in, to take one out or to hang an attribute on it."""
    frozen = FrozenDict({"a": 1})

    with pytest.raises(TypeError):
        frozen["a"] = 2
    with pytest.raises(TypeError):
        del frozen["a"]
    with pytest.raises(AttributeError):
        frozen.more = 1


def test_a_missing_key():
    """A key that is not there is a KeyError, or the default that is asked for."""
    assert UNSET is FrozenDict().get("a", UNSET)
    with pytest.raises(KeyError):
        FrozenDict()["a"]


def test_it_is_equal_to_mappings_only():
    """It equals no list of its keys, and has no hash where a value has none."""
    assert FrozenDict({"a": 1}) != ["a"]
    with pytest.raises(TypeError):
        hash(FrozenDict({"a": []}))


@given(ITEMS, ITEMS)
def test_its_shape_is_its_keys_and_types(items, other):
    """Two have one shape when they have the same keys, in order, and values of the same types."""
    one, two = FrozenDict(items), FrozenDict({key: str(value) for key, value in other.items()})

    assert (list(items) == list(other)) == (one.shape() == FrozenDict(other).shape())
    assert (not items and not other) == (one.shape() == two.shape())


@given(st.lists(ITEMS | st.dictionaries(st.sampled_from("ab"), st.none()), max_size=3))
def test_many_tell_the_types_under_each_key(many):
    """Of mappings with the same keys in one order, each key has the types of its values."""
    alike = len({tuple(each) for each in many}) == 1
    expected = {key: {type(each[key]) for each in many} for key in many[0]} if alike else None

    assert expected == types_by_key([FrozenDict(each) for each in many])
