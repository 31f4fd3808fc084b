"""The tie between an entity and an actor."""

import pickle
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.links import Agreed, AlikeBase, Link, LinkStatus, Pin
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import BadValue

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
LINK = Link(EntityRef.of("company", "1"), ActorRef("erp", "customer", "7"))
AGREEMENTS = st.dictionaries(
    st.sampled_from("abc"), st.builds(Agreed, st.integers(0, 1), st.integers(0, 1))
)


def test_a_link_is_named_by_both_ends():
    """A link's key names the entity and the actor, and its connection is the actor's system."""
    assert ("crm/company/1=erp/customer/7", "erp") == (LINK.key, LINK.connection)


@given(AGREEMENTS, AGREEMENTS)
def test_the_base_advances_by_what_was_confirmed_alone(base, confirmed):
    """What was confirmed is in the base, what was not stays, and no news is no change."""
    link = Link(LINK.entity, LINK.actor, base)
    advanced = link.advance(confirmed)

    assert {**base, **confirmed} == advanced.base
    assert (advanced is link) == (base == {**base, **confirmed})
    assert link.version + (advanced is not link) == advanced.version


@given(AGREEMENTS, st.sets(st.sampled_from("abc")))
def test_what_is_in_doubt_is_forgotten_and_nothing_else(base, fields):
    """A field that nothing was agreed on is no news."""
    link = Link(LINK.entity, LINK.actor, base)
    rest = link.forgetting(fields)

    assert {key: value for key, value in base.items() if key not in fields} == rest.base
    assert link.version + bool(base.keys() & fields) == rest.version


@given(st.lists(st.tuples(st.sampled_from("ab"), st.none() | st.sampled_from(Pin)), max_size=5))
def test_a_field_is_pinned_until_it_is_released(steps):
    """The last pin of a field counts; None takes it off."""
    link, expected = LINK, {}
    for field, pin in steps:
        link = link.pinned(field, pin)
        expected = {**expected, field: pin}

    assert {field: pin for field, pin in expected.items() if pin} == link.pins


def test_a_pin_that_changes_nothing_is_no_change():
    """Pinning a field where it is, or releasing one that is free, leaves the link as it is."""
    pinned = LINK.pinned("name", Pin.CRM)

    assert pinned is pinned.pinned("name", Pin.CRM)
    assert LINK is LINK.pinned("name", None)


def test_a_link_is_suspended_dies_and_comes_back():
    """A status has its reason and moment, every change counts, and base and pins are kept."""
    agreed = Link(LINK.entity, LINK.actor, {"name": Agreed("a", "A")}, {"name": Pin.ERP})
    suspended = agreed.suspended("renumbering", NOON)
    dead = suspended.dead("the customer is gone", NOON)
    resumed = dead.resumed(NOON)

    assert [LinkStatus.SUSPENDED, LinkStatus.DEAD, LinkStatus.ACTIVE] == [
        each.status for each in (suspended, dead, resumed)
    ]
    assert ["renumbering", "the customer is gone", ""] == [
        each.reason for each in (suspended, dead, resumed)
    ]
    assert (4, NOON) == (resumed.version, resumed.since)
    assert (agreed.base, agreed.pins) == (resumed.base, resumed.pins)


def test_a_link_moves_inside_its_connection():
    """A link follows an actor that was renumbered, and never leaves its connection."""
    moved = LINK.moved_to(ActorRef("erp", "customer", "8"))

    assert ("crm/company/1=erp/customer/8", 2) == (moved.key, moved.version)
    with pytest.raises(BadValue, match="another connection"):
        LINK.moved_to(ActorRef("erp-2", "customer", "7"))


def test_a_link_shows_how_many_fields_it_agreed_on():
    """The base is counted in the repr; its values may be many, and private."""
    link = LINK.advance({"phone": Agreed("+47 22", "22")})

    assert "base=1 fields" in repr(link)
    assert "+47 22" not in repr(link)


def test_a_base_on_which_both_sides_are_alike_is_one_like_any_other():
    """It equals a mapping of the same agreements, can be copied, and has no other parts."""
    base = AlikeBase({"name": "ACME", "days": 30})
    same = {"name": Agreed("ACME", "ACME"), "days": Agreed(30, 30)}

    assert same == base
    assert same == pickle.loads(pickle.dumps(AlikeBase(base.alike)))  # noqa: S301 - our own
    assert Agreed(30, 30) == AlikeBase(base.alike)["days"]
    with pytest.raises(AttributeError, match="other"):
        base.other  # noqa: B018 - it is what is tested


@pytest.mark.parametrize(
    "news",
    [
        {},
        {"name": Agreed("ACME", "ACME")},
        {"name": Agreed("Acme", "Acme")},
        {"name": Agreed("ACME", "Acme")},
        {"name": Agreed(None, None), "more": Agreed(1, 1)},
        {"name": Agreed(1, True)},
    ],
)
def test_a_base_of_values_alike_advances_as_any_other(news):
    """To the same agreements and the same version, whatever is confirmed."""
    alike = Link(LINK.entity, LINK.actor, AlikeBase({"name": "ACME", "days": 30}))
    usual = Link(LINK.entity, LINK.actor, {"name": Agreed("ACME", "ACME"), "days": Agreed(30, 30)})

    assert usual.advance(news) == alike.advance(news)
    assert (usual.advance(news) is usual) == (alike.advance(news) is alike)
    assert repr(dict(usual.advance(news).base)) == repr(dict(alike.advance(news).base))
