"""The short way to what an import would write comes to what planning at length comes to."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from erplink.adapters.stores import open_store
from erplink.connectors import Kind
from erplink.domain import Entity, EntityRef, Field, FieldRule, Mapping
from erplink.domain.connections import Ranking
from erplink.domain.fields import Access, FieldType
from erplink.domain.policy import Policy
from erplink.domain.staging import ImportSettings, OnDuplicate, StagedRow
from erplink.imports.finder import Finder
from erplink.imports.mapping import import_mapping
from erplink.imports.planner import Planner
from erplink.sync.pairing import Pairing

TYPES = {
    "name": FieldType.TEXT,
    "size": FieldType.INTEGER,
    "active": FieldType.CHECKBOX,
    "note": FieldType.TEXT,
    "seen": FieldType.TEXT,
    "land": FieldType.LIST,
    "limit": FieldType.DECIMAL,
    "phones": FieldType.TEXTS,
    "short": FieldType.TEXT,
}
LISTS = {"land": "countries"}
ACTOR = Kind(
    "customer",
    tuple(Field(key, kind, list_name=LISTS.get(key, "")) for key, kind in TYPES.items()),
)
ENTITY = Kind(
    "company",
    tuple(
        Field(
            key,
            kind,
            list_name="lands" if key == "land" else "",
            max_length=1 if key == "short" else 0,
            access={"name": Access.MANDATORY, "seen": Access.READ_ONLY}.get(key, Access.NORMAL),
        )
        for key, kind in {**TYPES, "source": FieldType.TEXT}.items()
    ),
)
VALUES = {
    FieldType.TEXT: st.sampled_from(["", "a", "A", "b", " a", "e\u0301", "\u00e9"]) | st.none(),
    FieldType.INTEGER: st.sampled_from([0, 1, -7, 10**30, "1"]) | st.none(),
    FieldType.LIST: st.sampled_from(["", "NO", "no", "se"]) | st.none(),
    FieldType.DECIMAL: st.sampled_from([Decimal("1.50"), Decimal("1.5"), 2, "x"]) | st.none(),
    FieldType.TEXTS: st.sampled_from([(), ("1",), ("1", "2"), ("2", "1"), ("3",)]) | st.none(),
    FieldType.CHECKBOX: st.booleans() | st.none() | st.just(1),
}
ROWS = st.fixed_dictionaries({}, optional={key: VALUES[kind] for key, kind in TYPES.items()})
SETTINGS = st.builds(
    ImportSettings,
    on_duplicate=st.sampled_from([OnDuplicate.MERGE, OnDuplicate.REPLACE]),
    defaults=st.sampled_from([{}, {"company": {"source": "fair", "note": "new"}}]),
    link=st.booleans(),
    match=st.just({"company": "none"}),
)


STORE = open_store("sqlite:///:memory:")


class AtLength:
    """No outline of anything."""

    def of_change(self, row, held):
        """It cannot be told."""

    def of_creation(self, row):
        """It cannot be told."""


class Crm:
    """A CRM of one record."""

    def __init__(self, held):
        self.held = Entity(EntityRef.of("company", "1"), version="7", fields=held)

    def get(self, _system, _kind, keys, _fields):
        """The record, to whoever asks for it."""
        return dict.fromkeys(keys, self.held)


def planned(wishes, held, row, *, at_length):
    """What is to become of one row."""
    rules = [FieldRule(key, key) for key in TYPES]
    mapping = import_mapping(Mapping("erp", "customer", "company", rules=rules), ENTITY, wishes)
    pairing = Pairing.of(mapping, ACTOR, ENTITY, Policy(Ranking(("erp", "crm"))))
    finder = Finder(None, "company", wishes, {}, list(TYPES))
    planner = Planner(STORE, Crm(held), pairing, wishes, finder, None, each="import-1")
    if at_length:
        planner._outline = AtLength()
    (only,) = planner.plan([row])
    return only


def staged(values, answer, verdict=None):
    """A row of which somebody said which record it is about."""
    return StagedRow(
        position=1, actor_kind="customer", key="K", values=values, answer=answer, verdict=verdict
    )


@settings(max_examples=150)
@given(SETTINGS, ROWS, ROWS, st.sampled_from(["1", "new"]))
def test_the_outline_tells_what_planning_at_length_tells(wishes, held, values, answer):
    """The same cells in the same order, and once they were shown, the very same plan."""
    at_length = planned(wishes, held, staged(values, answer), at_length=True)
    outlined = planned(wishes, held, staged(values, answer), at_length=False)
    assert at_length.verdict == outlined.verdict

    shown = staged(values, answer, outlined.verdict)
    assert planned(wishes, held, shown, at_length=True) == planned(
        wishes, held, shown, at_length=False
    )


@given(SETTINGS, ROWS, ROWS, ROWS)
def test_what_is_not_what_was_shown_has_no_plan(wishes, held, shown_values, values):
    """A plan of plain rows is made only where it would do what somebody has seen."""
    shown = planned(wishes, held, staged(shown_values, "1"), at_length=False).verdict
    now = planned(wishes, held, staged(values, "1", shown), at_length=True)
    outlined = planned(wishes, held, staged(values, "1", shown), at_length=False)
    assert now.verdict == outlined.verdict
    assert outlined.plan in (now.plan, None)
    assert outlined.plan == now.plan or shown != now.verdict
