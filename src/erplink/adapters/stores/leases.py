"""SqlLeases: who may work on what, with numbers that only grow."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from attrs import frozen

from erplink.adapters.stores.database import Database
from erplink.adapters.stores.moments import from_stored, to_stored
from erplink.sync.state import Lease

__all__ = ["SqlLeases"]


@frozen
class SqlLeases:
    """Who may work on what."""

    _database: Database

    def acquire(self, key: str, holder: str, now: datetime, length: timedelta) -> Lease | None:
        """Take a lease that is free or expired, with a higher fence; None where somebody has it.

        The holder itself has it renewed, with the same fence.
        """
        taken = self._database.execute(
            "lease_acquire",
            key=key,
            holder=holder,
            now=to_stored(now),
            expires=to_stored(now + length),
        )
        return self._get(key) if taken else None

    def renew(self, lease: Lease, now: datetime, length: timedelta) -> Lease | None:
        """Hold a lease longer; None where it expired and went to somebody else, or was released."""
        renewed = self._database.execute(
            "lease_renew",
            key=lease.key,
            holder=lease.holder,
            fence=lease.fence,
            expires=to_stored(now + length),
        )
        return self._get(lease.key) if renewed else None

    def holds(self, lease: Lease, now: datetime) -> bool:
        """Whether the lease is still held, with this fence, and has not expired.

        In a transaction that writes, nobody else gets the lease before that is done.
        """
        held = self._get(lease.key, lock=self._database.writes)
        return (
            held is not None
            and (held.holder, held.fence) == (lease.holder, lease.fence)
            and held.expires > now
        )

    def release(self, lease: Lease) -> None:
        """Give a lease back; its fence is remembered."""
        self._database.execute(
            "lease_release", key=lease.key, holder=lease.holder, fence=lease.fence
        )

    def all(self) -> Sequence[Lease]:
        """All leases that are held, the expired ones too."""
        return [
            Lease(key=key, holder=holder, fence=fence, expires=from_stored(expires))
            for key, holder, fence, expires in self._database.query("leases_all")
        ]

    def _get(self, key: str, *, lock: bool = False) -> Lease | None:
        rows = self._database.query("lease_lock" if lock else "lease_get", key=key)
        if not rows or rows[0][0] is None:
            return None
        holder, fence, expires = rows[0]
        return Lease(key=key, holder=holder, fence=fence, expires=from_stored(expires))
