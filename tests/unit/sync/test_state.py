"""What a store keeps are values, each with one noun."""

import pytest
from tests.unit.sync.stage import Stage

from erplink.sync.state import FeedName, Lane, Pending, Side

FEED = FeedName("erp", "customer", "erp")


@pytest.mark.parametrize(("side", "other"), [(Side.ERP, Side.CRM), (Side.CRM, Side.ERP)])
def test_a_feed_has_another_side(side, other):
    """Of the same mapping."""
    feed = FeedName("erp", "customer", side)

    assert FeedName("erp", "customer", other) == feed.across
    assert feed == feed.across.across


def test_a_feed_is_told_as_a_path():
    """Its connection, its kind of actor and its side."""
    assert "erp/customer/erp" == str(FEED)


def test_a_side_that_there_is_not_is_refused():
    """There are two."""
    with pytest.raises(ValueError, match="'both' is not a valid Side"):
        FeedName("erp", "customer", "both")


def test_lanes_are_in_the_order_of_their_urgency():
    """A person who waits goes before everything else."""
    assert [Lane.INTERACTIVE, Lane.EVENT, Lane.SCHEDULED, Lane.BULK] == sorted(Lane)


def test_a_pending_record_waits_for_nobody_unless_it_is_parked():
    """And is in the lane of what is scheduled, unless somebody said otherwise."""
    now = Stage().clock.now()
    pending = Pending(feed=FEED, key="K0", due=now, since=now)

    assert (False, Lane.SCHEDULED) == (pending.parked, pending.lane)
