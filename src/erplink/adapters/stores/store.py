"""SqlStore: the store of one tenant in a database that speaks SQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from erplink.adapters.stores.connections import SqlConnections
from erplink.adapters.stores.database import Backend
from erplink.adapters.stores.retention import removals
from erplink.adapters.stores.transaction import SqlTransaction
from erplink.adapters.stores.vault import Vault
from erplink.domain.transforms import TransformCatalogue
from erplink.sync.store import Retention, Transaction

__all__ = ["SqlStore"]


class SqlStore:
    """Where all state of one tenant lives; threads and processes may share it."""

    def __init__(
        self, backend: Backend, vault: Vault, catalogue: TransformCatalogue | None = None
    ) -> None:
        self._backend, self._vault, self._catalogue = backend, vault, catalogue

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """A transaction that may write; done when the block ends, undone where it raises."""
        with self._backend.writing() as database:
            yield SqlTransaction(database, self._vault, self._catalogue)

    @contextmanager
    def look(self) -> Iterator[Transaction]:
        """A transaction that only reads, and sees one moment."""
        with self._backend.reading() as database:
            yield SqlTransaction(database, self._vault, self._catalogue)

    def vacuum(self, retention: Retention, now: datetime) -> Mapping[str, int]:
        """Remove what is over for longer than that; how much of each was removed.

        What is not removed because it is kept for ever is not named.
        """
        removed: dict[str, int] = {}
        for name, remove in removals(retention, now).items():
            with self._backend.writing() as database:
                removed[name] = remove(database)
        self._backend.tidy()
        return removed

    def rotate(self) -> int:
        """Encrypt all secrets anew with the first key; how many connections there are.

        Afterwards the older keys are not needed any more. In SQLite the file is then written anew,
        so that nothing is left in it of what it held before; StoreBusy says that others were using
        it, and that this much is still to be done.
        """
        with self._backend.writing() as database:
            count = SqlConnections(database, self._vault).reseal()
        self._backend.scrub()
        return count

    def close(self) -> None:
        """Let go of the database."""
        self._backend.close()
