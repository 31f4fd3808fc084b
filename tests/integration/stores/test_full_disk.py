"""A disk that is full undoes what was being done, and nothing else."""

from contextlib import closing, suppress

import pytest

from erplink.adapters.stores import open_store
from erplink.errors import StoreError


def limit(store, pages: int) -> None:
    """Let the database grow to so many pages; with one connection, that is the one in use."""
    store._backend._do(f"PRAGMA max_page_count = {pages}")


def fill_up(store, *, passing_over: bool) -> None:
    with store.begin() as transaction:
        for at in range(1000):
            with suppress(StoreError if passing_over else ()):
                transaction.settings.put(f"{at}", "x" * 1000)


@pytest.mark.parametrize("passing_over", [False, True])
def test_a_full_disk_leaves_nothing_by_half(tmp_path, passing_over):
    """Whoever passes over the error and writes on writes nothing either; room helps."""
    with closing(open_store(f"sqlite:///{tmp_path}/erplink.db")) as store:
        with store.begin() as transaction:
            transaction.settings.put("0", "before")
        limit(store, 100)
        with pytest.raises(StoreError):
            fill_up(store, passing_over=passing_over)

        with store.look() as transaction:
            found = [transaction.settings.get(f"{at}") for at in range(1000)]
        assert ["before", *[None] * 999] == found
        limit(store, 10_000)
        fill_up(store, passing_over=False)
        with store.look() as transaction:
            assert "x" * 1000 == transaction.settings.get("999")
