"""Two systems, a base and an unreliable confirmation: no human edit is ever silently undone."""

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from erplink.domain.fields import Field
from erplink.domain.links import Link
from erplink.domain.mapping import FieldRule, Mapping
from erplink.domain.merge import Merger
from erplink.domain.plan import (
    Patch,
    Place,
    Plan,
    StepOutcome,
    StepResult,
    confirmed_agreements,
    plan_merge,
    read_back,
)
from erplink.domain.records import ActorRef, EntityRef

FIELDS = [Field("f"), Field("g")]
KEYS = ("f", "g")
ENTITY, ACTOR = EntityRef.of("company", "1"), ActorRef("erp", "customer", "1")

sides = st.sampled_from(["crm", "erp"])
keys = st.sampled_from(KEYS)
letters = st.sampled_from(["a", "b"])
fates = st.sampled_from(["done", "done", "down", "answer lost"])


class World:
    """A CRM and an ERP with one record each, the link between them, and what people typed."""

    def __init__(self, rule_name: str = "") -> None:
        rules = [FieldRule(key, key, rule=rule_name) for key in KEYS]
        self.merger = Merger(Mapping("erp", "customer", "company", rules=rules), FIELDS, FIELDS)
        self.records = {"crm": dict.fromkeys(KEYS, "a"), "erp": dict.fromkeys(KEYS, "a")}
        self.link = Link(ENTITY, ACTOR, self.merger.agreements(self.records["erp"]))
        self.unresolved: tuple[Plan, list[StepOutcome]] | None = None
        #: Fields that a person typed on a side and that the other side has not taken up yet.
        self.typed: set[tuple[str, str]] = set()

    def edit(self, side: str, key: str, value: str) -> None:
        self.records[side][key] = value
        self.typed.add((side, key))

    def plan(self) -> Plan:
        self.recover()
        merged = self.merger.merge(self.link.base, self.records["crm"], self.records["erp"])
        return plan_merge(str(ENTITY), merged, self.places())

    def places(self) -> dict[str, Place]:
        return {"crm": Place(ENTITY), "erp": Place(ACTOR, None, self.link.key, self.link.version)}

    def sync(self, fate_of_crm: str = "done", fate_of_erp: str = "done") -> None:
        self.apply(self.plan(), {"crm": fate_of_crm, "erp": fate_of_erp})

    def apply(self, plan: Plan, fates_: dict[str, str]) -> None:
        writes = [step for step in plan.steps if isinstance(step, Patch)]
        outcomes = [self.write(step, fates_[step.target.system]) for step in writes]
        if any(each.result is StepResult.UNKNOWN for each in outcomes):
            self.unresolved = (plan, outcomes)
        self.confirm(plan, outcomes)

    def recover(self) -> None:
        """Read back what is unknown, before anything else is decided."""
        if self.unresolved is None:
            return
        plan, outcomes = self.unresolved
        self.unresolved = None
        fields = {field.key: field for field in FIELDS}
        for at, each in enumerate(outcomes):
            if each.result is StepResult.UNKNOWN:
                step = plan.step(each.step)
                outcomes[at] = read_back(step, self.records[step.target.system], fields)
        self.confirm(plan, outcomes)

    def confirm(self, plan: Plan, outcomes: list[StepOutcome]) -> None:
        agreed = confirmed_agreements(plan, outcomes).get(self.link.key, {})
        self.link = self.link.advance(agreed)
        for key in KEYS:
            if self.records["crm"][key] == self.records["erp"][key] and key in agreed:
                self.typed -= {("crm", key), ("erp", key)}

    def write(self, step: Patch, fate: str) -> StepOutcome:
        side = step.target.system
        other = "erp" if side == "crm" else "crm"
        if fate == "down":
            return StepOutcome(step.id, StepResult.UNAVAILABLE)
        for key, value in step.patch.items():
            undone = (side, key) in self.typed and (other, key) not in self.typed
            assert not undone, f"{side}.{key} was typed by a person and is overwritten with {value}"
            self.records[side][key] = value
        if fate == "answer lost":
            return StepOutcome(step.id, StepResult.UNKNOWN)
        return StepOutcome(step.id, StepResult.CONFIRMED, step.patch)


class NoLostEdit(RuleBasedStateMachine):
    """People edit both sides, systems come and go, and plans are sometimes applied late."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @rule(side=sides, key=keys, value=letters)
    def a_person_types(self, side, key, value):
        self.world.edit(side, key, value)

    @rule(crm=fates, erp=fates)
    def a_pass(self, crm, erp):
        self.world.sync(crm, erp)

    @invariant()
    def passes_come_to_rest(self):
        """When edits stop and everything answers, two passes make both sides equal."""
        world = deepcopy(self.world)
        world.sync()
        world.sync()
        assert world.records["crm"] == world.records["erp"]
        assert not world.plan().writes


TestNoLostEdit = NoLostEdit.TestCase
TestNoLostEdit.settings = settings(max_examples=300, stateful_step_count=15, deadline=None)


def test_the_base_advances_only_by_what_was_confirmed():
    """After a pass that found the ERP down, our own unsent edit is not taken for news."""
    world = World()

    world.edit("crm", "g", "b")
    world.edit("erp", "f", "b")
    world.sync(fate_of_erp="down")
    world.sync()

    assert {"f": "b", "g": "b"} == world.records["crm"]
    assert {"f": "b", "g": "b"} == world.records["erp"]


def test_agreement_without_a_write_is_remembered():
    """Two people typed the same; when one types the old value back, that edit wins."""
    world = World()

    world.edit("crm", "f", "b")
    world.edit("erp", "f", "b")
    world.sync()
    world.edit("erp", "f", "a")
    world.sync()

    assert "a" == world.records["crm"]["f"]
    assert "a" == world.records["erp"]["f"]


def test_a_write_whose_answer_was_lost_is_recognised_when_it_is_read():
    """The ERP took the edit, the answer was lost, and the person typed the old value back.

    Without reading back, our own write would look like an edit of the ERP's and undo the person's.
    """
    world = World()

    world.edit("crm", "g", "b")
    world.sync(fate_of_erp="answer lost")
    world.edit("crm", "g", "a")
    world.sync()

    assert "a" == world.records["crm"]["g"]
    assert "a" == world.records["erp"]["g"]
