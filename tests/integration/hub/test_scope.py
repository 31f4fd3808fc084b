"""Nothing is reached through a connection that one may not see, whichever operation it is."""

from collections.abc import Iterable, Mapping
from inspect import signature

import pytest
from attrs import evolve, fields, frozen, has

from erplink import ActorRef, EntityRef, Hub
from erplink.domain.connections import Scope
from erplink.domain.links import Link
from erplink.domain.staging import Fate
from erplink.errors import ErplinkError
from erplink.hub.conflicts import Conflicts
from erplink.hub.connections import Connections
from erplink.hub.history import History
from erplink.hub.imports import Imports
from erplink.hub.links import Links
from erplink.hub.mappings import Mappings
from erplink.hub.masking import Mask
from erplink.hub.operations import Group
from erplink.hub.planned import Planned
from erplink.hub.restoring import Loss
from erplink.hub.scope import LEADS_TO_CONNECTIONS
from erplink.hub.sync import Sync
from erplink.hub.undoing import PlannedUndo
from erplink.imports import Part, parts_to_text
from erplink.sync.state import Import
from erplink.sync.undo import Undo

from .conftest import EVE, PASSWORD, Office, mapping_of

GROUPS = (Conflicts, Connections, History, Imports, Links, Mappings, Sync)

LEADS_NOWHERE = {
    "shown": "what was shown of an import that was looked at, which has to be of it",
    "file_type": "one of a few",
    "fate": "one of a few",
    "columns": "which field each column of a file is assigned to",
    "anew": "a switch",
    "actor_kind": "it is looked for in a connection that was looked at",
    "actors": "keys behind a connection that was looked at",
    "answer": "what somebody said about what was looked at",
    "changes": "what is given a connection that was looked at",
    "checked": "a switch",
    "choices": "what is chosen of two records that were looked at",
    "configuration": "what a connector is tried out with",
    "connector": "connectors are no secret; which connections they have is",
    "criteria": "what is searched for in a connection that was looked at",
    "cursor": "a place in what was found there",
    "default": "a part of a mapping",
    "description": "a text",
    "document": "a mapping as a text, read for a connection that was looked at",
    "entities": "keys of the CRM",
    "entity_kind": "a kind of the CRM",
    "every": "an interval",
    "expects": "a version",
    "field": "a text",
    "full": "a switch",
    "in_search": "a switch",
    "in_tab": "a switch",
    "keep_filled": "a switch",
    "key": "the key of a rule",
    "keys": "keys behind a connection that was looked at",
    "kind": "it is looked for in an import that was looked at",
    "list_map": "a part of a mapping",
    "most": "a number",
    "name": "a text",
    "new": "a version",
    "number": "a version",
    "old": "a version",
    "order": "one of a few",
    "parents": "a switch",
    "parked": "records that have to be of the connection that was looked at",
    "position": "a number",
    "query": "it is asked of a connection that was looked at",
    "rank": "a number",
    "reason": "a text",
    "rule": "a part of a mapping",
    "rules": "how records are matched that are read from a connection that was looked at",
    "scope": "whom a connection is shown to from now on",
    "settings": "what is chosen for an import that was looked at",
    "seen": "a mark of what was shown",
    "side": "one of two",
    "skip": "a number",
    "stop": "a signal",
    "text": "a text",
    "values": "what somebody typed",
    "watch": "a function of the host's",
    "which": "it picks rows of an import that was looked at",
}
"""The arguments that lead to no connection, and why."""

OPERATIONS = [
    pytest.param(group, name, id=f"{group.__name__.lower()}.{name}")
    for group in GROUPS
    for name in vars(group)
    if not name.startswith("_")
]


def test_no_group_is_forgotten():
    """What is walked over here is what a Hub has."""
    assert {group.__name__ for group in GROUPS} == {
        each.__name__ for each in vars(Hub)["__annotations__"].values()
    }
    assert all(issubclass(group, Group) for group in GROUPS)


@pytest.mark.parametrize(("group", "name"), OPERATIONS)
def test_every_operation_goes_through_the_gate(group, name):
    """Whatever is public in a group is a query or a command, and has been looked at for scope."""
    assert "changes" in vars(getattr(group, name))


