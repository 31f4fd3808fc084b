import threading
from itertools import count

import pytest

from erplink.adapters.http.pool import Pool, PoolBusy, PoolClosed


class Thing:
    """Something that knows whether two threads have it at the same time."""

    numbers = count()

    def __init__(self, key):
        self.key, self.number, self.ended = key, next(self.numbers), False
        self.lock = threading.Lock()

    def end(self):
        self.ended = True


def pool(lent_max=2, wait=0.01):
    return Pool(Thing, Thing.end, lent_max=lent_max, wait_seconds_max=wait)


def test_what_came_back_is_lent_again():
    """The last one back is the first one out."""
    lender = pool()
    with lender.lend("a") as first, lender.lend("a") as second:
        assert first is not second

    with lender.lend("a") as again:
        assert again is first


def test_each_key_has_its_own_things():
    """What was made for one key is not lent for another."""
    lender = pool()
    with lender.lend("a"):
        pass

    with lender.lend("b") as other:
        assert other.key == "b"


def test_no_more_is_lent_than_allowed():
    """Who waits too long is told so; what comes back serves the next one."""
    lender = pool(lent_max=1)

    with lender.lend("a"), pytest.raises(PoolBusy), lender.lend("a"):
        pass

    with lender.lend("a") as free:
        assert not free.ended


def test_a_closed_pool_lends_nothing_and_keeps_nothing():
    """What is idle ends at once, what is lent when it comes back."""
    lender = pool(lent_max=2)
    with lender.lend("a") as lent, lender.lend("a") as idle:
        pass
    with lender.lend("a") as lent:
        lender.close()
        assert (lent.ended, idle.ended) == (False, True)

    assert lent.ended
    with pytest.raises(PoolClosed), lender.lend("a"):
        pass


def test_a_borrower_that_fails_gives_back_what_it_had():
    """An error within the with is no reason to lose a thing or a place."""
    lender = pool(lent_max=1)

    with pytest.raises(KeyError), lender.lend("a") as lent:
        raise KeyError

    with lender.lend("a") as again:
        assert again is lent


def test_a_thing_that_cannot_be_made_takes_no_place():
    """The next one may be made."""
    made = iter([ValueError(), "thing"])

    def make(_key):
        following = next(made)
        if isinstance(following, Exception):
            raise following
        return following

    lender = Pool(make, lambda _thing: None, lent_max=1, wait_seconds_max=0.01)

    with pytest.raises(ValueError, match=r"^$"), lender.lend("a"):
        pass
    with lender.lend("a") as thing:
        assert thing == "thing"


def test_nothing_is_lent_to_two_threads():
    """Many threads, few things: each has its own for as long as it has it."""
    lender = pool(lent_max=3, wait=5)
    shared = []

    def borrow():
        for _ in range(50):
            with lender.lend("a") as thing:
                shared.append(not thing.lock.acquire(blocking=False))
                thing.lock.release()

    threads = [threading.Thread(target=borrow) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(shared), any(shared)) == (400, False)
