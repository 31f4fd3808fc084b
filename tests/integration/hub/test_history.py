"""History: what was written and why, values that lost, and taking a run back."""

import pytest

from erplink.domain.records import EntityRef
from erplink.errors import BadName, BadValue, Stale

from .conftest import ADA, EVE
from .shop import BOATS, Shop


@pytest.fixture
def shop():
    """A linked company whose name both sides edited; the CRM's stands."""
    made = Shop()
    with made.hub:
        made.link(name="crm", country="crm")
        made.pass_over()
        made.crm.put("company", "1", {"name": "Fjord"})
        made.north.put("customer", "A", {"name": "Boats", "city": "Bergen"})
        made.pass_over()
        yield made


def last_run(shop):
    """The newest run that wrote something."""
    return next(run for run in shop.hub.history.runs("north") if shop.hub.history.run(run.id))


def test_every_field_that_was_written_is_told_for_a_record(shop):
    """The newest first; which side was the target, old and new value."""
    rows = shop.hub.history.of(shop.actor())

    assert ("Boats", "Fjord") == (rows[0].change("name").old, rows[0].change("name").new)
    assert shop.actor() == rows[0].record
    assert rows[0].at > rows[-1].at


def test_history_is_told_for_one_field(shop):
    """Only the writes in which it took part."""
    assert [{"name"}, {"name", "country"}] == [
        {change.field for change in row.changes}
        for row in shop.hub.history.of(shop.actor(), field="name")
    ]
    assert [] == list(shop.hub.history.of(shop.actor(), field="terms"))


def test_history_is_told_for_a_run(shop):
    """What it wrote, in the order it was written; the runs come newest first."""
    newest = last_run(shop)
    rows = shop.hub.history.run(newest.id)

    assert {"crm", "north"} == {row.record.system for row in rows}
    assert newest.id == rows[0].run
    started = [run.started for run in shop.hub.history.runs()]
    assert sorted(started, reverse=True) == started
    assert 1 == len(shop.hub.history.runs(most=1))


def test_it_is_explained_why_a_field_holds_what_it_holds(shop):
    """The value, what it was, who chose it, what was lost, and whether it was edited since."""
    told = str(shop.hub.history.explain(shop.actor(), "name"))
    assert "north/customer/A.name: 'Fjord'" in told
    assert "chosen by: crm's value, by rank" in told
    assert "lost: north's 'Boats'" in told
    assert "edited since" not in told

    shop.north.put("customer", "A", {"name": "Other"})
    assert "edited since: 'Other'" in str(shop.hub.history.explain(shop.actor(), "name"))


def test_a_field_is_explained_also_while_its_system_is_down(shop):
    """Only whether it was edited since is not known then."""
    shop.north.password = "changed"  # noqa: S105 - it guards a fake
    shop.hub._desk.wiring.sessions.close()

    assert "Fjord" in str(shop.hub.history.explain(shop.actor(), "name"))


@pytest.mark.parametrize("field", ["terms", "nothing"])
def test_a_field_that_nobody_wrote_says_so(shop, field):
    """Also one that there is not."""
    told = str(shop.hub.history.explain(shop.actor(), field))

    assert f"north.{field}: no run ever wrote it" == told


def test_a_value_that_lost_is_restored_on_both_sides(shop):
    """It is shown before it is done, and told like any other write."""
    (loss,) = [each for each in shop.hub.history.losses(shop.actor()) if each.value == "Boats"]
    restoration = shop.hub.history.plan_restore(loss)
    assert {"crm/company/1", "north/customer/A"} == {
        str(step.target) for step in restoration.plan.steps if hasattr(step, "target")
    }
    assert "Fjord" == shop.company()["name"]

    done = shop.hub.as_user(ADA).history.restore(restoration)
    assert ("Boats", "Boats") == (shop.company()["name"], shop.customer()["name"])
    assert ("crm.name", "north.name") == tuple(sorted(done.written))
    shop.pass_over()
    assert "Boats" == shop.company()["name"]
    told = str(shop.hub.history.explain(BOATS, "name"))
    assert "a person restored North's value" in told
    assert "for ada" in told