@pytest.mark.parametrize(("group", "name"), OPERATIONS)
def test_every_argument_leads_to_a_connection_or_nowhere(group, name):
    """The gate knows each argument by its name; a new name has to be put into one of the tables."""
    takes = list(signature(getattr(group, name)).parameters)[1:]

    assert [] == [one for one in takes if one not in LEADS_TO_CONNECTIONS.keys() | LEADS_NOWHERE]


# what is out of sight, named ---------------------------------------------------------------------


def run_of(office, connection):
    with office.store.look() as state:
        runs = state.runs.of(connection)
    return runs[0].id if runs else "20300101T000000-0123456789"


def question_of(office, connection):
    found = office.hub.conflicts.open("attic") if connection == "attic" else ()
    return found[0].id if found else "crm/company/9.limit"


def planned_of(office, connection):
    planned = office.hub.sync.plan("attic", "customer")
    return Planned(evolve(planned.whole, connection=connection), Mask(None))


def deleted_of(office, connection):
    if connection == "attic":
        office.keep(evolve(office.hub.connections.get("attic"), id="cellar", name="Cellar"))
        office.hub.connections.delete("cellar")
        return "cellar"
    return "cellarr"


def import_of(office, connection):
    begun = Import(
        id=f"import-{connection}",
        connection=connection,
        actor_kind="customer",
        created=office.clock.now(),
        source=parts_to_text([Part(office.north.kinds[0], mapping_of(connection))]),
    )
    if connection != "atticc":
        with office.store.begin() as state:
            state.imports.put(begun)
    return begun.id


@frozen
class Shown:
    """What somebody was shown of a connection, as far as the gate looks at it."""

    connection: str


def shown_of(_, connection):
    return Shown(connection)


def loss_of(office, connection):
    """A value that was lost through a link of a connection."""
    key = "K-1" if connection == "north" else "A-1"
    link = f"{office.entity}={connection}/customer/{key}"
    now = office.clock.now()
    return Loss(office.entity, link, "name", "crm", "mine", "theirs", "run", now, "ada")


def undo_of(office, connection):
    return PlannedUndo(Undo(run=run_of(office, connection), plans=()), Mask(None))


LEADING = {
    "connection": lambda _, connection: connection,
    "deleted": deleted_of,
    "systems": lambda _, connection: ["crm", "north", connection],
    "run": run_of,
    "question": question_of,
    "record": lambda _, connection: ActorRef(connection, "customer", "A-1"),
    "actor": lambda _, connection: ActorRef(connection, "customer", "A-1"),
    "mapping": lambda _, connection: mapping_of(connection),
    "planned": planned_of,
    "import_id": import_of,
    "loss": loss_of,
    "restoration": shown_of,
    "undo": undo_of,
    "comparison": shown_of,
    "draft": shown_of,
    "desk": shown_of,
    "broken": shown_of,
}
"""For each argument that leads to a connection: one that leads to that connection."""

BY_ITSELF = {"entity": "a record of the CRM leads to none; what is told of it is looked at below"}


@pytest.fixture
def attic():
    """An office with a connection that Eve sees, and one in the attic that she does not.

    A company is linked through both, with a question open, and two runs done.
    """
    office = Office()
    office.connect("north")
    office.connect("attic", Scope(groups={"sales"}), connector="south")
    office.north.put("customer", "K-1", {"name": "Fjord Boats", "credit": 5})
    office.south.put("customer", "A-1", {"name": "Fjord Boats", "credit": 5, "note": "dusty"})
    office.hub.sync.now("north")
    (key,) = office.crm.rows("company")
    office.entity = EntityRef.of("company", key)
    with office.store.begin() as state:
        state.links.add(Link(office.entity, ActorRef("attic", "customer", "A-1")))
    office.hub.sync.now()
    office.north.put("customer", "K-1", {"credit": 6, "city": "Oslo"})
    office.south.put("customer", "A-1", {"credit": 7})
    office.crm.put("company", key, {"limit": 8})
    office.hub.sync.now()
    with office.hub:
        yield office


def leading():
    for each in OPERATIONS:
        for name in signature(getattr(*each.values)).parameters:
            if name in LEADS_TO_CONNECTIONS.keys() - BY_ITSELF.keys():
                yield pytest.param(*each.values, name, id=f"{each.id}({name})")


