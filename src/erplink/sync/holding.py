"""Holding: a lease that is held while work is done, and proved before anything counts."""

from datetime import timedelta
from threading import Lock

from erplink.connectors import Clock
from erplink.errors import LostLease
from erplink.sync.state import Lease
from erplink.sync.store import Store, Transaction

__all__ = ["LEASE_LENGTH", "Holding"]

LEASE_LENGTH = timedelta(seconds=60)
"""For how long a lease is held without being renewed."""


class Holding:
    """A lease in somebody's hands."""

    def __init__(self, lease: Lease, clock: Clock, length: timedelta = LEASE_LENGTH) -> None:
        """Hold ``lease``, which was acquired for ``length``."""
        self.lease, self._clock, self._length = lease, clock, length
        self._lock = Lock()

    @classmethod
    def acquire(
        cls, store: Store, key: str, holder: str, clock: Clock, length: timedelta = LEASE_LENGTH
    ) -> "Holding | None":
        """Take the lease for ``key``; None where somebody has it."""
        with store.begin() as state:
            lease = state.leases.acquire(key, holder, clock.now(), length)
        return None if lease is None else cls(lease, clock, length)

    @classmethod
    def none(cls, clock: Clock) -> "Holding":
        """No lease at all, for who writes nothing."""
        return cls(Lease(key="", holder="", fence=0, expires=clock.now()), clock)

    def prove(self, state: Transaction) -> None:
        """Hold the lease longer, in a transaction that only counts if it is still ours."""
        renewed = state.leases.renew(self.lease, self._clock.now(), self._length)
        if renewed is None:
            raise LostLease(f"the lease for {self.lease.key} went to somebody else")
        self.lease = renewed

    def keep(self, store: Store) -> None:
        """Go on only while the lease is held, and hold it longer before it runs out.

        Threads may call it side by side.
        """
        with self._lock:
            left = self.lease.expires - self._clock.now()
            if left <= timedelta(0):
                raise LostLease(f"the lease for {self.lease.key} ran out")
            if left <= self._length / 2:
                with store.begin() as state:
                    self.prove(state)

    def release(self, store: Store) -> None:
        """Give the lease back."""
        with store.begin() as state:
            state.leases.release(self.lease)
