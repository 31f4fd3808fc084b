"""List items that the CRM does not have, fields with many values, and defaults."""

import pytest
from attrs import evolve
from tests.integration.imports.office import BY_NAME, Office, shown, told

from erplink.domain.staging import (
    ImportSettings,
    ListWish,
    OnManyValues,
    RowFilter,
    settings_from_toml,
    settings_to_toml,
)
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue, Refused
from erplink.imports import Result
from erplink.testing.wrapped import WrappedSession


@pytest.fixture
def office():
    office = Office()
    office.customer("K-1", name="ACME", country="FI")
    office.customer("K-2", name="Fjord Boats", country="NO")
    return office


def wishing(**wish):
    return evolve(BY_NAME, lists=[ListWish(list="lands", **wish)])


def lands(office):
    return {each["name"]: each.get("land") for each in office.companies().values()}


# unknown items of a list --------------------------------------------------------------------------


def test_an_unknown_item_is_left_blank(office):
    """With a warning of what it was."""
    importer = office.begun(wishing(unknown="blank"))
    importer.preview()
    (row,) = importer.rows(RowFilter(severity=2))
    assert ["land: the CRM has no item for 'Finland'; it is left out"] == [
        each.text for each in row.verdict.problems
    ]

    importer.run()
    assert {"ACME": None, "Fjord Boats": "no"} == lands(office)


def test_an_unknown_item_becomes_the_default(office):
    """The one that was chosen for that list."""
    importer = office.begun(wishing(unknown="default", default="se"))
    importer.preview()
    assert (UNSET, "se") == shown(importer, key="K-1")[0][2]["land"]

    importer.run()
    assert {"ACME": "se", "Fjord Boats": "no"} == lands(office)


def test_an_unknown_item_is_added_to_the_list(office):
    """It is a row of its own in the preview, and nothing is added before the run."""
    importer = office.begun(wishing(unknown="add"))
    assert {"customer": 2, "items of lands": 1} == importer.preview().new
    assert (UNSET, "Finland") == shown(importer, key="K-1")[0][2]["land"]
    assert [("new", "Finland", {"text": (UNSET, "Finland")})] == shown(
        importer, actor_kind="items of lands"
    )
    assert {"no": "Norway", "se": "Sweden"} == office.crm.lists["lands"]

    assert Result(created=3) == importer.run()
    assert {"no": "Norway", "se": "Sweden", "Finland": "Finland"} == office.crm.lists["lands"]
    assert {"ACME": "Finland", "Fjord Boats": "no"} == lands(office)


def test_an_item_that_is_unchecked_is_not_added(office):
    """The rows come without it."""
    importer = office.begun(wishing(unknown="add"))
    importer.preview()
    importer.check(RowFilter(actor_kind="items of lands"), checked=False)
    importer.preview()
    assert "land" not in shown(importer, key="K-1")[0][2]

    assert Result(created=2, left=1) == importer.run()
    assert {"ACME": None, "Fjord Boats": "no"} == lands(office)
    assert 2 == len(office.crm.lists["lands"])


def test_an_item_that_no_row_needs_in_the_end_is_not_added(office):
    """Because the row was unchecked, or came to nothing."""
    importer = office.begun(wishing(unknown="add"))
    importer.preview()
    importer.check(RowFilter(key="K-1"), checked=False)

    assert Result(created=1, skipped=1, left=1) == importer.run()
    assert [("Finland", "skipped", "no row needed it")] == told(importer, text="Finland")
    assert 2 == len(office.crm.lists["lands"])


def test_an_item_that_the_crm_refuses_fails_with_its_reason(office):
    """And its rows are refused, for they would not be what was shown; the others go on."""

    class Closed(WrappedSession):
        def add_item(self, *_):
            raise Refused("the list is closed")

    importer = office.begun(wishing(unknown="add"))
    importer.preview()
    real = office.session
    office.engine._conductor._opener = lambda system: Closed(real(system))

    assert Result(created=1, failed=1, stale=1) == importer.run()
    assert [("Finland", "failed", "the list is closed")] == told(importer, text="Finland")
    assert {"Fjord Boats": "no"} == lands(office)


