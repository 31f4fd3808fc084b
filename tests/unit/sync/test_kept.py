"""KeptSessions: a session stays open between passes, as long as nothing is wrong with it."""

from threading import Thread

import pytest

from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import Edit, Kind, Query, Removal
from erplink.domain.fields import Field
from erplink.errors import Unavailable
from erplink.sync.kept import KeptSessions
from erplink.testing import VirtualClock
from erplink.testing.wrapped import WrappedSession


class Watched(WrappedSession):
    """A session that notes when it is closed, and fails where it is told to."""

    closed = False
    broken = False

    def kinds(self):
        if self.broken:
            raise Unavailable("the line is dead")
        return super().kinds()

    def close(self):
        assert not self.closed
        self.closed = True


class House:
    """What was opened, in its order, and the clock."""

    def __init__(self):
        world = MemoryErp([Kind("customer", [Field("name")])], {"colours": {"r": "red"}})
        self.world, self.clock, self.opened = world, VirtualClock(), []
        self.kept = KeptSessions(self.open, self.clock, seconds_max=60)

    def open(self, system):
        self.opened.append(Watched(self.world.session(system)))
        return self.opened[-1]


@pytest.fixture
def house():
    return House()


def test_a_session_that_was_closed_is_lent_again(house):
    """It is opened once for many passes."""
    for _ in range(3):
        session = house.kept("erp")
        session.kinds()
        session.close()

    assert [False] == [each.closed for each in house.opened]


def test_a_session_is_lent_to_one_pass_at_a_time(house):
    """Whoever comes meanwhile gets another one, and both are kept."""
    one, other = house.kept("erp"), house.kept("erp")
    one.close()
    other.close()
    house.kept("erp")
    house.kept("erp")

    assert [False, False] == [each.closed for each in house.opened]


def test_every_system_has_its_own_sessions(house):
    """What is open to one is not lent for another."""
    house.kept("erp").close()
    house.kept("crm")

    assert 2 == len(house.opened)


def test_a_session_that_raised_is_closed_and_not_lent_again(house):
    """What is wrong with it may be wrong for good."""
    session = house.kept("erp")
    house.opened[0].broken = True
    with pytest.raises(Unavailable):
        session.kinds()
    session.close()
    house.kept("erp")

    assert [True, False] == [each.closed for each in house.opened]


def test_a_session_is_opened_anew_after_a_while(house):
    """So that what a system says about its kinds is asked for again."""
    house.kept("erp").close()
    house.clock.sleep(60)
    house.kept("erp")

    assert [True, False] == [each.closed for each in house.opened]


def test_a_session_that_grew_old_in_a_pass_is_closed_with_it(house):
    """Nobody would be lent it any more."""
    session = house.kept("erp")
    house.clock.sleep(60)
    session.close()

    assert [True] == [each.closed for each in house.opened]


def test_the_end_closes_what_is_not_lent(house):
    """And what is lent once it comes back; nothing is left open."""
    one, other = house.kept("erp"), house.kept("erp")
    one.close()
    house.kept.close()
    before = [each.closed for each in house.opened]
    other.close()

    assert ([True, False], [True, True]) == (before, [each.closed for each in house.opened])


def test_closing_twice_gives_back_once(house):
    """Two passes would share one session otherwise."""
    session = house.kept("erp")
    session.close()
    session.close()
    house.kept("erp")
    house.kept("erp")

    assert 2 == len(house.opened)


def test_what_cannot_be_opened_is_told_and_not_kept(house):
    """The next pass tries again."""

    def refuse(system):
        raise Unavailable(f"{system} is down")

    kept = KeptSessions(refuse, house.clock)

    for _ in range(2):
        with pytest.raises(Unavailable, match="erp is down"):
            kept("erp")


def test_a_lent_session_does_all_that_a_session_does(house):
    """Every operation is handed on as it is."""
    session = house.kept("erp")
    (saved,) = session.save("customer", [Edit({"name": "Ann"}, idempotency_key="1")])
    key = saved.record.ref.key

    assert ["customer"] == [kind.name for kind in session.kinds()]
    assert "customer" in session.capabilities.kinds
    assert ["Ann"] == [each.fields["name"] for each in session.get("customer", [key], ["name"])]
    assert [key] == [each.ref.key for each in session.changes("customer", None, ["name"])]
    assert [key] == [each.ref.key for each in session.search("customer", Query(), ["name"])]
    assert 1 == session.count("customer", Query())
    assert [key] == [each.ref.key for each in session.find_created("customer", "1", {})]
    assert {"r": "red"} == session.list_items("colours", ["r", "x"])
    assert 1 == len(session.delete("customer", [Removal(key)]))
    assert 0 == session.count("customer", Query())


def test_threads_may_share_it(house):
    """However many come at once, no session is in two hands, and none is lost."""
    seen, hands = [], set()

    def work():
        for _ in range(50):
            session = house.kept("erp")
            mine = session._session
            seen.append(mine not in hands)
            hands.add(mine)
            hands.discard(mine)
            session.close()

    threads = [Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    house.kept.close()

    assert [True] * 200 == seen
    assert all(each.closed for each in house.opened)
