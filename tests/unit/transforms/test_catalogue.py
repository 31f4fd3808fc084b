"""The catalogue makes transforms by name, and writes them as plain data."""

import inspect
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest

from erplink.domain import transforms
from erplink.domain.transforms import (
    Laws,
    TransformCatalogue,
    case,
    chain,
    constant,
    custom,
    each,
    flip,
    identity,
    lookup,
    pad_zeros,
    scale,
    standard_catalogue,
    trim,
)
from erplink.domain.transforms.documents import DEPTH_MAX
from erplink.errors import BadDocument, BadName, BadRegistration, BadValue, InputError

OURS = standard_catalogue()


def shout(mark="!"):
    """A host's own pair."""
    return custom(
        "shout",
        to_crm=lambda text: text + mark,
        to_erp=lambda text: text.removesuffix(mark),
        laws=Laws.LOSSLESS,
        params={"mark": mark},
    )


def test_every_factory_is_in_the_catalogue():
    """Whatever the door offers to make transforms with has a name, but for pairs of functions."""
    factories = [getattr(transforms, name) for name in transforms.__all__]
    made_by = {
        one.__name__
        for one in factories
        if inspect.isfunction(one)
        and inspect.signature(one).return_annotation is transforms.Transform
    }

    assert made_by - {"custom"} == set(OURS.names)


def test_the_door_is_sorted_and_whole():
    """Everything that is listed is there, once."""
    assert sorted(set(transforms.__all__)) == sorted(transforms.__all__)
    assert all(hasattr(transforms, name) for name in transforms.__all__)


@pytest.mark.parametrize(
    ("transform", "data"),
    [
        (identity(), {"use": "identity"}),
        (pad_zeros(8), {"use": "pad_zeros", "width": 8}),
        (scale(Decimal("0.010")), {"use": "scale", "factor": "0.01"}),
        (
            chain(trim(), case("upper")),
            {
                "use": "chain",
                "steps": [{"use": "trim", "inner": False}, {"use": "case", "to": "upper"}],
            },
        ),
        (
            each(flip(trim())),
            {
                "use": "each",
                "transform": {"use": "flip", "transform": {"use": "trim", "inner": False}},
            },
        ),
        (
            lookup({"A": "x", "B": "x"}, preferred={"x": "B"}),
            {
                "use": "lookup",
                "table": {"A": "x", "B": "x"},
                "preferred": {"x": "B"},
                "otherwise": "refuse",
            },
        ),
        (
            lookup([(1, True), ("b", Decimal("1.50"))]),
            {
                "use": "lookup",
                "table": [[1, True], ["b", {"decimal": "1.50"}]],
                "otherwise": "refuse",
            },
        ),
        (
            lookup({"use": "in use"}),
            {"use": "lookup", "table": [["use", "in use"]], "otherwise": "refuse"},
        ),
        (
            lookup({"date": "2026"}),
            {"use": "lookup", "table": [["date", "2026"]], "otherwise": "refuse"},
        ),
        (
            constant((date(2026, 1, 31), 5)),
            {"use": "constant", "value": [{"date": "2026-01-31"}, 5], "side": "crm"},
        ),
        (
            constant(datetime(2026, 1, 31, tzinfo=UTC)),
            {
                "use": "constant",
                "value": {"moment": "2026-01-31T00:00:00+00:00"},
                "side": "crm",
            },
        ),
    ],
)
def test_a_transform_is_plain_data_and_back(transform, data):
    """What a file would hold is readable, and makes the same transform again."""
    assert data == OURS.to_data(transform)
    assert transform == OURS.from_data(data)


def test_a_toml_file_may_use_what_toml_has():
    """Days, moments and numbers of TOML itself are taken as they are."""
    text = "use = 'constant'\nvalue = [2026-01-31, 2026-01-31T00:00:00Z, 1.50]"

    expected = constant((date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC), Decimal("1.50")))
    assert expected == OURS.from_data(tomllib.loads(text, parse_float=Decimal))


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        ({"use": "pad_zeroes"}, BadName, "unknown transform 'pad_zeroes'; did you mean"),
        ({"use": "case", "too": "upper"}, BadName, "unknown parameter of case 'too'; did you mean"),
        ({"use": "trim", "use_it": 8}, BadName, "unknown parameter of trim"),
        ({"use": "pad_zeros"}, BadDocument, "pad_zeros needs width"),
        ({"use": "pad_zeros", "width": "8"}, BadDocument, "pad_zeros: '8': width must be"),
        ({"use": "pad_zeros", "width": 8.5}, BadDocument, "8.5 is no plain data"),
        ({"use": "chain", "steps": 5}, BadDocument, "chain: 5: steps must be a list"),
        ({"use": "chain", "steps": []}, BadDocument, "chain: 0: a chain has 1 to"),
        ({"use": "chain", "steps": [{"use": "case", "to": 5}]}, BadDocument, "case: 5: case must"),
        ({"use": "chain", "steps": [{"use": 5}]}, BadDocument, "under 'use' stands the name"),
        ({"use": "constant", "value": {"date": "31.1."}}, BadDocument, "value.date: a text"),
        ({"use": "constant", "value": {"decimal": "NaN"}}, BadDocument, "value.decimal: a text"),
        ({"use": "constant", "value": {"decimal": "x"}}, BadDocument, "value.decimal: a text"),
        ({"use": "constant", "value": {"moment": "2026"}}, BadDocument, "value.moment: a text"),
        ({"use": "trim", 5: "x"}, BadDocument, "under 'use' stands the name"),
        ({"name": "trim"}, BadDocument, "a transform is a table with its name under 'use'"),
        ({"use": 5}, BadDocument, "a transform is a table with its name under 'use'"),
        ("trim", BadDocument, "a transform is a table with its name under 'use'"),
    ],
)  # fmt: skip
def test_data_that_describes_no_transform_is_refused(data, error, message):
    """A misspelt name comes with the likely one, a wrong value with the transform it is for."""
    with pytest.raises(error) as caught:
        OURS.from_data(data)

    assert str(caught.value).startswith(message)