def test_an_item_that_the_crm_has_under_this_text_is_taken(office):
    """Nobody had mapped it yet."""
    office.crm.lists = {"lands": {**office.crm.lists["lands"], "fi": "finland"}}
    importer = office.begun(wishing(unknown="add"))
    assert {"customer": 2} == importer.preview().new

    importer.run()
    assert {"ACME": "fi", "Fjord Boats": "no"} == lands(office)


def test_a_stand_in_overwrites_nothing(office):
    """A default is for what is empty; an item that is added is what the row says."""
    office.company("1", name="ACME", land="no")
    office.begun(evolve(wishing(unknown="default", default="se"), on_duplicate="replace"))
    for wish, land in (({"unknown": "default", "default": "se"}, "no"), ({"unknown": "add"}, "F")):
        settings = evolve(wishing(**wish), on_duplicate="replace")
        office.imported(settings, f"import-{land}")
        assert land == lands(office)["ACME"][: len(land)]


# fields with many values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "phones"),
    [
        (OnManyValues.ADD, ("1", "2", "3")),
        (OnManyValues.REPLACE, ("2", "3")),
        (OnManyValues.KEEP, ("1", "2")),
    ],
)
def test_many_values_are_added_replaced_or_kept(office, wish, phones):
    """Whatever becomes of the other fields."""
    office.company("1", name="ACME", phones=("1", "2"))
    office.customer("K-1", phones=("2", "3"))
    office.imported(evolve(BY_NAME, many_values=wish))

    assert phones == office.companies()["1"]["phones"]


# defaults -----------------------------------------------------------------------------------------


def test_new_records_get_defaults_where_the_row_says_nothing(office):
    """And those that are there keep what they have, even if that is nothing."""
    office.company("1", name="Fjord Boats")
    office.customer("K-1", street="Main street")
    office.customer("K-3", name="Harbour Inn")
    defaults = {"company": {"street": "unknown", "note": "imported"}}
    office.imported(evolve(BY_NAME, defaults=defaults))

    told_of = {
        each["name"]: (each.get("street"), each.get("note")) for each in office.companies().values()
    }
    assert {
        "ACME": ("Main street", "imported"),
        "Fjord Boats": (None, None),
        "Harbour Inn": ("unknown", "imported"),
    } == told_of


@pytest.mark.parametrize(
    ("given", "error"), [({"stret": "x"}, BadName), ({"archived": "perhaps"}, BadValue)]
)
def test_a_default_that_cannot_be_written_is_refused_before_the_preview(office, given, error):
    """With the name of the field."""
    importer = office.begun(evolve(BY_NAME, defaults={"company": given}))

    with pytest.raises(error, match=next(iter(given))):
        importer.preview()


# templates ----------------------------------------------------------------------------------------


def test_settings_are_a_template_for_other_imports(office):
    """As a text they say the same."""
    wish = evolve(wishing(unknown="add"), on_duplicate="replace", link=False)

    assert wish == settings_from_toml(settings_to_toml(wish))
    again = office.begun(settings_from_toml(settings_to_toml(wish)))
    assert wish == again.settings
    assert ImportSettings() == settings_from_toml("")


# changes of settings ------------------------------------------------------------------------------


def test_other_settings_plan_anew_only_what_they_affect(office):
    """Other defaults are for what is new: what is there is not looked at again."""
    office.company("1", name="Fjord Boats", street="Old street")
    importer = office.begun()
    importer.preview()
    importer.configure(evolve(BY_NAME, defaults={"company": {"note": "imported"}}))

    assert ["K-1"] == [row.key for row in importer.rows(RowFilter(planned=False))]
    importer.preview()
    assert (UNSET, "imported") == shown(importer, key="K-1")[0][2]["note"]
    importer.configure(evolve(BY_NAME, on_duplicate="skip"))
    importer.preview()
    assert ["new", "nothing"] == [each[0] for each in shown(importer)]


def test_what_was_planned_can_be_planned_anew(office):
    """After somebody worked in the CRM, say, so that nothing is stale at the run."""
    office.company("1", name="Fjord Boats", street="Old street")
    office.customer("K-2", street="New street")
    importer = office.begun(evolve(BY_NAME, on_duplicate="replace"))
    importer.preview()
    office.company("1", street="Newest street")
    importer.preview()
    assert ("Old street", "New street") == shown(importer, key="K-2")[0][2]["street"]

    importer.preview(anew=True)
    assert ("Newest street", "New street") == shown(importer, key="K-2")[0][2]["street"]
