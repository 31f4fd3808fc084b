"""Nothing is reached through a connection that one may not see, whichever operation it is."""

from inspect import signature

import pytest

from erplink import Hub
from erplink.errors import ErplinkError
from erplink.hub.conflicts import Conflicts
from erplink.hub.connections import Connections
from erplink.hub.history import History
from erplink.hub.imports import Imports
from erplink.hub.links import Links
from erplink.hub.mappings import Mappings
from erplink.hub.operations import Group
from erplink.hub.scope import LEADS_TO_CONNECTIONS
from erplink.hub.sync import Sync

from .conftest import EVE

GROUPS = (Conflicts, Connections, History, Imports, Links, Mappings, Sync)

LEADS_NOWHERE = {
    "actor_kind": "it is looked for in a connection that was looked at",
    "actors": "keys behind a connection that was looked at",
    "answer": "the answer to a question that was looked at",
    "changes": "what is given a connection that was looked at",
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
    "list_map": "a part of a mapping",
    "most": "a number",
    "name": "a text",
    "new": "a version",
    "number": "a version",
    "old": "a version",
    "parked": "records that have to be of the connection that was looked at",
    "rank": "a number",
    "reason": "a text",
    "rule": "a part of a mapping",
    "rules": "how records are matched that are read from a connection that was looked at",
    "scope": "whom a connection is shown to from now on",
    "seen": "a mark of what was shown",
    "side": "one of two",
    "stop": "a signal",
    "text": "a text",
    "values": "what somebody typed",
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


def about_a_connection():
    for each in OPERATIONS:
        takes = signature(getattr(*each.values)).parameters
        if "connection" in takes:
            yield each


@pytest.mark.parametrize(("group", "name"), list(about_a_connection()))
def test_a_connection_out_of_scope_answers_like_one_that_there_is_not(busy, group, name):
    """The same error, with the same words, and nothing in it of what is out of sight."""
    told = [refusal(busy.hub.as_user(EVE), group, name, each) for each in ("south", "nouth")]

    assert told[0].replace("south", "nouth") == told[1]


def refusal(hub, group, name, connection):
    takes = signature(getattr(group, name)).parameters.values()
    needed = {each.name: None for each in takes if each.default is each.empty}
    del needed["self"]
    with pytest.raises(ErplinkError) as raised:
        getattr(getattr(hub, group.__name__.lower()), name)(**{**needed, "connection": connection})
    return f"{type(raised.value).__name__}: {raised.value}"
