"""Holding: a lease that is held while work is done, and proved before anything counts."""

from datetime import timedelta

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

    def check(self) -> None:
        """Refuse to go on where the lease may have gone to somebody else; asks nobody."""
        if self._clock.now() >= self.lease.expires:
            raise LostLease(f"the lease for {self.lease.key} ran out")

    def release(self, store: Store) -> None:
        """Give the lease back."""
        with store.begin() as state:
            state.leases.release(self.lease)