@pytest.mark.parametrize(("group", "name", "argument"), list(leading()))
def test_what_is_out_of_sight_answers_like_what_there_is_not(attic, group, name, argument):
    """The same error, in the same words but for the name that was asked for, and no more in it."""
    hers = attic.hub.as_user(EVE)
    hidden, nothing = (LEADING[argument](attic, each) for each in ("attic", "atticc"))
    told = refusal(hers, group, name, argument, hidden)

    assert refusal(hers, group, name, argument, nothing) == told.replace(
        text_of(hidden), text_of(nothing)
    )


def text_of(value):
    if isinstance(value, PlannedUndo):
        return value.run
    return value if isinstance(value, str) and " " not in value else "attic"


def refusal(hub, group, name, argument, value):
    takes = signature(getattr(group, name)).parameters.values()
    needed = {each.name: None for each in takes if each.default is each.empty}
    del needed["self"]
    with pytest.raises(ErplinkError) as raised:
        getattr(getattr(hub, group.__name__.lower()), name)(**{**needed, argument: value})
    told = f"{type(raised.value).__name__}: {raised.value}"
    return told if isinstance(value, str) else told.replace("atticc", "attic")


# what is told of what is in sight ----------------------------------------------------------------


def told_of(thing):
    """All texts in what an operation gave back, however deep."""
    if isinstance(thing, str):
        yield thing
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from told_of(key)
            yield from told_of(value)
    elif isinstance(thing, Planned):
        yield from told_of([thing.plan, thing.report, thing.trips, thing.records, repr(thing)])
    elif isinstance(thing, PlannedUndo):
        yield from told_of([thing.plan, thing.reversed, thing.kept, thing.impossible])
        yield from told_of([thing.explain(), repr(thing)])
    elif has(type(thing)):
        for each in fields(type(thing)):
            yield from told_of(getattr(thing, each.name))
    elif isinstance(thing, Iterable) and not isinstance(thing, bytes):
        for each in thing:
            yield from told_of(each)
    else:
        yield repr(thing)


def given_to(office, name):
    """What the operation is given for an argument, of what Eve sees."""
    hers = office.hub.as_user(EVE)
    made = {
        "desk": lambda: hers.links.desk("north", "customer"),
        "fate": lambda: Fate.CREATED,
        "import_id": lambda: import_of(office, "north"),
        "loss": lambda: loss_of(office, "north"),
        "planned": lambda: hers.sync.plan("north", "customer"),
    }
    if name in made:
        return made[name]()
    with office.store.look() as state:
        run = state.runs.of("north")[0].id
        (question,) = state.issues.of("north")
    return {
        "actor": ActorRef("north", "customer", "K-1"),
        "actor_kind": "customer",
        "configuration": {"password": PASSWORD},
        "connection": "north",
        "connector": "north",
        "document": "",
        "entity": office.entity,
        "entity_kind": "company",
        "field": "name",
        "mapping": mapping_of("north"),
        "number": 1,
        "old": 1,
        "question": question.id,
        "record": office.entity,
        "run": run,
    }[name]


QUERIES = [each for each in OPERATIONS if not vars(getattr(*each.values))["changes"]]


@pytest.mark.parametrize(("group", "name"), QUERIES)
def test_no_query_tells_anything_that_is_out_of_sight(attic, group, name):
    """No name, key or value of the connection in the attic, in whatever is given back or raised."""
    takes = signature(getattr(group, name)).parameters.values()
    needed = [each.name for each in takes if each.default is each.empty and each.name != "self"]
    given = {each: given_to(attic, each) for each in needed}
    for hub in (attic.hub, attic.hub.as_user(EVE)):
        try:
            told = list(told_of(getattr(getattr(hub, group.__name__.lower()), name)(**given)))
        except ErplinkError as error:
            told = [str(error)]

    assert not [text for text in told if any(word in text for word in ("attic", "A-1", "dusty"))]


def test_the_host_is_told_of_everything(attic):
    """What Eve is not told of is there: the tests above would find it."""
    found = [
        attic.hub.connections.all(),
        attic.hub.conflicts.open("north"),
        attic.hub.history.of(attic.entity),
        attic.hub.links.of(attic.entity),
        attic.hub.sync.runs("north"),
    ]

    for each in found:
        assert any("attic" in text for text in told_of(each)), each
