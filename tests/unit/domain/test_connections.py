"""Connections: who may see one, and where it ranks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.connections import EVERYONE, Connection, Principal, Ranking, Scope
from erplink.domain.records import CRM
from erplink.domain.secret import Secret
from erplink.errors import BadName, BadValue

USERS = st.frozensets(st.sampled_from("abc"))


@given(st.sampled_from("abc"), USERS, st.booleans(), USERS, USERS)
def test_a_scope_covers_whom_it_names(user, groups, everyone, users, scope_groups):
    """A principal is covered by everyone, by name, or by one of their groups; else not at all."""
    covered = Scope(everyone, users, scope_groups).covers(Principal(user, groups))

    assert covered == (everyone or user in users or bool(groups & scope_groups))


def test_a_scope_of_nobody_covers_nobody():
    """A connection that names nobody is seen by nobody, and EVERYONE is seen by all."""
    assert not Scope().covers(Principal("user-1", ["group-1"]))
    assert EVERYONE.covers(Principal("user-1"))


@pytest.mark.parametrize("wrong", ["", CRM])
def test_a_connection_is_never_taken_for_the_crm(wrong):
    """A connection needs an id, and one that is not the CRM's name."""
    with pytest.raises(BadValue, match="a connection needs an id other than 'crm'"):
        Connection(wrong, "ACME", "files")


def test_configuring_makes_another_connection():
    """Setting a field keeps the others, and the first connection stays as it is."""
    first = Connection("c1", "ACME", "files", {"folder": "in", "password": Secret("old")})
    second = first.configured(password=Secret("new"))

    assert {"folder": "in", "password": Secret("new")} == second.configuration
    assert Secret("old") == first.configuration["password"]


def test_a_connection_does_not_show_its_configuration():
    """Its repr counts what is configured."""
    connection = Connection("c1", "ACME", "files", {"folder": "in"})

    assert "configuration=1 set" in repr(connection)
    assert "folder" not in repr(connection)


@pytest.mark.parametrize(
    ("order", "rule"), [(("erp",), "must place the CRM"), ((CRM, CRM), "names a system twice")]
)
def test_a_ranking_is_a_total_order(order, rule):
    """A ranking places the CRM, and every system once."""
    with pytest.raises(BadValue, match=rule):
        Ranking(order)


def test_the_highest_ranked():
    """The highest of some systems is the one that stands first."""
    ranking = Ranking(["erp-1", CRM, "erp-2"])

    assert ("erp-1", 0) == (ranking.highest(["erp-2", CRM, "erp-1"]), ranking.position("erp-1"))
    assert CRM == ranking.highest([CRM, "erp-2"])
    with pytest.raises(BadName, match="did you mean 'erp-2'"):
        ranking.position("erp_2")


def test_a_connection_joins_last_and_leaves():
    """A new connection ranks last; without it, the others keep their order."""
    ranking = Ranking().with_last("erp-1").with_last("erp-2")

    assert (CRM, "erp-1", "erp-2") == ranking.order
    assert (CRM, "erp-2") == ranking.without("erp-1").order
    with pytest.raises(BadName):
        ranking.without("erp-9")
    with pytest.raises(BadValue, match="must place the CRM"):
        ranking.without(CRM)


@given(st.permutations([CRM, "a", "b", "c"]), st.data())
def test_moving_changes_one_place(order, data):
    """A system that is moved stands where it was moved to, and the others keep their order."""
    system = data.draw(st.sampled_from(order))
    position = data.draw(st.integers(0, len(order) - 1))
    moved = Ranking(order).moved(system, position)

    assert position == moved.position(system)
    assert [each for each in order if each != system] == [
        each for each in moved.order if each != system
    ]


def test_some_systems_are_put_into_another_order_and_the_others_stay_put():
    """Who sees a part of a ranking rearranges that part, in the places it has."""
    ranking = Ranking(["a", "b", CRM, "c", "d"])

    assert ("d", "b", "a", "c", CRM) == ranking.rearranged(["d", "a", CRM]).order
    assert ranking == ranking.rearranged([])


def test_what_is_put_into_another_order_is_ranked_and_named_once():
    """A stranger, or a system named twice, is refused."""
    with pytest.raises(BadName, match="'x'"):
        Ranking([CRM, "a"]).rearranged(["x"])
    with pytest.raises(BadValue, match="twice"):
        Ranking([CRM, "a"]).rearranged(["a", "a"])