def test_data_nests_within_bounds():
    """Data from outside cannot send the reader down for ever."""
    data = "x"
    for _ in range(DEPTH_MAX * 100):
        data = [data]
    with pytest.raises(BadDocument, match=f"nest at most {DEPTH_MAX} deep"):
        OURS.from_data({"use": "constant", "value": data})


def test_the_deepest_transforms_there_can_be_fit_into_data():
    """The bound on data leaves room for what the bound on transforms allows."""
    nested = lookup([(1, Decimal("1.5"))])
    for _ in range(3):
        nested = chain(each(nested), trim())
    nested = flip(nested)

    assert nested == OURS.from_data(OURS.to_data(nested))


def test_a_transform_is_made_by_name():
    """Parameters go by their names; the catalogue knows its own."""
    assert pad_zeros(8) == OURS.make("pad_zeros", width=8)
    assert chain(trim(), trim()) == OURS.make("chain", steps=[trim(), trim()])
    assert "trim" in OURS
    assert sorted(OURS.names) == list(OURS.names)


def test_making_refuses_what_is_amiss():
    """The name, the parameters and their values are looked at."""
    with pytest.raises(BadName, match="did you mean 'trim'"):
        OURS.make("trimm")
    with pytest.raises(BadName, match="unknown parameter of trim 'outer'"):
        OURS.make("trim", outer=True)
    with pytest.raises(BadValue):
        OURS.make("pad_zeros", width=0)


def test_a_host_adds_its_own():
    """The new catalogue knows both; the old one is as it was."""
    extended = OURS.extended({"shout": shout})
    data = {"use": "flip", "transform": {"use": "shout", "mark": "?"}}

    assert data == extended.to_data(flip(shout("?")))
    assert shout("?") == extended.from_data({"use": "shout", "mark": "?"})
    assert "shout" not in OURS


def test_a_transform_it_does_not_know_is_not_written():
    """Nobody could make it again, however deep it stands."""
    with pytest.raises(BadName, match="unknown transform 'shout'"):
        OURS.to_data(chain(trim(), each(shout())))


def test_a_name_used_twice_is_refused_with_both():
    """The message says where the two come from."""
    with pytest.raises(BadRegistration) as caught:
        OURS.extended({"trim": shout})

    assert "two transforms are called 'trim'" in str(caught.value)
    assert "erplink.domain.transforms.text.trim" in str(caught.value)
    assert "shout" in str(caught.value)


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (lambda use: shout(mark=use), "no parameter may be called 'use'"),
        (5, "it does not say which parameters it takes"),
        (partial(lambda use, mark: shout(use + mark)), "no parameter may be called 'use'"),
    ],
)
def test_a_factory_that_cannot_be_used_is_refused(factory, message):
    """Whatever could not be made from data is refused when it is taken in."""
    with pytest.raises(BadRegistration, match=message):
        OURS.extended({"mine": factory})


@pytest.mark.parametrize("factory", [trim, lambda: "trim"])
def test_a_factory_makes_a_transform_of_its_name(factory):
    """Else what is written could not be read again."""
    with pytest.raises(BadRegistration, match="not a transform of that name"):
        OURS.extended({"mine": factory}).make("mine")


def test_a_factory_may_take_any_parameters():
    """A factory that takes what it is given is asked no questions."""

    def anything(**params):
        return custom("anything", to_crm=str, laws=Laws.TO_CRM_ONLY, params=params)

    catalogue = OURS.extended({"anything": anything})

    assert {"use": "anything", "a": 1} == catalogue.to_data(catalogue.make("anything", a=1))


def test_what_is_no_plain_data_is_not_written():
    """A parameter that no file can hold is refused when it is written."""
    catalogue = OURS.extended(
        {"odd": lambda: custom("odd", to_crm=str, laws=Laws.TO_CRM_ONLY, params={"a": 1.5})}
    )

    with pytest.raises(BadDocument, match=r"1\.5 cannot be written as plain data"):
        catalogue.to_data(catalogue.make("odd"))


def test_an_empty_catalogue_knows_nothing():
    """A host may start from nothing."""
    with pytest.raises(InputError, match="none is known"):
        TransformCatalogue().make("trim")
