"""Undo: a run is taken back where it wrote, and three lists say what became of it."""

import pytest
from attrs import evolve
from tests.unit.sync.stage import FIELDS, Stage, counts

from erplink.domain.fields import Field
from erplink.domain.mapping import FieldRule
from erplink.domain.plan import Delete, Patch
from erplink.errors import BadName
from erplink.sync.undo import NotUndone


@pytest.fixture
def stage():
    stage = Stage()
    stage.customers(1)
    stage.settle()
    stage.key = stage.link().entity.key
    return stage


def run_of(stage):
    """A pass, and the name of its run."""
    return stage.one().run.id


def undo(stage, run, **more):
    """Take a run back; what was planned, and how it ended."""
    planned = stage.engine.plan_undo(run, **more)
    return planned, stage.engine.undo(planned)


def test_what_a_run_overwrote_is_back(stage):
    """The old value stands again where the run wrote, and the edit it came from stays."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)

    planned, result = undo(stage, run)

    assert ("Oslo", "Bergen") == (stage.company(stage.key)["city"], stage.customer("K0")["city"])
    assert ((), (), {"updated": 1}) == (planned.kept, planned.impossible, counts(result))


def test_the_next_pass_does_not_do_it_again(stage):
    """That the two differ is what they agree on, until somebody edits either."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    undo(stage, run_of(stage))
    stage.forget_calls()
    stage.settle()
    quiet = stage.writes()
    stage.erp.put("customer", "K0", {"city": "Stavanger"})
    stage.settle()

    assert ([], "Stavanger") == (quiet, stage.company(stage.key)["city"])


def test_a_preview_of_an_undo_writes_nothing(stage):
    """It is the plan itself, and can be shown."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    stage.forget_calls()

    planned = stage.engine.plan_undo(run)

    (step,) = [each for each in planned.plan.steps if isinstance(each, Patch)]
    assert ({"city": "Oslo"}, "undo") == (dict(step.patch), step.changes[0].rule)
    assert [] == stage.writes()


def test_a_run_that_wrote_both_sides_is_taken_back_on_both(stage):
    """As one plan for the record, so that neither half stands in the way of the other."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    stage.crm.put("company", stage.key, {"name": "edited"})
    run = run_of(stage)

    planned, result = undo(stage, run)
    stage.settle()

    assert (1, {"updated": 1}) == (len(planned.plans), counts(result))
    company, customer = stage.company(stage.key), stage.customer("K0")
    assert ("Oslo", "edited") == (company["city"], company["name"])
    assert ("Bergen", "name 0") == (customer["city"], customer["name"])


def test_an_answer_that_wrote_both_sides_is_taken_back_on_both(stage):
    """Each side holds again what it held when the question was asked."""
    stage.erp.put("customer", "K0", {"phone": "1"})
    stage.crm.put("company", stage.key, {"phone": "2"})
    stage.settle()
    (question,) = stage.issues()
    (answered,) = stage.engine.answer(question.id, "3")

    undo(stage, answered.run.id)
    stage.settle()

    assert ("2", "1") == (stage.company(stage.key)["phone"], stage.customer("K0")["phone"])


def test_a_record_that_a_run_wrote_twice_is_as_it_was_before_the_run(stage):
    """It was edited while the pass went on, and decided about again."""
    edits = iter(["Bergen", "Trondheim"])
    stage.erp.put("customer", "K0", {"city": next(edits)})

    def edited_meanwhile(do, *_):
        saved = do()
        for city in edits:
            stage.erp.put("customer", "K0", {"city": city})
            stage.engine.notify("erp", "customer", "erp", ["K0"])
        return saved

    stage.hooks["crm", "save"] = edited_meanwhile
    first = stage.one().run.id
    (again,) = stage.engine.sync()
    with stage.store.begin() as state:
        rows = [row for _, row in state.history.of_run(again.run.id)]
        state.history.add([_of_run(row, first) for row in rows])

    planned, _ = undo(stage, first)

    assert ("Oslo", ()) == (stage.company(stage.key)["city"], planned.kept)


def _of_run(row, run):
    return evolve(row, run=run)


def test_what_was_edited_since_is_kept_and_told(stage):
    """Nobody's work is undone with that of a run."""
    stage.erp.put("customer", "K0", {"city": "Bergen", "name": "by the run"})
    run = run_of(stage)
    stage.crm.put("company", stage.key, {"city": "Rome"})

    planned, _ = undo(stage, run)

    assert (NotUndone(f"crm/company/{stage.key}", "city", "edited since"),) == planned.kept
    company = stage.company(stage.key)
    assert ("Rome", "name 0") == (company["city"], company["name"])


def test_what_is_back_already_is_neither_kept_nor_written(stage):
    """There is nothing left to do about it."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    stage.crm.put("company", stage.key, {"city": "Oslo"})

    planned = stage.engine.plan_undo(run)

    assert ((), (), ()) == (planned.plans, planned.kept, planned.impossible)


def test_an_edit_between_preview_and_undo_is_not_overwritten(stage):
    """What moved since it was shown is refused, record by record."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    planned = stage.engine.plan_undo(run_of(stage))
    stage.crm.put("company", stage.key, {"city": "Rome"})

    result = stage.engine.undo(planned)

    assert ("Rome", {"skipped": 1}) == (stage.company(stage.key)["city"], counts(result))


def test_only_the_named_fields_are_taken_back(stage):
    """The others stay as the run left them."""
    stage.erp.put("customer", "K0", {"city": "Bergen", "name": "by the run"})
    run = run_of(stage)

    undo(stage, run, fields=["city"])

    company = stage.company(stage.key)
    assert ("Oslo", "by the run") == (company["city"], company["name"])