def test_what_moved_since_it_was_shown_is_not_restored(shop):
    """The user is told to look again."""
    loss = shop.hub.history.losses(shop.actor(), field="name")[0]
    restoration = shop.hub.history.plan_restore(loss)
    shop.crm.put("company", "1", {"name": "Newer"})

    with pytest.raises(Stale):
        shop.hub.history.restore(restoration)
    assert "Newer" == shop.company()["name"]


def test_a_value_is_restored_only_through_a_link_that_is_there(shop):
    """After a disconnection there is no other side to restore it on."""
    loss = shop.hub.history.losses(shop.actor(), field="name")[0]
    shop.hub.links.disconnect(BOATS, "north")

    with pytest.raises(BadName, match="there is no link"):
        shop.hub.history.plan_restore(loss)


def test_a_run_is_undone_with_three_lists(shop):
    """What goes back, what is kept because it was edited since, and what cannot."""
    run = last_run(shop)
    shop.north.put("customer", "A", {"name": "Edited"})
    planned = shop.hub.history.plan_undo(run.id)
    assert ["crm/company/1"] == planned.reversed
    assert ["name"] == [each.field for each in planned.kept]
    assert [] == planned.impossible
    assert "kept: north/customer/A name: edited since" in planned.explain()

    shop.hub.history.undo(planned)
    assert ("Oslo", "Edited") == (shop.company()["city"], shop.customer()["name"])


def test_one_field_of_a_run_is_undone(shop):
    """The others stay."""
    run = last_run(shop)
    shop.hub.history.undo(shop.hub.history.plan_undo(run.id, field="name"))

    assert ("Boats", "Bergen") == (shop.customer()["name"], shop.company()["city"])


def test_a_record_that_is_gone_cannot_be_undone(shop):
    """It is told as impossible."""
    run = last_run(shop)
    shop.north.remove("customer", "A")

    assert [("north/customer/A", "the record is gone")] == [
        (each.record, each.reason) for each in shop.hub.history.plan_undo(run.id).impossible
    ]


def test_history_out_of_scope_is_not_shown(shop):
    """Neither rows nor runs, values, losses or names."""
    shop.link(key="S", connection="south", name="keep", city="erp")
    shop.pass_over("south")
    shop.south.put("customer", "S", {"name": "Secret"})
    shop.pass_over("south")
    hers = shop.hub.as_user(EVE).history
    told = f"{hers.of(BOATS)} {[row.changes for row in hers.of(BOATS)]} {hers.losses(BOATS)}"
    hidden = shop.hub.history.runs("south")[0]

    assert "Secret" in str(shop.hub.history.of(BOATS)[0].changes)
    assert "Secret" not in told
    assert "south" not in told
    assert {"north"} == {run.connection for run in hers.runs()}
    for attempt in (hers.run, hers.plan_undo):
        with pytest.raises(BadName, match="there is no run"):
            attempt(hidden.id)
    with pytest.raises(BadName, match="there is no link"):
        hers.plan_restore(shop.hub.history.losses(BOATS)[0])


def test_a_direction_that_leads_elsewhere_restores_nothing(shop):
    """What only the CRM says cannot be restored from the ERP."""
    shop.crm.put("company", "1", {"note": "mine"})
    shop.pass_over()
    shop.north.put("customer", "A", {"note": "theirs"})
    shop.crm.put("company", "1", {"note": "ours"})
    shop.pass_over()
    (loss,) = shop.hub.history.losses(shop.actor(), field="note")

    with pytest.raises(BadValue, match="does not lead to the CRM"):
        shop.hub.history.plan_restore(loss)


def test_a_record_that_there_never_was_has_no_history(shop):
    """It is empty, and no error."""
    assert [] == list(shop.hub.history.of(EntityRef.of("company", "9")))
