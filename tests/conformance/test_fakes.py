"""The troubles of the fake ERP: each is real, is counted, and comes again with its seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import Edit, EditRefused, Query, Saved, TokenBudget, all_changes
from erplink.errors import ConfigurationLost, SessionError, Unavailable, Unknown
from erplink.testing import Dice, FakeErp, Faults, FaultySession, VirtualClock
from erplink.testing.fake_erp import CUSTOMERS_AND_PERSONS

FIELDS = ["name", "note"]


def filled(count=12, **more):
    """A world with some customers."""
    erp = FakeErp(**more)
    for number in range(count):
        erp.put("customer", erp.next_key("customer"), {"name": f"name {number}"})
    return erp


def keys(pages):
    return [record.ref.key for page in pages for record in page]


# --- the clock ------------------------------------------------------------------------------------


def test_a_virtual_clock_passes_time_only_where_somebody_sleeps():
    """Sleeping returns at once, and the time has passed all the same."""
    clock = VirtualClock(datetime(2026, 1, 1, 12, tzinfo=UTC))

    clock.sleep(90)
    clock.sleep(-5)

    assert datetime(2026, 1, 1, 12, 1, 30, tzinfo=UTC) == clock.now()
    assert 90.0 == clock.monotonic()
    assert "VirtualClock(2026-01-01T12:01:30+00:00)" == repr(clock)


def test_whoever_sleeps_for_what_is_left_comes_to_the_end_of_it():
    """A wait shorter than what the clock tells passes all the same."""
    clock = VirtualClock()
    budget = TokenBudget(clock, rate=3_000_000.0)
    for _ in range(10):
        budget.take()

    assert clock.monotonic() >= 9 / 3_000_000


# --- time in the world ----------------------------------------------------------------------------


def test_several_records_share_a_mark_where_it_is_coarse():
    """Marks are times, as coarse as those of real systems."""
    erp = filled(tick=timedelta(seconds=0.4), precision=timedelta(seconds=1))

    marks = Counter(erp.mark(row) for row in erp.rows("customer").values())

    assert {2, 3} == set(marks.values())
    assert all(mark.microsecond == 0 for mark in marks)


def test_a_world_may_have_a_mark_for_every_change():
    """Without a precision, marks are as fine as the clock."""
    erp = filled(precision=timedelta(0))

    assert 12 == len({erp.mark(row) for row in erp.rows("customer").values()})


def test_what_is_begun_is_visible_once_it_is_committed():
    """A late commit has the mark of its beginning, which others may have passed."""
    erp = filled(1)
    commit = erp.begin("customer", {"name": "late"})
    erp.clock.sleep(2)
    erp.put("customer", "1", {"note": "in time"})
    before = set(erp.rows("customer"))

    key = commit()

    assert key not in before
    late, early = (erp.mark(erp.rows("customer")[each]) for each in (key, "1"))
    assert timedelta(seconds=2) == early - late


def test_what_was_removed_meanwhile_is_not_changed_by_a_late_commit():
    """Nobody can change what somebody has removed."""
    erp = filled(1)
    commit = erp.begin("customer", {"name": "late"}, "1")

    erp.remove("customer", "1")
    commit()

    assert erp.rows("customer")["1"].gone


def test_a_renumbered_record_takes_its_children_along():
    """The old key leads to the new one, and who was under it is under the new one."""
    erp = FakeErp()
    harness = erp.harness()
    old = harness.seed("customer", {"name": "ACME"})
    child = harness.seed("person", {"name": "Ada"}, parent=old)
    other = harness.seed("person", {"name": "Ida"})

    new = erp.renumber("customer", old)

    assert new == erp.rows("customer")[old].merged_into
    assert new == erp.rows("person")[child].parent.key
    assert erp.rows("person")[other].parent is None


# --- faults ---------------------------------------------------------------------------------------


def story(faults):
    """What becomes of a hundred calls."""
    erp = filled(faults=faults)
    session = erp.session("erp")
    told = []
    for number in range(100):
        try:
            told += [len(session.changes("customer", None, FIELDS))]
            session.save("customer", [Edit({"note": f"note {number}"}, "1")])
        except ConfigurationLost as error:
            told += [str(error)]
            session = erp.session("erp")
        except SessionError as error:
            told += [str(error)]
    return told, erp.dice.counts


def test_the_same_seed_makes_the_same_trouble():
    """A failure can be had again, and another seed is another story."""
    one, again, other = (story(Faults.some(seed)) for seed in (7, 7, 8))

    assert one == again
    assert one != other


def test_another_rate_of_one_kind_leaves_the_others_alone():
    """Every kind of trouble has luck of its own."""
    calls = range(200)
    faults = Faults(seed=3, lost_after=0.2)
    alone, together = Dice(faults), Dice(evolve(faults, throttled=0.5))

    for dice in (alone, together):
        dice.drawn = [(dice.falls("throttled"), dice.falls("lost_after")) for _ in calls]

    assert [lost for _, lost in alone.drawn] == [lost for _, lost in together.drawn]


def test_every_kind_of_trouble_happens_and_is_counted():
    """With a little of everything, everything happens."""
    erp = filled(faults=Faults.some(1, 0.2))
    session = erp.session("erp")
    for _ in range(200):
        cursor = None
        try:
            for page in all_changes(session, "customer", FIELDS, cursor):
                cursor = page.cursor
            session.search("customer", Query(), FIELDS)
            session.count("customer", Query())
            session.list_items("countries")
            session.find_created("customer", "k", {})
            session.save("customer", [Edit({"note": "x"}, "1")])
            session.delete("customer", [])
        except ConfigurationLost:
            session = erp.session("erp")
        except SessionError:
            pass
        erp.put("customer", "2", {"note": "people work too"})

    assert set(Faults.kinds()) == set(erp.dice.counts)


def test_a_failure_says_which_fault_of_which_seed_it_was():
    """Whoever reads the error can have it again."""
    session = filled(faults=Faults(seed=42, broken=1.0)).session("erp")

    with pytest.raises(Unavailable) as caught:
        session.get("customer", ["1"], FIELDS)

    expected = "500 Internal Server Error (fault 'broken' number 1 of seed 42)"
    assert expected == str(caught.value)


def test_faults_and_dice_show_what_it_takes_to_repeat_them():
    """The seed and the rates are all there is to it."""
    faults = Faults(seed=5, late=0.5)
    dice = Dice(faults)

    assert "Faults(seed=5, late=0.5)" == str(faults)
    assert "Dice(seed 5: no trouble so far)" == repr(dice)
    dice.order("broken")
    assert dice.falls("broken")
    assert "Dice(seed 5: 1 broken)" == repr(dice)


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_a_rate_is_a_probability(rate):
    """A rate that is none is refused."""
    with pytest.raises(ValueError, match="late"):
        Faults(late=rate)


@pytest.mark.parametrize(("kind", "done"), [("lost_before", 0), ("broken", 0), ("lost_after", 1)])
def test_a_write_in_trouble_is_unknown_whether_it_was_done_or_not(kind, done):
    """Who asked cannot tell the two apart, and is not told."""
    erp = filled(0, faults=Faults(**{kind: 1.0}))

    with pytest.raises(Unknown):
        erp.session("erp").save("customer", [Edit({"name": "new"})])

    assert done == len(erp.rows("customer"))


@pytest.mark.parametrize("kind", ["lost_before", "broken", "lost_after"])
def test_a_reading_in_trouble_is_unavailable(kind):
    """A reading changes nothing, so nothing is in doubt."""
    session = filled(faults=Faults(**{kind: 1.0})).session("erp")

    with pytest.raises(Unavailable):
        session.count("customer", Query())


def test_a_throttled_call_tells_how_long_to_wait():
    """The system's own seconds are on the error."""
    session = filled(faults=Faults(throttled=1.0, throttle_seconds=12.5)).session("erp")

    with pytest.raises(Unavailable) as caught:
        session.get("customer", ["1"], FIELDS)

    assert 12.5 == caught.value.retry_after


