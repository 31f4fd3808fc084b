"""Deletions: they are facts, and what follows from one is what the mapping says."""

import pytest
from tests.unit.sync.stage import Stage, counts

from erplink.domain.fields import Field, FieldType
from erplink.domain.links import LinkStatus
from erplink.domain.mapping import DefaultValue, OnDelete, OnUnlinked, Reaction
from erplink.domain.records import ActorRef, EntityRef
from erplink.sync.state import FeedName, RunState, Side

ARCHIVED = Field("archived", FieldType.CHECKBOX)
ACTIVE = Field("active", FieldType.CHECKBOX)


def linked(*, on_delete, by="erp", count=1, **more):
    """A stage where erplink made the counterparts of some records that were in the ERP, or CRM."""
    stage = Stage(on_delete=on_delete, **more)
    if by == "erp":
        stage.customers(count)
    else:
        for number in range(count):
            values = {"number": f"N{number}", "name": f"name {number}", "city": "Oslo"}
            stage.crm.put("company", str(number), values)
    stage.settle()
    stage.only = stage.links()[0]
    return stage


def remove(stage, system):
    """Somebody removes one of the two records."""
    link = stage.only
    if system == "crm":
        stage.crm.remove("company", link.entity.key)
    else:
        stage.erp.remove("customer", link.actor.key)


def across(stage, system):
    """What the record across from the one in ``system`` holds, or None where it is gone."""
    link, other = stage.only, "erp" if system == "crm" else "crm"
    kind, key = ("customer", link.actor.key) if system == "crm" else ("company", link.entity.key)
    row = stage.worlds[other].rows(kind)[key]
    return None if row.gone else dict(row.values)


BOTH = pytest.mark.parametrize("system", ["erp", "crm"])


@BOTH
def test_a_deletion_is_told_and_touches_nothing_unless_somebody_chose_otherwise(system):
    """The link is kept as a dead one, with the reason; the other record stays as it is."""
    stage = linked(on_delete=OnDelete())
    before = across(stage, system)
    remove(stage, system)

    stage.one()

    (link,) = stage.links()
    assert (LinkStatus.DEAD, f"the record in {system} is gone") == (link.status, link.reason)
    assert before == across(stage, system)


@BOTH
def test_what_was_deleted_does_not_come_back_because_its_counterpart_is_edited(system):
    """A deletion that was only told stays one: no new record is made in its place."""
    stage = linked(on_delete=OnDelete(), on_unlinked=OnUnlinked("create", "create"))
    remove(stage, system)
    stage.settle()
    survivor, kind = ("crm", "company") if system == "erp" else ("erp", "customer")
    (key,) = stage.worlds[survivor].rows(kind)
    stage.worlds[survivor].put(kind, key, {"city": "Bergen"})

    result = stage.one()

    assert {"its counterpart": 1} == {
        reason[:15]: count for reason, count in result.report.reasons.items()
    }
    assert [] == stage.held(system)


@BOTH
def test_what_was_deleted_and_is_back_is_dealt_with_like_any_other(system):
    """A dead link stands in nobody's way once both of its records are there."""
    stage = linked(on_delete=OnDelete(), on_unlinked=OnUnlinked("create", "create"))
    kind = "company" if system == "crm" else "customer"
    (key,) = stage.worlds[system].rows(kind)
    values = dict(stage.worlds[system].rows(kind)[key].values)
    remove(stage, system)
    stage.settle()
    stage.worlds[system].put(kind, key, values)

    stage.settle()

    assert [values] == stage.held(system) == stage.held("erp" if system == "crm" else "crm")


@BOTH
def test_a_dead_link_keeps_nothing_else_from_being_done(system):
    """Passes after a deletion are quiet, and none of them is stuck with it."""
    stage = linked(on_delete=OnDelete(), count=2)
    remove(stage, system)
    stage.one()

    (result,) = stage.settle()

    assert RunState.DONE is result.run.state
    assert [1, 1] == [
        sum(link.status is status for link in stage.links())
        for status in (LinkStatus.DEAD, LinkStatus.ACTIVE)
    ]


@BOTH
def test_unlinking_forgets_the_link_and_leaves_the_other_record(system):
    """They are two records that have nothing to do with each other any more."""
    stage = linked(on_delete=OnDelete(Reaction.UNLINK, Reaction.UNLINK))
    before = across(stage, system)
    remove(stage, system)

    stage.one()

    assert [] == stage.links()
    assert before == across(stage, system)


