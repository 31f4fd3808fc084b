"""What a person chooses in the linking dialog stands on both sides; the next pass is quiet."""

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.canonical import canonical, same
from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping import DefaultValue, FieldRule, Mapping
from erplink.domain.merge import Merger
from erplink.domain.plan import MakeLink, Patch, StepOutcome, StepResult, confirmed_agreements
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef
from erplink.hub.compared import Choice, compare_field
from erplink.hub.comparison import Comparison
from erplink.hub.defaults import asked_values

ERP_FIELDS = (
    Field("name", max_length=3, cuts=True),
    Field("city", trims=True),
    Field("terms", FieldType.INTEGER),
    Field("mails", FieldType.TEXTS),
    Field("first"),
    Field("last"),
    Field("number"),
)
CRM_FIELDS = (
    Field("name"),
    Field("city"),
    Field("terms", FieldType.INTEGER),
    Field("mails", FieldType.TEXTS),
    Field("given"),
    Field("family"),
)
TEXTS = st.sampled_from([None, "a", "ab", "abcd", " a"])
NUMBERS = st.sampled_from([None, 0, 1, 2])
MANY = st.sampled_from([None, ("a",), ("b",), ("a", "b")])
CRM_VALUES = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "city": TEXTS,
        "terms": NUMBERS,
        "mails": MANY,
        "given": TEXTS,
        "family": TEXTS,
    }
)
ERP_VALUES = st.fixed_dictionaries(
    {
        "name": TEXTS,
        "city": TEXTS,
        "terms": NUMBERS,
        "mails": MANY,
        "first": TEXTS,
        "last": TEXTS,
        "number": TEXTS,
    }
)
WAYS = st.sampled_from([">", "<", "<>"])
RULES = st.sampled_from(["rank", "crm", "erp", "fill", "ask"])


@st.composite
def mappings(draw):
    """A mapping of all fields, in any direction and with any rule."""
    rules = [FieldRule(key, key, draw(WAYS), rule=draw(RULES)) for key in ("name", "city", "terms")]
    rules.append(FieldRule("mails", "mails", draw(WAYS)))
    names = ("first", "last"), ("given", "family")
    rules.append(FieldRule(*names, draw(WAYS), rule=draw(RULES)))
    defaults = draw(st.sampled_from([(), (DefaultValue("number", "set", "N"),)]))
    return Mapping("erp", "customer", "company", rules=rules, defaults=defaults)


def stored(fields, values):
    known = {field.key: field for field in fields}
    return {key: canonical(known[key], value) for key, value in values.items()}


def comparison_of(mapping, crm, erp):
    merger = Merger(mapping, ERP_FIELDS, CRM_FIELDS)
    entity = Entity(EntityRef.of("company", "1"), fields=crm)
    actor = Actor(ActorRef("erp", "customer", "A"), fields=erp)
    rules = {rule.key: rule for rule in mapping.rules}
    rows = [
        compare_field(rules[p.key], p, (entity, actor), merger.policy, texts=("", ""))
        for p in merger.pairs
    ]
    return merger, Comparison(
        entity=entity,
        actor=actor,
        fields=rows,
        defaults=asked_values(mapping, ERP_FIELDS),
        pairs={p.key: p for p in merger.pairs},
    )


def carried_out(plan, crm, erp):
    """Both records, and what is remembered, once every write was confirmed."""
    crm, erp, outcomes = dict(crm), dict(erp), []
    for step in plan.steps:
        if isinstance(step, Patch):
            fields, held = (CRM_FIELDS, crm) if step.target.system == CRM else (ERP_FIELDS, erp)
            held.update(stored(fields, step.patch))
            outcomes.append(StepOutcome(step.id, StepResult.CONFIRMED, dict(held)))
        elif isinstance(step, MakeLink):
            outcomes.append(StepOutcome(step.id, StepResult.CONFIRMED))
    (base,) = confirmed_agreements(plan, outcomes).values() or ({},)
    return crm, erp, base


def choose_all(data, compared):
    """Any choice that can be made, for each field."""
    for row in compared.fields:
        chosen = data.draw(st.sampled_from([None, *sorted(row.options)]), label=row.field)
        if chosen is not None or row.choice is None:
            compared = compared.choose(row.field, chosen or Choice.KEEP)
    return compared


@given(mappings(), CRM_VALUES, ERP_VALUES, st.data())
def test_what_was_chosen_stands_and_the_next_pass_writes_nothing(mapping, crm, erp, data):
    """Each field as chosen, on both sides; and no side is written by a merge afterwards."""
    crm, erp = stored(CRM_FIELDS, crm), stored(ERP_FIELDS, erp)
    merger, compared = comparison_of(mapping, crm, erp)
    compared = choose_all(data, compared)
    after_crm, after_erp, base = carried_out(compared.plan, crm, erp)

    for pair, row in zip(merger.pairs, compared.fields, strict=True):
        if row.choice in (Choice.CRM, Choice.KEEP):
            assert pair.crm.read(crm) == pair.crm.read(after_crm)
        if row.choice in (Choice.ERP, Choice.KEEP):
            assert pair.erp.read(erp) == pair.erp.read(after_erp)
        if row.choice in (Choice.CRM, Choice.ERP):
            assert pair.agree(pair.crm.read(after_crm), pair.erp.read(after_erp))
    merged = merger.merge(base, after_crm, after_erp)
    assert {} == dict(merged.patch(CRM))
    assert {} == dict(merged.patch("erp"))
    assert () == merged.questions


@given(mappings(), CRM_VALUES, ERP_VALUES)
def test_the_direction_is_never_broken(mapping, crm, erp):
    """No choice that is offered writes a side that the direction does not lead to."""
    _, compared = comparison_of(mapping, stored(CRM_FIELDS, crm), stored(ERP_FIELDS, erp))
    for row in compared.fields:
        systems = {w.system for option in row.options.values() for w in option.writes}

        assert row.direction.to_crm or CRM not in systems
        assert row.direction.to_erp or "erp" not in systems
        assert {Choice.CRM, Choice.ERP, Choice.KEEP} <= row.options.keys() | row.impossible.keys()


@given(mappings(), CRM_VALUES, ERP_VALUES)
def test_the_same_is_only_said_of_what_a_target_could_not_tell_apart(mapping, crm, erp):
    """And where it is said, nothing is written."""
    crm, erp = stored(CRM_FIELDS, crm), stored(ERP_FIELDS, erp)
    _, compared = comparison_of(mapping, crm, erp)
    for row in compared.fields:
        assert not row.same or not row.writes
    (terms,) = [row for row in compared.fields if row.field == "terms"]
    field = ERP_FIELDS[2]

    assert terms.same == same(field, crm["terms"], erp["terms"])


@given(mappings(), CRM_VALUES, ERP_VALUES)
def test_what_is_seen_changes_with_every_value_that_is_shown(mapping, crm, erp):
    """The mark of a comparison tells two of them apart; choices do not change it."""
    crm, erp = stored(CRM_FIELDS, crm), stored(ERP_FIELDS, erp)
    _, compared = comparison_of(mapping, crm, erp)
    _, other = comparison_of(mapping, {**crm, "city": "elsewhere"}, erp)

    assert compared.seen != other.seen
    assert compared.seen == compared.choose_all("keep").seen