def test_a_slow_answer_takes_time_and_comes():
    """The clock has moved, and the answer is right."""
    erp = filled(faults=Faults(slow=1.0, slow_seconds=20.0))
    before = erp.clock.monotonic()

    (record,) = erp.session("erp").get("customer", ["1"], ["name"])

    assert {"name": "name 0"} == record.fields
    assert 20.0 == erp.clock.monotonic() - before


def test_a_write_that_arrives_twice_is_done_twice():
    """Without a key of its own, a creation makes two records; with one, it makes one."""
    erp = filled(0, faults=Faults(duplicated=1.0))
    session = erp.session("erp")

    session.save("customer", [Edit({"name": "twice"})])
    session.save("customer", [Edit({"name": "once"}, idempotency_key="k1")])

    names = [row.values["name"] for row in erp.rows("customer").values()]
    assert ["twice", "twice", "once"] == names


def test_a_session_that_forgot_is_to_be_opened_again():
    """It goes on having forgotten; the guard opens another one."""
    erp = filled(faults=Faults())
    bare = erp.session("erp")
    erp.dice.order("forgotten")

    for _ in range(2):
        with pytest.raises(ConfigurationLost):
            bare.get("customer", ["1"], FIELDS)

    guarded = erp.harness().open()
    erp.dice.order("forgotten")
    assert "1" == guarded.get("customer", ["1"], FIELDS)[0].ref.key


def test_a_listing_that_was_emptied_can_be_read_again():
    """An empty success says nothing of where to go on."""
    erp = filled(faults=Faults(emptied=1.0))
    page = erp.session("erp").changes("customer", None, FIELDS)

    assert (0, None, False) == (len(page), page.cursor, page.more)


