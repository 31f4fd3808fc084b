"""News and Finding: what was told of a record, and what follows where it is told again."""

from datetime import UTC, datetime

import pytest

from erplink.domain.records import Actor, ActorRef
from erplink.sync.news import Finding, News, look_of
from erplink.sync.state import FeedName, Pending

FEED = FeedName("erp", "customer", "erp")
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def record(**values):
    return Actor(ActorRef("erp", "customer", "7"), fields=values, version=str(len(values)))


def news(told, **more):
    return News(feed=FEED, key="7", record=told, **more)


@pytest.mark.parametrize("told", [record(name="Ann"), None])
def test_a_record_that_looks_as_it_did_is_dealt_with(told):
    """The plan that was made of it deals with this, too; one that is gone stays gone."""
    found = Finding.again(news(told), look_of(told))

    assert (True, False) == (found.covered, found.moved)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (record(name="Ann"), record(name="Bo")),
        (record(name="Ann"), None),
        (None, record(name="Ann")),
        (record(name="Ann"), record(name="Ann", city=None)),
    ],
)
def test_a_record_that_looks_otherwise_has_to_be_decided_again(before, now):
    """Whoever moved it, and also where it came or went."""
    found = Finding.again(news(now), look_of(before))

    assert (False, True) == (found.covered, found.moved)
    assert "it moved while it was decided about" == found.reason


def test_a_marking_is_known_by_its_number():
    """What was not marked has none, so that it settles no marking that came later."""
    pending = Pending(feed=FEED, key="7", due=NOW, since=NOW, marked=3)

    assert (3, 0) == (news(None, pending=pending).marked, news(None).marked)