@BOTH
def test_restoring_makes_the_record_anew(system):
    """With all that its counterpart holds, and linked to it."""
    stage = linked(on_delete=OnDelete(Reaction.RESTORE, Reaction.RESTORE))
    remove(stage, system)

    result = stage.one()
    stage.settle()

    assert {"created": 1} == counts(result)
    assert stage.held("crm") == stage.held("erp")
    assert [LinkStatus.ACTIVE] == [link.status for link in stage.links()]


@BOTH
def test_a_restored_record_that_is_removed_again_is_restored_again(system):
    """The second making is not taken for the first one, whose record is gone."""
    stage = linked(on_delete=OnDelete(Reaction.RESTORE, Reaction.RESTORE))
    for _ in range(2):
        (stage.only,) = stage.links()
        remove(stage, system)
        stage.settle()

    assert [1, 1] == [len(stage.held(each)) for each in ("crm", "erp")]


def test_a_restored_actor_gets_the_default_values_of_new_ones():
    """Where its counterpart says nothing else."""
    stage = linked(
        on_delete=OnDelete(in_erp=Reaction.RESTORE),
        fields=[Field("group"), Field("country")],
        defaults=[DefaultValue("group", value="A"), DefaultValue("country", value="")],
    )
    remove(stage, "erp")

    stage.settle()

    assert [("A", None)] == [(each["group"], each["country"]) for each in stage.held("erp")]


@BOTH
def test_a_restored_person_is_under_the_same_company_again(system):
    """Who works for whom is a part of the record."""
    stage = Stage(persons=True, on_delete=OnDelete(Reaction.RESTORE, Reaction.RESTORE))
    stage.customers(1)
    stage.erp.put("person", "P0", {"name": "Ann"}, parent=ActorRef("erp", "customer", "K0"))
    stage.settle()
    company = EntityRef.of("company", stage.link().entity.key)
    with stage.store.look() as state:
        (link,) = state.links.of("erp", "person")
    if system == "erp":
        stage.erp.remove("person", "P0")
    else:
        stage.crm.remove("contact", link.entity.key)

    stage.settle()

    parents = {"erp": ActorRef("erp", "customer", "K0"), "crm": company}
    kind = "person" if system == "erp" else "contact"
    alive = [row for row in stage.worlds[system].rows(kind).values() if not row.gone]
    assert [parents[system]] == [row.parent for row in alive]


def test_a_person_is_restored_once_its_company_is():
    """A record without the one it belongs under would be lost among thousands; so it waits."""
    stage = Stage(persons=True, on_delete=OnDelete(Reaction.RESTORE, Reaction.RESTORE))
    stage.customers(1)
    stage.erp.put("person", "P0", {"name": "Ann"}, parent=ActorRef("erp", "customer", "K0"))
    stage.settle()
    with stage.store.begin() as state:
        (link,) = state.links.of("erp", "customer")
        state.links.remove(link)
    stage.erp.remove("person", "P0")

    stage.engine.sync_kind("erp", "person")
    waiting = stage.pending(FeedName("erp", "person", Side.ERP), "P0")["P0"]
    with stage.store.begin() as state:
        state.links.add(link)
    stage.settle()

    assert f"its parent {link.entity} is not linked" == waiting.reason
    alive = [row for row in stage.erp.rows("person").values() if not row.gone]
    assert [ActorRef("erp", "customer", "K0")] == [row.parent for row in alive]


def test_archiving_checks_the_box_that_says_so():
    """The company is out of the way, and everything it holds is there."""
    stage = linked(
        on_delete=OnDelete(in_erp=Reaction.ARCHIVE, crm_archive="archived"), fields=[ARCHIVED]
    )
    before = across(stage, "erp")
    remove(stage, "erp")

    stage.one()

    assert {**before, "archived": True} == across(stage, "erp")
    assert [LinkStatus.DEAD] == [link.status for link in stage.links()]


def test_archiving_unchecks_the_box_that_says_the_opposite():
    """Where a system has no box for archived records, but one for active ones."""
    stage = linked(
        on_delete=OnDelete(in_crm=Reaction.ARCHIVE, erp_archive="not active"), fields=[ACTIVE]
    )
    stage.erp.put("customer", "K0", {"active": True})
    stage.settle()
    remove(stage, "crm")

    stage.one()

    assert False is across(stage, "crm")["active"]


@pytest.mark.parametrize("named", ["", "archvied"])
def test_archiving_without_a_box_only_tells(named):
    """Nothing is removed instead, and the link says what is missing."""
    stage = linked(
        on_delete=OnDelete(in_erp=Reaction.ARCHIVE, crm_archive=named), fields=[ARCHIVED]
    )
    before = across(stage, "erp")
    remove(stage, "erp")

    stage.one()

    (link,) = stage.links()
    assert before == across(stage, "erp")
    assert "no field is named that archives its counterpart" in link.reason


