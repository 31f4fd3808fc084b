"""The laws of guard rails: when one trips, and that counting is done plan by plan or at once."""

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.plan import Change, Create, Delete, Patch, Plan
from erplink.domain.records import ActorRef
from erplink.domain.values import UNSET
from erplink.sync.rails import Rail, Rails, Tally

counts = st.integers(0, 300)
limits = st.none() | st.integers(0, 150)
rails = st.builds(Rail, limits, limits)
all_rails = st.builds(Rails, creates=rails, updates=rails, deletes=rails, overwrites=rails)
tallies = st.builds(Tally, creates=counts, updates=counts, deletes=counts, overwrites=counts)

held = st.sampled_from([UNSET, None, "", (), 0, False, "a", "b", ("a",), ("a", "b"), ("b", "c")])
sent = st.sampled_from([None, "a", ("a",), ("a", "b"), ("b", "a", "c")])
changes = st.lists(st.builds(Change, st.just("f"), held, sent), max_size=3)


@st.composite
def plans(draw, keys="abc"):
    """Plans whose records have a key of ``keys`` each."""
    steps = []
    for key in keys:
        target = ActorRef("erp", "customer", key)
        steps += draw(
            st.lists(
                st.just(Create("erp", "customer", {}, key))
                | st.builds(Patch, st.just(target), st.just({}), changes=changes)
                | st.just(Delete(target)),
                max_size=1,
            )
        )
    return Plan(steps)


@given(rails, counts, counts)
def test_a_rail_trips_beyond_all_of_its_limits(rail, count, linked):
    """More than the number and more than the share; a limit that is not given is not asked."""
    beyond_count = rail.count is None or count > rail.count
    beyond_share = rail.percent is None or count * 100 > rail.percent * linked
    limited = rail != Rail()

    assert (limited and beyond_count and beyond_share) == rail.trips(count, linked)


@given(rails, counts, counts, counts)
def test_more_of_the_same_never_heals_a_trip(rail, count, more, linked):
    """What is too much stays too much with more of it."""
    assert not rail.trips(count, linked) or rail.trips(count + more, linked)


@given(rails, counts, counts, counts)
def test_a_larger_stock_never_trips_what_a_smaller_one_bears(rail, count, linked, more):
    """With more linked records the same number of changes is no worse."""
    assert rail.trips(count, linked) or not rail.trips(count, linked + more)


@given(all_rails, counts)
def test_a_plan_that_does_nothing_is_never_held(rails, linked):
    """Where nothing would be done, there is nothing to approve."""
    assert () == rails.check(Tally(), linked)


@given(tallies, counts)
def test_without_rails_nothing_is_held(tally, linked):
    """Who has looked at a plan may carry it out, whatever it does."""
    assert () == Rails.none().check(tally, linked)


@given(all_rails, tallies, counts)
def test_every_trip_is_told_with_its_figures(rails, tally, linked):
    """Each rail that trips is named once, in a sentence with the number and the limits."""
    trips = rails.check(tally, linked)

    assert [
        what
        for what in ("creates", "updates", "deletes", "overwrites")
        if getattr(rails, what).trips(getattr(tally, what), linked)
    ] == [trip.what for trip in trips]
    for trip in trips:
        assert str(trip).startswith(str(getattr(tally, trip.what)))
        assert str(trip).endswith(f"; allowed are {getattr(rails, trip.what)}")


@given(plans("abc"), plans("de"))
def test_tallies_add_up_as_plans_do(one, other):
    """Counting plan by plan and counting the joined plan are the same."""
    assert Tally.of(one + other) == Tally.of(one) + Tally.of(other)


@given(plans())
def test_every_write_is_counted_once(plan):
    """What a plan writes is created, updated or deleted; overwriting comes on top."""
    tally = Tally.of(plan)

    assert plan.writes == tally.creates + tally.updates + tally.deletes
