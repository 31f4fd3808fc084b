"""Reading to the end: page by page, in order, and within bounds."""

import pytest

from erplink.connectors import Page, Query, all_changes, all_found
from erplink.domain.records import Actor, ActorRef
from erplink.errors import BrokenPromise


def actor(key):
    return Actor(ActorRef("erp", "customer", key))


class Feed:
    """Pages by their cursors."""

    def __init__(self, **pages):
        self.pages, self.asked = pages, []

    def changes(self, kind, since, fields):
        self.asked.append((kind, since, fields))
        return self.pages[since or "first"]

    def search(self, kind, query, fields, cursor):
        self.asked.append((kind, query, fields, cursor))
        return self.pages[cursor or "first"]


FIRST = Page([actor("1")], cursor="a", more=True)
EMPTY = Page(cursor="b", more=True)
LAST = Page([actor("2")], cursor="c")


def test_a_feed_is_read_until_there_is_no_more():
    """Each page by the cursor of the one before, an empty one in the middle too."""
    feed = Feed(first=FIRST, a=EMPTY, b=LAST)

    assert [FIRST, EMPTY, LAST] == list(all_changes(feed, "customer", ["name"]))
    assert [("customer", each, ["name"]) for each in (None, "a", "b")] == feed.asked


def test_a_feed_is_read_from_a_cursor():
    """What came before is not asked for."""
    assert [LAST] == list(all_changes(Feed(b=LAST), "customer", [], "b"))


def test_a_search_is_read_until_there_is_no_more():
    """As a feed is."""
    feed, query = Feed(first=FIRST, a=LAST), Query("x")

    assert [FIRST, LAST] == list(all_found(feed, "customer", query, ["name"]))
    assert [("customer", query, ["name"], each) for each in (None, "a")] == feed.asked


@pytest.mark.parametrize("read", [all_changes, lambda *a, **m: all_found(*a[:2], Query(), [], **m)])
def test_what_has_no_end_is_stopped(read):
    """After so many pages, the promise of an end is broken."""
    feed = Feed(first=FIRST, a=FIRST)

    with pytest.raises(BrokenPromise, match="there are more than 3 pages"):
        list(read(feed, "customer", [], pages_max=3))
    assert 3 == len(feed.asked)
