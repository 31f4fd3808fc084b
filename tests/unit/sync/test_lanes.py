"""The queue of work: urgency, age, turns, and what may not run."""

import pytest

from erplink.errors import BadValue
from erplink.sync.lanes import Lanes, Work, WorkKey
from erplink.sync.state import Lane

FIRST, SECOND, OTHER = WorkKey("a", "x"), WorkKey("a", "y"), WorkKey("b", "x")


def test_an_empty_queue_has_nothing_to_do():
    """And nothing to cancel."""
    queue = Lanes()

    assert queue.take(0.0) is None
    assert not queue.cancel(FIRST)
    assert [] == queue.cancel_all("a")
    assert not queue.wants(FIRST, Lane.BULK, 0.0)


def test_a_person_goes_before_everything_else():
    """Whatever waits, and however many."""
    queue = Lanes()
    for at in range(100):
        queue.add(WorkKey("b", str(at)), Lane.BULK, 0.0)
    queue.add(FIRST, Lane.INTERACTIVE, 1.0)

    assert Work(FIRST, Lane.INTERACTIVE, since=1.0) == queue.take(1.0)


def test_work_that_waits_already_keeps_its_age_and_the_more_urgent_lane():
    """So that asking again does not put it to the end of the line."""
    queue = Lanes()
    queue.add(FIRST, Lane.BULK, 1.0)

    assert Work(FIRST, Lane.EVENT, 2, since=1.0) == queue.add(FIRST, Lane.EVENT, 5.0, rank=2)
    assert Work(FIRST, Lane.EVENT, 2, since=1.0) == queue.add(FIRST, Lane.BULK, 9.0, rank=2)
    assert [Work(FIRST, Lane.EVENT, 2, since=1.0)] == list(queue)


def test_every_fourth_goes_to_what_is_overdue():
    """Three by urgency, then the one that has waited longest."""
    queue = Lanes()
    queue.add(FIRST, Lane.BULK, 0.0)
    queue.add(SECOND, Lane.BULK, 1.0)
    for at in range(9):
        queue.add(WorkKey("b", str(at)), Lane.INTERACTIVE, 1900.0)

    taken = [queue.take(1900.0).key.task for _ in range(11)]

    assert ["0", "1", "2", "x", "3", "4", "5", "y", "6", "7", "8"] == taken


def test_a_connection_that_is_busy_does_not_hold_up_the_others():
    """Its work keeps its place."""
    queue = Lanes()
    queue.add(FIRST, Lane.INTERACTIVE, 0.0)
    queue.add(OTHER, Lane.BULK, 0.0)

    assert OTHER == queue.take(9999.0, lambda key: key.connection != "a").key
    assert FIRST == queue.take(9999.0).key


def test_overdue_work_that_may_not_run_leaves_its_turn_to_the_next():
    """The next overdue work, not the most urgent."""
    queue = Lanes(urgent_in_a_row=1)
    queue.add(FIRST, Lane.SCHEDULED, 0.0)
    queue.add(OTHER, Lane.SCHEDULED, 1.0)
    for at in range(3):
        queue.add(WorkKey("c", str(at)), Lane.INTERACTIVE, 700.0)

    taken = [queue.take(700.0, lambda key: key.connection != "a").key for _ in range(2)]

    assert [WorkKey("c", "0"), OTHER] == taken


def test_a_long_reading_lets_a_person_by():
    """At the next page; for itself, marked once more, it does not stop."""
    queue = Lanes()
    queue.add(FIRST, Lane.BULK, 0.0)
    assert not queue.wants(FIRST, Lane.BULK, 0.0)

    queue.add(SECOND, Lane.INTERACTIVE, 0.0)
    assert queue.wants(FIRST, Lane.BULK, 0.0)
    assert not queue.wants(OTHER, Lane.BULK, 0.0)

    queue.add(FIRST, Lane.INTERACTIVE, 0.0)
    queue.cancel(SECOND)
    assert queue.wants(FIRST, Lane.BULK, 0.0)


def test_cancelled_work_is_gone():
    """One by one, or all of a connection."""
    queue = Lanes()
    for key in (FIRST, SECOND, OTHER):
        queue.add(key, Lane.SCHEDULED, 0.0)

    assert queue.cancel(FIRST)
    assert [SECOND] == [work.key for work in queue.cancel_all("a")]
    assert [OTHER] == [work.key for work in queue]
    assert {Lane.INTERACTIVE: 0, Lane.EVENT: 0, Lane.SCHEDULED: 1, Lane.BULK: 0} == queue.depth()


def test_patience_is_the_host_s_to_choose():
    """For the lanes that are named; the others are as patient as usual."""
    queue = Lanes({Lane.BULK: 1.0}, urgent_in_a_row=1)
    queue.add(FIRST, Lane.BULK, 0.0)
    queue.add(SECOND, Lane.SCHEDULED, 1.0)
    queue.add(OTHER, Lane.SCHEDULED, 1.0)

    assert [SECOND, FIRST, OTHER] == [queue.take(2.0).key for _ in range(3)]


def test_a_queue_without_turns_for_the_urgent_is_refused():
    """People would wait for as long as anything is overdue."""
    with pytest.raises(BadValue, match="at least once in a row"):
        Lanes(urgent_in_a_row=0)


def test_a_queue_knows_what_waits_in_it():
    """By its key."""
    lanes = Lanes()
    lanes.add(WorkKey("erp"), Lane.EVENT, 0.0)

    assert WorkKey("erp") in lanes
    assert WorkKey("other") not in lanes