def test_people_edit_between_two_pages():
    """What was edited comes again, further on."""
    erp = filled(faults=Faults(seed=2, edited=1.0))

    told = keys(all_changes(erp.session("erp"), "customer", FIELDS))

    assert erp.dice.counts["edited"] >= 2
    assert set(erp.rows("customer")) == set(told)
    assert len(told) > len(set(told))


def test_people_do_what_a_test_has_them_do():
    """Who works in the ERP is up to the test."""
    done = []
    erp = filled(
        faults=Faults(edited=1.0), people=lambda _, kind, luck: done.append((kind, luck.random()))
    )

    list(all_changes(erp.session("erp"), "customer", FIELDS))
    session = erp.session("erp")
    page = session.search("customer", Query(), FIELDS)
    session.search("customer", Query(), FIELDS, page.cursor)

    assert {"customer"} == {kind for kind, _ in done}
    assert erp.dice.counts["edited"] == len(done)


def test_a_world_with_nothing_to_edit_is_left_alone():
    """People who find nothing do nothing."""
    erp = FakeErp(faults=Faults(edited=1.0, renumbered=1.0))

    erp.stir("customer")

    assert {} == erp.rows("customer")


def test_a_late_edit_is_told_by_a_later_reading():
    """It is invisible at first, has an old mark then, and is missed by nobody who follows."""
    erp = filled(faults=Faults(seed=1))
    session = erp.session("erp")
    first = list(all_changes(session, "customer", FIELDS))
    erp.dice.order("late")

    erp.put("customer", "1", {"note": "late"})
    between = list(all_changes(session, "customer", FIELDS, first[-1].cursor))
    erp.clock.sleep(3)
    last = list(all_changes(session, "customer", FIELDS, between[-1].cursor))

    assert "late" not in [record.value("note") for page in between for record in page]
    assert "late" in [record.value("note") for page in last for record in page]


def test_the_clock_of_the_system_may_be_wrong_and_be_set_back():
    """It goes back by no more than changes may be late."""
    faults = Faults(skew=timedelta(hours=-2), set_back=1.0)
    erp = FakeErp(faults=faults, commit_lag=timedelta(seconds=2))

    behind = [erp.clock.now() - erp.now() for _ in range(3)]

    assert [timedelta(hours=2, seconds=seconds) for seconds in (1, 2, 2)] == behind


@pytest.mark.parametrize("seed", range(20))
def test_whoever_follows_the_feed_misses_nothing_whatever_happens(seed):
    """The law of the feed: in the end, what was told is what there is."""
    faults = evolve(Faults.some(seed, 0.1), emptied=0.0, forgotten=0.0, slow_seconds=0.5)
    erp = filled(faults=faults, tick=timedelta(seconds=0.3))
    session = erp.session("erp")
    known, cursor = {}, None
    for round_ in range(40):
        try:
            for page in all_changes(session, "customer", FIELDS, cursor):
                for gone in (*page.deletions, *page.aliases):
                    known.pop(gone, None)
                known |= {record.ref.key: record.fields for record in page}
                cursor = page.cursor
        except SessionError:
            continue
        if round_ < 20:
            erp.put("customer", erp.next_key("customer"), {"name": f"new {round_}"})
            alive = [key for key, row in erp.rows("customer").items() if not row.gone]
            erp.put("customer", alive[0], {"note": f"edited {round_}"})
            erp.remove("customer", alive[1])
        erp.clock.sleep(1)
        if round_ == 30:  # people go home; what they did becomes visible
            erp.dice.faults = Faults()

    there = {
        key: {field: row.values[field] for field in FIELDS}
        for key, row in erp.rows("customer").items()
        if not row.gone
    }
    assert there == known, str(faults)


# --- beside -----------------------------------------------------------------------------------


def test_any_session_may_be_put_at_the_end_of_a_bad_wire():
    """The wire asks nothing of what is behind it."""
    erp = MemoryErp(CUSTOMERS_AND_PERSONS)
    dice, clock = Dice(Faults()), VirtualClock()
    session = FaultySession(erp.session("erp"), dice, clock)
    dice.order("lost_after")

    with pytest.raises(Unknown):
        session.save("customer", [Edit({"name": "ACME"}, idempotency_key="k1")])

    (made,) = session.find_created("customer", "k1", {})
    assert "ACME" == made.value("name")


def test_the_fake_keeps_what_it_is_told_in_its_own_words():
    """A text that is cut is cut where the field says so, and refused elsewhere."""
    session = FakeErp().session("erp")

    saved, refused = session.save(
        "customer", [Edit({"name": "ACME", "city": "x" * 30}), Edit({"name": "x" * 61})]
    )

    assert isinstance(saved, Saved)
    assert "x" * 20 == saved.record.value("city")
    assert EditRefused("longer than 60 characters", "name") == refused
