"""Listing: whatever the order, the known are met, the strange are found, and the rest is absent."""

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erplink.adapters.stores import open_store
from erplink.sync.listing import Listing
from erplink.sync.state import FeedName, Side

FEED = FeedName("erp", "customer", Side.ERP)


@pytest.fixture(scope="module")
def store():
    opened = open_store("sqlite:///:memory:")
    yield opened
    opened.close()


def look(key, edition=0):
    return blake2b(f"{key}/{edition:d}".encode(), digest_size=16).digest()


def keep(store, keys):
    with store.begin() as state:
        state.fingerprints.remove(FEED, [key for key, _ in state.fingerprints.items(FEED)])
        state.fingerprints.put(FEED, [(key, look(key)) for key in keys])


def listed(store, records, page):
    """List records, pairs of key and fingerprint; the strange ones, and the keys of the absent."""
    listing = Listing(store, FEED)
    strange = []
    for start in range(0, len(records), page):
        part = records[start : start + page]
        found = [part[at][0] for at in listing.strangers([each for _, each in part])]
        with store.look() as state:
            known = state.fingerprints.of(FEED, found)
        listing.note(found, known)
        strange += found
    return strange, listing.absent(), listing


KEYS = [f"K{number:04}" for number in range(60)]


@settings(deadline=None, max_examples=60)
@given(
    known=st.sets(st.sampled_from(KEYS)),
    there=st.lists(st.sampled_from(KEYS), unique=True),
    edited=st.sets(st.sampled_from(KEYS)),
    page=st.integers(1, 20),
    in_order=st.booleans(),
)
def test_in_any_order_nothing_is_missed(store, known, there, edited, page, in_order):
    """What was not known as it is, is strange; absent is what was known and is not listed.

    What is known and out of step may be strange too: it is looked up by its key, and is found.
    """
    keep(store, known)
    keys = sorted(there) if in_order else there
    strange, absent, listing = listed(
        store, [(key, look(key, key in edited)) for key in keys], page
    )
    really = {key for key in keys if key not in known or key in edited}
    assert really <= set(strange)
    assert set(known) - set(keys) == set(absent)
    assert len(keys) == listing.count


def test_a_listing_in_order_finds_just_what_changed(store):
    """Also where some records came and some went."""
    keep(store, KEYS)
    there = ["K", *KEYS[:7], *KEYS[9:]]
    records = [(key, look(key, key == KEYS[30])) for key in there]
    strange, absent, _ = listed(store, records, page=20)
    # Two are gone, and so two of each page lie ahead of what was read.
    assert {"K", KEYS[30]} <= set(strange)
    assert len(strange) <= 2 + 2 * 3
    assert KEYS[7:9] == absent


def test_a_listing_in_another_order_decodes_nothing_that_is_known(store):
    """Once it is found to be out of step, all fingerprints are at hand."""
    keep(store, KEYS)
    records = [(key, look(key)) for key in reversed(KEYS)]
    assert ([], []) == listed(store, records, page=7)[:2]
