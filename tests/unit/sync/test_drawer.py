"""Drawer: plans in their order, however many there are, in memory or in the store."""

import pytest
from tests.unit.sync.stage import Stage, counts

from erplink.domain.plan import Create, Plan
from erplink.sync.drawer import Drawer, stored_batches
from erplink.sync.rails import Tally
from erplink.sync.record_plan import RecordPlan
from erplink.sync.state import FeedName
from erplink.sync.workbench import Options

FEED = FeedName("erp", "customer", "erp")


def plan(number):
    name = f"crm/company/{number}"
    step = Create("erp", "customer", {"name": "x"}, str(number))
    return RecordPlan(record=name, feed=FEED, key=str(number), plan=Plan([step]))


@pytest.fixture
def store():
    stage = Stage()
    with stage.store.begin() as state:
        state.runs.put(stage.run("R1"))
    return stage.store


def drawer(store, count, most):
    filled = Drawer(store, "R1", in_memory_max=most)
    for number in range(count):
        filled.add(plan(number))
    return filled


@pytest.mark.parametrize("most", [1, 2, 3, 100])
@pytest.mark.parametrize("size", [1, 2, 100])
def test_plans_come_back_in_their_order(store, most, size):
    """Wherever they lay meanwhile."""
    filled = drawer(store, 7, most)

    batches = list(filled.batches(size))

    assert [str(number) for number in range(7)] == [each.key for part in batches for each in part]
    assert max(map(len, batches)) <= size


def test_what_does_not_fit_into_memory_lies_in_the_store(store):
    """A pass over a million records needs no more memory than one over a few."""
    filled = drawer(store, 7, 3)

    assert (7, 1) == (len(filled), len(filled._plans))
    with store.look() as state:
        assert 6 == len(state.held.of("R1"))


def test_what_came_out_is_forgotten(store):
    """Nothing is carried out twice, and nothing is left behind in the store."""
    filled = drawer(store, 7, 3)
    list(filled.batches(2))

    assert (0, []) == (len(filled), list(filled.batches(2)))
    with store.look() as state:
        assert [] == list(state.held.of("R1"))


def test_what_all_plans_would_do_is_counted_as_they_come(store):
    """Guard rails look at the sum, wherever the plans lie."""
    assert Tally(creates=7) == drawer(store, 7, 3).tally


def test_what_is_held_is_in_the_store_as_a_whole(store):
    """It outlives the pass; putting it there twice makes it no more."""
    filled = drawer(store, 2, 100)
    filled.store()
    filled.store()

    assert [["0"], ["1"]] == [
        [each.key for each in part] for part in stored_batches(store, "R1", 1)
    ]


def test_a_pass_with_a_small_memory_does_the_same():
    """All of its plans are carried out."""
    stage = Stage(options=Options(plans_in_memory_max=2, batch=3))
    stage.customers(8)

    assert {"created": 8} == counts(stage.one())
    assert stage.held("erp") == stage.held("crm")
