"""Guard rails: what is counted, when too much is too much, and how a person is told."""

import pytest

from erplink.domain.plan import Change, Create, Delete, MakeLink, Patch, Plan, RemoveLink
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET
from erplink.sync.rails import Rail, Rails, Tally, Trip

ACTOR = ActorRef("erp", "customer", "K-7")
ENTITY = EntityRef.of("company", "7")


def patch(old, new):
    return Plan([Patch(ACTOR, {"f": new}, changes=[Change("f", old, new)])])


def test_creations_updates_and_deletions_are_counted():
    """Links are no records: making and removing them is not counted."""
    plan = Plan(
        [
            Create("erp", "customer", {}, "1"),
            Patch(ACTOR, {"f": "b"}, changes=[Change("f", "a", "b"), Change("g", None, "b")]),
            Delete(ENTITY),
            MakeLink(ENTITY, ACTOR),
            RemoveLink("a link"),
        ]
    )

    assert Tally(creates=1, updates=1, deletes=1, overwrites=1) == Tally.of(plan)


@pytest.mark.parametrize("old", [UNSET, None, "", ()])
def test_filling_an_empty_field_overwrites_nothing(old):
    """Nothing is lost where nothing was."""
    assert Tally(updates=1) == Tally.of(patch(old, "a"))


@pytest.mark.parametrize(("old", "new"), [("a", "b"), ("a", None), (0, 1), (False, True)])
def test_another_value_in_place_of_one_is_an_overwriting(old, new):
    """Clearing a field is one, too; and zero and no are values."""
    assert Tally(updates=1, overwrites=1) == Tally.of(patch(old, new))


def test_adding_one_of_many_values_overwrites_nothing():
    """A second phone number does not harm the first."""
    assert Tally(updates=1) == Tally.of(patch(("1",), ("2", "1")))


@pytest.mark.parametrize("new", [("2",), ("2", "3"), ("1",), "1"])
def test_dropping_one_of_many_values_is_an_overwriting(new):
    """A phone number that is gone, or at another place in a compound field, is overwritten."""
    assert Tally(updates=1, overwrites=1) == Tally.of(patch(("1", "2"), new))


@pytest.mark.parametrize(
    ("rail", "count", "linked", "trips"),
    [
        (Rail(10, 10), 10, 10, False),
        (Rail(10, 10), 11, 110, False),
        (Rail(10, 10), 11, 109, True),
        (Rail(10, 10), 11, 0, True),
        (Rail(count=10), 11, 1_000_000, True),
        (Rail(percent=10), 1, 9, True),
        (Rail(percent=10), 1, 10, False),
        (Rail(0), 1, 10, True),
        (Rail(), 1_000_000, 0, False),
    ],
)
def test_a_rail_trips_just_beyond_its_limits(rail, count, linked, trips):
    """The number and the share themselves are allowed."""
    assert trips == rail.trips(count, linked)


def test_an_empty_listing_that_deletes_everything_is_held():
    """The usual rails let nobody lose more than ten records and a tenth of them at once."""
    (trip,) = Rails().check(Tally(deletes=12), linked=40)

    assert "12 of 40 linked records would be deleted; allowed are 10 or 10 %" == str(trip)


def test_a_quiet_day_passes_the_usual_rails():
    """What people change in a day trips nothing."""
    tally = Tally(creates=20, updates=100, deletes=10, overwrites=100)

    assert () == Rails().check(tally, linked=10)


@pytest.mark.parametrize(
    ("trip", "told"),
    [
        (
            Trip("creates", 1200, 1, Rail(1000, 100)),
            "1200 records would be created beside 1 linked record; allowed are 1000 or 100 %",
        ),
        (
            Trip("updates", 1, 40, Rail(0)),
            "1 of 40 linked records would be updated; allowed are 0",
        ),
        (
            Trip("updates", 50, 40, Rail(percent=5)),
            "50 records would be updated beside 40 linked records; allowed are 5 %",
        ),
        (
            Trip("overwrites", 300, 40, Rail(100, 50)),
            "300 filled fields of 40 linked records would be overwritten; allowed are 100 or 50 %",
        ),
    ],
)
def test_a_trip_is_one_sentence(trip, told):
    """With what would be done, to how many, and what is allowed."""
    assert told == str(trip)


def test_a_rail_without_limits_allows_any_number():
    """It says so where somebody asks."""
    assert "any number" == str(Rail())


@pytest.mark.parametrize("limits", [{"count": -1}, {"percent": -1}])
def test_a_limit_below_nothing_is_refused(limits):
    """It would hold every plan, even one that does nothing."""
    with pytest.raises(ValueError, match="must be >= 0"):
        Rail(**limits)


def test_without_rails_everything_passes():
    """For whoever has looked at the plan."""
    tally = Tally(creates=10**6, updates=10**6, deletes=10**6, overwrites=10**6)

    assert () == Rails.none().check(tally, linked=0)


def test_tallies_add_up():
    """Plan by plan, they count the whole."""
    one, other = Tally(creates=1, updates=2), Tally(updates=3, deletes=4, overwrites=5)

    assert Tally(creates=1, updates=5, deletes=4, overwrites=5) == one + other
