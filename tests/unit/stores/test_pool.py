"""The pool lends each connection to one at a time, and replaces what has broken."""

import pytest
from attrs import define

from erplink.adapters.stores.pool import Pool
from erplink.errors import StoreBusy, StoreError


@define(eq=False)
class FakeConnection:
    broken: bool = False
    closed: bool = False


@define
class Workshop:
    """Makes connections, and remembers them."""

    made: list[FakeConnection]

    def make(self):
        self.made.append(FakeConnection())
        return self.made[-1]

    def close(self, connection):
        connection.closed = True


@pytest.fixture
def workshop():
    return Workshop([])


@pytest.fixture
def pool(workshop):
    return Pool(
        workshop.make,
        workshop.close,
        usable=lambda connection: not connection.broken,
        most=2,
        wait=0.01,
    )


def begin(connection):
    if connection.broken:
        raise StoreError("it is broken")


def test_a_connection_is_used_again(pool, workshop):
    """One after the other need one connection."""
    for _ in range(3):
        with pool.lent(begin):
            pass

    assert 1 == len(workshop.made)


def test_those_who_come_at_once_have_one_each(pool, workshop):
    """As many as there may be; one more waits, in vain, and is told to try again."""
    with pool.lent(begin) as one, pool.lent(begin) as other:
        assert one is not other
        with pytest.raises(StoreBusy, match="all 2"), pool.lent(begin):
            pass
    with pool.lent(begin):
        pass

    assert 2 == len(workshop.made)


def test_a_connection_that_broke_meanwhile_is_replaced(pool, workshop):
    """Whoever comes next does not notice."""
    with pool.lent(begin):
        pass
    workshop.made[0].broken = True
    with pool.lent(begin) as connection:
        assert connection is workshop.made[1]

    assert workshop.made[0].closed


def test_a_connection_that_breaks_in_use_is_not_used_again(pool):
    """It is closed when it comes back."""
    with pool.lent(begin) as connection:
        connection.broken = True
    with pool.lent(begin) as another:
        assert another is not connection

    assert connection.closed


def test_a_beginning_that_fails_for_another_reason_is_told(pool, workshop):
    """It is not tried again, and the connection is kept."""

    def refuse(_):
        raise StoreBusy("later")

    for _ in range(5):
        with pytest.raises(StoreBusy, match="later"), pool.lent(refuse):
            pass

    assert 1 == len(workshop.made)


def test_a_new_connection_that_is_broken_is_told(pool, workshop):
    """There is no end to trying otherwise."""

    def break_it(connection):
        connection.broken = True
        raise StoreError("it broke")

    with pytest.raises(StoreError, match="it broke"), pool.lent(break_it):
        pass

    assert [True] == [connection.closed for connection in workshop.made]


def test_closing_closes_what_is_lent_when_it_comes_back(pool, workshop):
    """Whoever uses one at that moment is not disturbed."""
    with pool.lent(begin), pool.lent(begin):
        pass
    with pool.lent(begin) as connection:
        pool.close()
        assert not connection.closed

    assert [True, True] == [each.closed for each in workshop.made]
    with pytest.raises(StoreError, match="closed"), pool.lent(begin):
        pass
