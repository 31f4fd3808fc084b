"""The part of the store's port that holds staged imports and their rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from erplink.domain.staging import Fate, RowFilter, RowOrder, RowTotal, StagedRow, Verdict
from erplink.sync.state import Import

__all__ = ["Imports", "StagedRows"]


class Imports(Protocol):
    """The staged imports."""

    def put(self, each: Import) -> None:
        """Keep an import, or its new state."""
        ...

    def get(self, each: str) -> Import | None:
        """The import with this id."""
        ...

    def all(self) -> Sequence[Import]:
        """All imports, the newest first."""
        ...

    def remove(self, each: str) -> None:
        """Forget an import with its rows."""
        ...


class StagedRows(Protocol):
    """The rows of staged imports, in the order in which they were staged."""

    def add(self, each: str, rows: Iterable[StagedRow]) -> int:
        """Stage rows of an import; how many it did not have yet.

        A record that is staged already is replaced where it stands, and to be planned anew.
        """
        ...

    def page(
        self,
        each: str,
        which: RowFilter,
        *,
        after: int = 0,
        most: int = 1000,
    ) -> Sequence[StagedRow]:
        """Rows from behind a position on, in the order in which they were staged."""
        ...

    def sorted(
        self, each: str, which: RowFilter, order: RowOrder, *, skip: int = 0, most: int = 50
    ) -> Sequence[StagedRow]:
        """Rows in some order, but for the first ones."""
        ...

    def of(self, each: str, actor_kind: str, keys: Sequence[str]) -> Mapping[str, StagedRow]:
        """The rows of some records of a kind, by key."""
        ...

    def count(self, each: str, which: RowFilter) -> int:
        """How many rows there are."""
        ...

    def totals(self, each: str) -> Sequence[RowTotal]:
        """How many rows there are of each sort."""
        ...

    def check(self, each: str, which: RowFilter, *, checked: bool) -> int:
        """Have rows imported, or not; how many were meant."""
        ...

    def answer(self, each: str, position: int, answer: str) -> None:
        """Keep what a person answered about a row, which is to be planned anew."""
        ...

    def judge(self, each: str, verdicts: Iterable[tuple[int, Verdict]]) -> None:
        """Keep what the import of rows would do, by position."""
        ...

    def forget_verdicts(self, each: str, which: RowFilter) -> int:
        """Have rows planned anew; how many."""
        ...

    def settle(self, each: str, fates: Iterable[tuple[int, Fate, str, str]]) -> None:
        """Keep what came of rows: position, fate, reason and the key of the CRM's record."""
        ...

    def remove(self, each: str, which: RowFilter) -> int:
        """Forget rows; how many."""
        ...
