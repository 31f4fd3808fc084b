"""Imports of any data with any settings: what is shown is what happens, and can be taken back."""

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.imports.office import LANDS, Office

from erplink.domain.staging import (
    Action,
    Consent,
    Fate,
    ImportSettings,
    ListWish,
    OnAlone,
    OnDuplicate,
    OnManyValues,
    RowFilter,
    settings_from_toml,
    settings_to_toml,
)
from erplink.domain.values import is_empty

#: Each example is a whole import: fewer of them take as long as those of others.
some = settings(max_examples=max(30, settings().max_examples // 5))

NAMES = st.sampled_from(["ACME", "acme", "Fjord Boats", "Inn"])
"""Few, so that they meet."""
TEXTS = st.none() | st.sampled_from(["a", "b"])
PHONES = st.sampled_from([(), ("1",), ("1", "2"), ("3",)])

customers = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "street": TEXTS,
            "code": TEXTS,
            "country": st.none() | st.sampled_from(["NO", "SE", "FI", "DK"]),
            "phones": PHONES,
        }
    ),
    max_size=5,
)
companies = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "street": TEXTS,
            "code": TEXTS,
            "land": st.none() | st.sampled_from(sorted(LANDS)),
            "phones": PHONES,
        }
    ),
    max_size=4,
)
people = st.lists(
    st.tuples(
        st.none() | st.integers(0, 4),
        st.fixed_dictionaries({"name": NAMES, "email": st.none() | st.just("a@x.no")}),
    ),
    max_size=4,
)
wishes = st.builds(
    ImportSettings,
    match=st.fixed_dictionaries(
        {
            "company": st.sampled_from(["name", "code", "none", "rules"]),
            "contact": st.sampled_from(["name", "e-mail", "none", "rules"]),
        }
    ),
    on_duplicate=st.sampled_from(OnDuplicate),
    on_alone=st.sampled_from(OnAlone),
    many_values=st.sampled_from(OnManyValues),
    consent=st.none() | st.just(Consent(basis="contract")),
    lists=st.sampled_from(
        [
            (),
            (ListWish(list="lands", unknown="add"),),
            (ListWish(list="lands", unknown="default", default="se"),),
        ]
    ),
    defaults=st.sampled_from([{}, {"company": {"note": "imported", "street": "c"}}]),
    link=st.booleans(),
)


def world(in_erp, in_crm, persons, contacts):
    office = Office()
    for number, values in enumerate(in_crm, 1):
        office.company(f"{number}", **values)
    for number, (above, values) in enumerate(contacts, 1):
        parent = f"{above + 1}" if above is not None and above < len(in_crm) else None
        office.contact(f"{number}", parent, **values)
    for number, values in enumerate(in_erp):
        office.customer(f"K-{number}", **values)
    for number, (above, values) in enumerate(persons):
        parent = f"K-{above}" if above is not None and above < len(in_erp) else None
        office.person(f"P-{number}", parent, **values)
    return office


worlds = st.builds(world, customers, companies, people, people)
BOTH = ("customer", "person")
ITEMS = [(Fate.CREATED, ""), (Fate.SKIPPED, "no row needed it")]


def held(office):
    """Everything in the CRM but its lists."""
    return office.companies(), office.companies("contact")


def answered(importer, answers):
    """Settle the questions one way or another, and preview again until there are none."""
    while questions := importer.rows(RowFilter(actions=[Action.QUESTION])):
        row = questions[0]
        choices = ["new", "skip", *sorted(row.verdict.candidates)]
        importer.answer(row.position, choices[answers % len(choices)])
        importer.preview()


def records(office, row):
    kind = "contact" if row.actor_kind == "person" else "company"
    return office.crm.rows(kind)[row.entity]


@some
@given(worlds, wishes, st.integers(0, 5), st.sets(st.integers(1, 6)))
def test_what_is_shown_is_what_happens(office, wish, answers, unchecked):
    """Every row ends as it was shown, with the values that were shown, and none is stale."""
    importer = office.begun(wish, kinds=BOTH)
    importer.preview()
    for row in importer.rows():
        if row.position in unchecked:
            importer.check(RowFilter(key=row.key, actor_kind=row.actor_kind), checked=False)
    importer.preview()
    answered(importer, answers)
    shown = {row.position: row for row in importer.rows()}
    before = held(office)
    importer.run()

    expected = {Action.NEW: Fate.CREATED, Action.CHANGED: Fate.UPDATED}
    for row in importer.rows():
        verdict = shown[row.position].verdict
        if not row.checked:
            assert row.fate is None
            continue
        if row.actor_kind.startswith("items of"):
            # One that was wanted by a row which was unchecked since is not added.
            assert (row.fate, row.fate_reason) in ITEMS, row
            continue
        assert expected.get(verdict.action, Fate.SKIPPED) is row.fate, (row, verdict)
        for cell in verdict.cells:
            stored = records(office, row).values[cell.field]
            assert cell.new == stored or (is_empty(cell.new) and is_empty(stored)), (row, cell)
    touched = {row.entity for row in importer.rows() if row.fate in expected.values()}
    after = held(office)
    for was, now in zip(before, after, strict=True):
        assert all(now[key] == values for key, values in was.items() if key not in touched)
    assert len(shown) == importer.result().rows


@some
@given(worlds, wishes, st.integers(0, 5))
def test_an_import_that_is_taken_back_leaves_the_crm_as_it_was(office, wish, answers):
    """To the letter, where nobody worked in between; nothing is kept, and nothing fails."""
    before = held(office)
    importer = office.begun(wish, kinds=BOTH)
    importer.preview()
    answered(importer, answers)
    importer.run()
    result = importer.undo(importer.plan_undo())

    assert before == held(office)
    assert ((), ()) == (result.kept, result.failed)


@some
@given(worlds, wishes)
def test_the_same_source_twice_changes_nothing_the_second_time(office, wish):
    """Unless a record is always to be added, or matched by nothing and not linked."""
    matched = {"company": "name", "contact": "name"}
    wish = evolve(wish, on_duplicate=_not_add(wish.on_duplicate), match=matched)
    office.imported(wish, kinds=BOTH)
    once, links = held(office), links_of(office)
    again = office.imported(wish, "import-2", kinds=BOTH).result()

    assert once == held(office)
    assert (0, 0, 0, 0) == (again.created, again.updated, again.stale, again.failed)
    assert links == links_of(office)


def _not_add(wish):
    return OnDuplicate.MERGE if wish is OnDuplicate.ADD else wish


def links_of(office):
    with office.store.look() as state:
        return [each.key for kind in BOTH for each in state.links.of("erp", kind)]


@given(wishes)
def test_settings_survive_their_document(wish):
    """A template says what the settings say."""
    assert wish == settings_from_toml(settings_to_toml(wish))
