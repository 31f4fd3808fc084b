"""Database: what a store needs of a driver while one transaction is open.

Statements go by the names they have in the ``.sql`` files. Each is executed with the tenant of the
database among its parameters, so that no caller can leave it out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

__all__ = ["Backend", "Database", "Row", "Values", "Violated"]

Row: TypeAlias = tuple[Any, ...]
"""What a query answers, column by column."""

Values: TypeAlias = Mapping[str, Any] | Sequence[Any]
"""The parameters of one execution among many: by name, or in order for statements with ``?``."""


class Violated(Exception):
    """What was written twice may be there once only; the caller says what it was."""


class Database(Protocol):
    """One open transaction of one tenant."""

    @property
    def tenant(self) -> str:
        """Whose rows are reached."""
        ...

    @property
    def writes(self) -> bool:
        """Whether it may write."""
        ...

    def execute(self, statement: str, **values: Any) -> int:
        """Execute a statement; how many rows it changed."""
        ...

    def execute_many(self, statement: str, rows: Iterable[Values]) -> int:
        """Execute a statement for each of ``rows``, which name the tenant; how many it changed."""
        ...

    def query(self, statement: str, **values: Any) -> Sequence[Row]:
        """All rows that a query answers."""
        ...

    def stream(self, statement: str, **values: Any) -> Iterator[Row]:
        """The rows that a query answers, a few thousand at a time."""
        ...

    def script(self, text: str) -> None:
        """Execute the statements of a script, which end in a semicolon at the end of a line."""
        ...

    def savepoint(self) -> AbstractContextManager[Callable[[], None]]:
        """What is done in this block is undone if it raises, or by what it gives.

        The transaction goes on.
        """
        ...


class Backend(Protocol):
    """A database that transactions can be opened on."""

    def writing(self) -> AbstractContextManager[Database]:
        """A transaction that may write; done when the block ends, undone where it raises."""
        ...

    def reading(self) -> AbstractContextManager[Database]:
        """A transaction that only reads, and sees the moment at which it was opened."""
        ...

    def tidy(self) -> None:
        """Let the database make good use of what was removed, as far as that is quick."""
        ...

    def scrub(self) -> None:
        """Leave nothing in the file of what was overwritten, as far as the database can do that."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
