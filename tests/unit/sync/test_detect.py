"""Detect: what is news, what is not, and what is gone."""

import json

import pytest
from attrs import evolve
from tests.unit.sync.stage import Stage, counts

from erplink.connectors import RawRecords
from erplink.domain.links import LinkStatus
from erplink.domain.mapping import OnDelete, Reaction
from erplink.domain.records import Actor, ActorRef
from erplink.errors import Unavailable
from erplink.sync.rails import Rails
from erplink.sync.state import FeedName, RunState, Side
from erplink.sync.workbench import Options

ERP = FeedName("erp", "customer", Side.ERP)
DELETES = OnDelete(Reaction.DELETE, Reaction.DELETE, only_created=False)


def raw(stage, system="erp"):
    """Have a system deliver its records as bytes; gives the keys of those that were decoded."""
    decoded = []

    def decode(data):
        key, fields = json.loads(data)
        decoded.append(key)
        return Actor(ActorRef(system, "customer", key), fields=fields)

    def as_bytes(do, *_):
        page = do()
        told = [json.dumps([each.ref.key, dict(each.fields)]).encode() for each in page]
        return evolve(page, records=RawRecords(told, decode))

    for operation in ("changes", "search"):
        stage.hooks[system, operation] = as_bytes
    return decoded


def linked(count=4, **more):
    stage = Stage(page_max=3, **more)
    stage.customers(count)
    stage.settle()
    stage.forget_calls()
    return stage


def tells_no_changes(stage, system="erp"):
    """A system that can only be searched."""
    stage.claims[system] = {"changes": False, "deletions": False}


def vanish(stage, *keys):
    """Records are gone and nobody says so: no feed tells of them."""
    rows, log = stage.erp.rows("customer"), stage.erp._log["customer"]
    for key in keys:
        del rows[key]
    log[:] = [(stamp, key) for stamp, key in log if key not in keys]


def statuses(stage):
    return {link.actor.key: link.status for link in stage.links()}


# what changed -------------------------------------------------------------------------------------


def test_only_what_changed_is_read():
    """A pass over nothing asks each feed once, from where it ended."""
    stage = linked()
    stage.one()

    ((_, since, _),) = stage.asked("erp", "changes")
    assert since == stage.feed(ERP).cursor


def test_what_a_feed_tells_again_is_passed_over():
    """Cursors overlap, so that nothing is missed; what was seen costs a comparison."""
    stage = linked()
    with stage.store.begin() as state:
        state.feeds.put(evolve(state.feeds.get(ERP), cursor=None))

    result = stage.one()

    assert ({"unchanged": 4}, []) == (counts(result), stage.asked("crm", "get"))


def test_a_cursor_moves_over_what_was_dealt_with_and_no_further():
    """Where a page cannot be read, the next pass begins with it."""
    stage = Stage(page_max=1)
    stage.customers(3)
    calls = iter(range(10))

    def down_at_the_second(do, *_):
        if next(calls) == 1:
            raise Unavailable("the line is dead")
        return do()

    stage.hooks["erp", "changes"] = down_at_the_second
    (failed,) = stage.sync()
    reached = stage.feed(ERP).cursor
    stage.settle()

    assert (RunState.FAILED, "1") == (failed.run.state, reached)
    assert 3 == len(stage.held("crm"))


def test_a_mapping_that_changed_has_everything_looked_at_again():
    """What a record looked like to an older mapping says nothing."""
    stage = linked()
    stage.remap(on_delete=DELETES)

    assert {"unchanged": 8} == counts(stage.one())


def test_what_is_gone_since_a_mapping_changed_is_missed():
    """What records looked like is void then, but not that they were there."""
    stage = linked(on_delete=DELETES)
    tells_no_changes(stage)
    stage.settle()
    vanish(stage, "K2")
    stage.remap(on_delete=DELETES)

    stage.settle()

    assert 3 == len(stage.held("crm"))


# raw records --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [3, 4])
def test_a_listing_decodes_only_what_is_not_as_it_was(count):
    """A record that came as bytes is told by its bytes."""
    stage = Stage(page_max=3)
    decoded = raw(stage)
    stage.customers(count)
    stage.settle()
    stage.sync(full=True)
    decoded.clear()
    stage.erp.put("customer", "K1", {"city": "Bergen"})

    (result,) = stage.sync(full=True)

    assert ["K1"] == decoded
    assert {"updated": 1, "unchanged": 2 * count - 1} == counts(result)


def test_a_listing_of_which_nothing_changed_decodes_nothing():
    """However many records there are."""
    stage = Stage(page_max=3)
    decoded = raw(stage)
    stage.customers(7)
    stage.settle()
    stage.sync(full=True)
    decoded.clear()

    (result,) = stage.sync(full=True)

    assert ([], {"unchanged": 14}) == (decoded, counts(result))


# everything there is ------------------------------------------------------------------------------


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_full_listing_finds_what_the_feed_missed(as_bytes):
    """An edit, and a record, of which no change was ever told."""
    stage = linked()
    if as_bytes:
        raw(stage)
        stage.sync(full=True)
    log = stage.erp._log["customer"]
    stage.erp.put("customer", "K1", {"city": "Bergen"})
    stage.erp.put("customer", "K9", {"name": "new"})
    cursor = str(log[-1][0])
    with stage.store.begin() as state:
        state.feeds.put(evolve(state.feeds.get(ERP), cursor=cursor))
    stage.one()
    missed = len(stage.held("crm"))

    stage.sync(full=True)

    assert (4, 5) == (missed, len(stage.held("crm")))
    assert "Bergen" == stage.company(stage.link("K1").entity.key)["city"]