def test_a_record_that_a_run_made_is_removed_again():
    """With its link; the record it was made of stays, and is not linked."""
    stage = Stage()
    stage.customers(2)
    run = run_of(stage)

    planned, result = undo(stage, run)

    assert [Delete, Delete] == [type(s) for s in planned.plan.steps if isinstance(s, Delete)]
    assert {"deleted": 2} == counts(result)
    assert ([], [], 2) == (stage.held("crm"), stage.links(), len(stage.held("erp")))


def test_a_record_that_was_worked_on_since_it_was_made_is_kept():
    """Somebody filled in more, or something else."""
    stage = Stage()
    stage.customers(1)
    run = run_of(stage)
    key = stage.link().entity.key
    stage.crm.put("company", key, {"city": "Rome", "name": "other"})

    planned, _ = undo(stage, run)

    assert [("name, city", "edited since")] == [(each.field, each.reason) for each in planned.kept]
    assert 1 == len(stage.held("crm"))


def test_naming_fields_removes_no_record():
    """Whoever takes back a field does not ask for the end of the record."""
    stage = Stage()
    stage.customers(1)
    run = run_of(stage)

    planned, _ = undo(stage, run, fields=["city"])

    assert ["what it held before is not known"] == [each.reason for each in planned.impossible]
    assert 1 == len(stage.held("crm"))


def test_a_later_run_that_filled_empty_fields_made_no_record():
    """Only the run that made a record removes it."""
    stage = Stage()
    stage.customers(1)
    stage.settle()
    key = stage.link().entity.key
    stage.hooks["crm", "get"] = lambda do, *_: [each and _without(each, "phone") for each in do()]
    stage.erp.put("customer", "K0", {"phone": "1"})
    run = run_of(stage)

    planned, _ = undo(stage, run)

    assert ((), "1") == (planned.plans, stage.company(key)["phone"])
    assert "is not known" in planned.impossible[0].reason


def _without(record, field):
    return evolve(record, fields={k: v for k, v in record.fields.items() if k != field})


def test_a_record_that_is_gone_is_told(stage):
    """There is nothing left on which anything could be taken back."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    stage.crm.remove("company", stage.key)

    planned = stage.engine.plan_undo(run)

    gone = NotUndone(f"crm/company/{stage.key}", "", "the record is gone")
    assert ((), (gone,)) == (planned.plans, planned.impossible)


def test_a_record_that_is_not_linked_any_more_is_taken_back_all_the_same(stage):
    """Nobody has to be told what two records agree on that have nothing to do with each other."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    link = stage.link()
    with stage.store.begin() as state:
        state.links.remove(link)

    undo(stage, run)

    assert "Oslo" == stage.company(stage.key)["city"]


def test_a_run_is_taken_back_although_its_mapping_has_another_rule_now(stage):
    """What the link never agreed on needs no agreement."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    kept = ("name", "phone")
    rules = [each for each in stage.mappings["erp"].rules if each.key in kept]
    stage.remap(rules=[*rules, FieldRule(("city", "number"), ("city", "number"))])

    undo(stage, run)

    assert "Oslo" == stage.company(stage.key)["city"]


def test_a_compound_field_is_taken_back_as_a_whole():
    """All of its parts, or none where one of them was edited."""
    stage = Stage(fields=[Field("zip"), Field("place")])
    rules = [FieldRule(each.key, each.key) for each in FIELDS]
    stage.remap(rules=[*rules, FieldRule(("zip", "place"), ("zip", "place"))])
    stage.customers(2)
    for key in ("K0", "K1"):
        stage.erp.put("customer", key, {"zip": "1", "place": "Oslo"})
    stage.settle()
    for key in ("K0", "K1"):
        stage.erp.put("customer", key, {"zip": "2", "place": "Bergen"})
    run = run_of(stage)
    first, other = (stage.link(key).entity.key for key in ("K0", "K1"))
    stage.crm.put("company", other, {"place": "Rome"})

    planned, _ = undo(stage, run)

    held = [(stage.company(key)["zip"], stage.company(key)["place"]) for key in (first, other)]
    assert [("1", "Oslo"), ("2", "Rome")] == held
    assert [(f"crm/company/{other}", "zip+place")] == [(e.record, e.field) for e in planned.kept]


def test_an_undo_is_history_and_can_be_undone(stage):
    """It says which run was taken back, and the field is explained by it."""
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = run_of(stage)
    _, result = undo(stage, run)

    why = stage.engine.explain(stage.link().key, "city").change
    undo(stage, result.run.id)

    assert ("Bergen", "Oslo", "undo") == (why.old, why.new, why.rule)
    assert f"{run} is undone" == why.reason
    assert "Bergen" == stage.company(stage.key)["city"]


def test_what_several_systems_got_is_taken_back_in_all_of_them():
    """A run that reached the CRM and another ERP is taken back in both, by one plan."""
    stage = Stage(erps=("erp", "south"))
    stage.customers(1)
    stage.settle()
    stage.erp.put("customer", "K0", {"city": "Bergen"})
    run = stage.engine.sync("erp")[0].run.id

    planned, _ = undo(stage, run)
    stage.settle()

    cities = [stage.held(system)[0]["city"] for system in ("erp", "crm", "south")]
    assert (1, ["Bergen", "Oslo", "Oslo"]) == (len(planned.plans), cities)


def test_a_run_that_nobody_knows_is_named(stage):
    """Instead of undoing nothing in silence."""
    with pytest.raises(BadName, match="there is no run 'R7'"):
        stage.engine.plan_undo("R7")
