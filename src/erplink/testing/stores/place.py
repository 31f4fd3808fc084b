"""Place: where the stores of one test are, and how each test comes to a store."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, ClassVar, Protocol

import pytest

from erplink.adapters.stores import open_store
from erplink.sync.store import Store

__all__ = ["Opener", "StorePlace", "must_equal", "must_hold", "must_not_hold", "open_plainly"]


class Opener(Protocol):
    """Opens a store at an address; a function of a module, so that other processes find it."""

    def __call__(self, url: str, *, tenant: str = "", wait: float = 5.0) -> Store:
        """The store of ``tenant``, which waits for others for ``wait`` seconds."""
        ...


def open_plainly(url: str, *, tenant: str = "", wait: float = 5.0) -> Store:
    """Open one of erplink's own stores, with secrets kept as they are."""
    return open_store(url, tenant=tenant, wait=wait, secrets="plain")


def must_equal(expected: Any, actual: Any) -> None:
    """Raise AssertionError with both, unless they are equal."""
    __tracebackhide__ = True
    if expected != actual:
        raise AssertionError(f"expected {expected!r}\nbut it is {actual!r}")


def must_hold(said: object) -> None:
    """Raise AssertionError unless it was said, with True, that it is so."""
    __tracebackhide__ = True
    must_equal("yes", "yes" if said is True else said)


def must_not_hold(said: object) -> None:
    """Raise AssertionError unless it was said, with False, that it is not so."""
    __tracebackhide__ = True
    must_equal("no", "no" if said is False else said)


class StorePlace:
    """What all parts of the suite have in common: an empty database, and ways into it."""

    #: Opens a store at the address that the fixture ``store_url`` gives.
    opener: ClassVar[Opener] = staticmethod(open_plainly)
    #: Why nobody but the first opener reaches the same database; empty where others do.
    alone: ClassVar[str] = ""

    @pytest.fixture
    def store_url(self) -> str:
        """The address of a database that is empty, and for this test alone."""
        raise NotImplementedError("fill in the fixture store_url")

    @pytest.fixture
    def open_another(self, store_url: str) -> Iterator[Callable[..., Store]]:
        """Opens one more store at the same address, and closes it at the end of the test."""
        if self.alone:
            pytest.skip(self.alone)
        with ExitStack() as stack:

            def open_another(**options: Any) -> Store:
                store = type(self).opener(store_url, **options)
                stack.callback(store.close)
                return store

            yield open_another

    @pytest.fixture
    def store(self, store_url: str) -> Iterator[Store]:
        """A store in an empty database."""
        with closing(type(self).opener(store_url)) as store:
            yield store