@pytest.mark.parametrize("as_bytes", [False, True])
def test_what_a_full_listing_does_without_and_nobody_knows_by_its_key_is_gone(as_bytes):
    """Both is needed to call it a fact."""
    stage = linked(on_delete=DELETES)
    if as_bytes:
        raw(stage)
        stage.sync(full=True)
    stage.forget_calls()
    vanish(stage, "K2")
    stage.one()
    before = len(stage.held("crm"))

    (result,) = stage.sync(full=True)

    assert (4, 3) == (before, len(stage.held("crm")))
    assert [["K2"]] == [list(keys) for _, keys, _ in stage.asked("erp", "get")]
    assert 1 == counts(result)["deleted"]


def test_a_record_that_a_listing_left_out_is_asked_for_before_it_is_mourned():
    """A record that moved from one page to another while the pages were read is not gone."""
    stage = linked(on_delete=DELETES)

    def without_k2(do, *_):
        page = do()
        return evolve(page, records=[each for each in page if each.ref.key != "K2"])

    stage.hooks["erp", "changes"] = without_k2
    (result,) = stage.sync(full=True)

    assert (RunState.DONE, 4) == (result.run.state, len(stage.held("crm")))
    assert {LinkStatus.ACTIVE} == set(statuses(stage).values())


def test_an_empty_listing_is_no_deletion_of_everything():
    """A right that was taken away, or a filter that somebody set, empties a listing as well."""
    stage = linked(on_delete=DELETES, options=Options(rails=Rails.none()))
    vanish(stage, "K0", "K1", "K2", "K3")

    (result,) = stage.sync(full=True)

    assert (RunState.DONE, 4) == (result.run.state, len(stage.held("crm")))


@pytest.mark.parametrize("call", [0, 1])
def test_a_listing_that_failed_half_way_deletes_nothing(call):
    """What was not read is not gone; what was read is dealt with."""
    stage = linked(count=5, on_delete=DELETES)
    vanish(stage, "K3")
    calls = iter(range(10))

    def down(do, *_):
        if next(calls) == call:
            raise Unavailable("the line is dead")
        return do()

    stage.hooks["erp", "changes"] = down
    (result,) = stage.sync(full=True)

    assert (RunState.FAILED, 5) == (result.run.state, len(stage.held("crm")))


def test_many_records_that_are_gone_are_asked_for_by_the_page():
    """Never more at once than the system claims."""
    stage = linked(count=8, on_delete=DELETES)
    vanish(stage, "K0", "K1", "K2", "K3", "K4")
    stage.forget_calls()

    stage.sync(full=True)

    assert [3, 2] == [len(keys) for _, keys, _ in stage.asked("erp", "get")]
    assert 3 == len(stage.held("crm"))


# systems that tell less ---------------------------------------------------------------------------


def test_a_system_that_tells_no_changes_is_searched_in_every_pass():
    """Edits, new records and deletions are found all the same."""
    stage = Stage(on_delete=DELETES)
    tells_no_changes(stage)
    stage.customers(4)
    stage.settle()
    vanish(stage, "K3")
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    stage.erp.put("customer", "K9", {"name": "new"})
    stage.forget_calls()

    stage.one()

    assert [] == stage.asked("erp", "changes")
    assert 4 == len(stage.held("crm"))
    assert "Bergen" == stage.company(stage.link("K0").entity.key)["city"]


def test_records_that_have_each_others_values_now_are_noticed_in_a_listing():
    """Both look like something that was there before, and yet both changed."""
    stage = Stage(page_max=3)
    tells_no_changes(stage)
    stage.customers(3)
    stage.settle()
    first, second = (dict(stage.erp.rows("customer")[key].values) for key in ("K0", "K1"))
    stage.erp.put("customer", "K0", second)
    stage.erp.put("customer", "K1", first)

    stage.one()

    names = {key: stage.company(stage.link(key).entity.key)["name"] for key in ("K0", "K1")}
    assert {"K0": second["name"], "K1": first["name"]} == names


def test_a_system_that_cannot_be_asked_for_a_record_is_taken_by_its_listing():
    """What a complete one does without is gone: there is nobody else to ask."""
    stage = linked(on_delete=DELETES)
    stage.claims["erp"] = {"read": False}
    vanish(stage, "K2")
    stage.forget_calls()

    stage.sync(full=True)

    assert ([], 3) == (stage.asked("erp", "get"), len(stage.held("crm")))


def test_a_place_in_a_search_is_no_place_in_the_changes():
    """A system that tells changes from some day on is read from the beginning."""
    stage = Stage()
    tells_no_changes(stage)
    stage.customers(2)
    stage.settle()
    before = stage.feed(ERP).cursor
    stage.claims.clear()
    stage.erp.put("customer", "K0", {"city": "Bergen"})

    stage.settle()

    assert None is before
    assert "Bergen" == stage.company(stage.link("K0").entity.key)["city"]


def test_a_deletion_that_is_told_while_nothing_else_is_there_counts():
    """A page of deletions alone is a page."""
    stage = linked(count=1, on_delete=DELETES)
    stage.erp.remove("customer", "K0")

    stage.one()

    assert [] == stage.held("crm")


def test_a_record_that_comes_twice_on_one_page_is_planned_once():
    """Whatever a page repeats, there is one write for each record."""
    stage = linked()

    def twice(do, *_):
        page = do()
        return evolve(page, records=[*page, *page], deletions=page.deletions * 2)

    stage.hooks["erp", "changes"] = twice
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    stage.erp.put("customer", "K9", {"name": "new"})
    stage.erp.remove("customer", "K1")
    stage.forget_calls()

    result = stage.one()

    assert RunState.DONE is result.run.state
    assert 2 == sum(len(edits) for _, _, (_, edits) in stage.writes())
    assert LinkStatus.DEAD is statuses(stage)["K1"]