@pytest.mark.parametrize("by", ["erp", "crm"])
@BOTH
def test_only_what_erplink_made_is_removed(system, by):
    """A record that was there before erplink came stays, and the link says why."""
    stage = linked(on_delete=OnDelete(Reaction.DELETE, Reaction.DELETE), by=by)
    made_across = system == by
    remove(stage, system)

    stage.one()

    assert made_across == (across(stage, system) is None)
    assert ([] if made_across else [LinkStatus.DEAD]) == [each.status for each in stage.links()]


@BOTH
def test_whatever_is_linked_is_removed_where_somebody_chose_that(system):
    """Without ``only_created``, a deletion follows whoever made the record."""
    stage = linked(on_delete=OnDelete(Reaction.DELETE, Reaction.DELETE, only_created=False))
    remove(stage, system)

    result = stage.one()

    assert {"deleted": 1} == counts(result)
    assert (None, []) == (across(stage, system), stage.links())


@pytest.mark.parametrize("reaction", [Reaction.DELETE, Reaction.ARCHIVE])
@BOTH
def test_a_record_that_was_edited_since_is_left_alone(system, reaction):
    """Somebody worked on it, who did not know that the other one was removed."""
    stage = linked(
        on_delete=OnDelete(reaction, reaction, False, "archived", "archived"), fields=[ARCHIVED]
    )
    link, other = stage.only, "erp" if system == "crm" else "crm"
    kind, key = ("customer", link.actor.key) if system == "crm" else ("company", link.entity.key)
    remove(stage, system)
    stage.worlds[other].put(kind, key, {"city": "Bergen"})

    stage.one()

    (link,) = stage.links()
    assert "Bergen" == across(stage, system)["city"]
    assert across(stage, system)["archived"] is None
    assert link.reason.endswith("its counterpart was edited since, and is left alone")


@pytest.mark.parametrize("reaction", list(Reaction))
def test_where_both_records_are_gone_there_is_nothing_left_to_do(reaction):
    """Whatever the mapping says, nothing is made or written, and the link is dead."""
    stage = linked(on_delete=OnDelete(reaction, reaction))
    for system in ("erp", "crm"):
        remove(stage, system)
    stage.forget_calls()

    stage.one()

    assert ["both records are gone"] == [link.reason for link in stage.links()]
    assert [] == stage.writes()


@BOTH
def test_a_removal_that_meets_an_edit_removes_nothing(system):
    """The edit came after the record was read; its version tells, and it is decided again."""
    stage = linked(on_delete=OnDelete(Reaction.DELETE, Reaction.DELETE, only_created=False))
    link, other = stage.only, "erp" if system == "crm" else "crm"
    kind, key = ("customer", link.actor.key) if system == "crm" else ("company", link.entity.key)
    remove(stage, system)

    def edit_first(do, *_):
        stage.worlds[other].put(kind, key, {"city": "Bergen"})
        return do()

    stage.hooks[other, "delete"] = edit_first
    stage.settle()

    assert "Bergen" == across(stage, system)["city"]


def test_a_deletion_in_one_erp_says_nothing_about_another_one():
    """The company stays linked to the other ERP, and edits go on between them."""
    stage = Stage(erps=("erp", "south"), on_unlinked=OnUnlinked("create", "create"))
    stage.customers(1)
    stage.settle()
    (there,) = stage.links("south")
    stage.erp.remove("customer", "K0")
    stage.settle()
    stage.worlds["south"].put("customer", there.actor.key, {"city": "Bergen"})

    stage.settle()

    assert "Bergen" == stage.company(there.entity.key)["city"]
    assert [LinkStatus.ACTIVE] == [link.status for link in stage.links("south")]


def test_a_deletion_of_many_records_at_once_waits_for_a_person():
    """Nothing of it is done until somebody approves; then all of it is."""
    stage = linked(on_delete=OnDelete(Reaction.DELETE, Reaction.DELETE), count=12)
    for number in range(12):
        stage.erp.remove("customer", f"K{number}")

    held = stage.one()
    kept = len(stage.held("crm"))
    done = stage.engine.approve(held.run.id)

    assert (RunState.HELD, 12) == (held.run.state, kept)
    assert "12 of 12 linked records would be deleted; allowed are 10 or 10 %" == held.run.reason
    assert {"deleted": 12} == counts(done)
    assert [] == stage.held("crm")
