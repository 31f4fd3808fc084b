"""FaultySession: a session whose wire and system have the troubles that dice decide on."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from erplink.connectors import (
    Clock,
    DeletionResult,
    Edit,
    EditResult,
    Page,
    Query,
    Record,
    Removal,
    Session,
    add_item,
)
from erplink.domain.values import Value
from erplink.errors import ConfigurationLost, Unavailable, Unknown
from erplink.testing.faults import Dice
from erplink.testing.wrapped import WrappedSession

__all__ = ["FaultySession"]

T = TypeVar("T")


class FaultySession(WrappedSession):
    """Another session at the end of a bad wire; what it says of the trouble is true.

    A reading that fails is Unavailable, for it changes nothing. A write is Unavailable only where
    it surely was not done, and Unknown otherwise.
    """

    def __init__(self, session: Session, dice: Dice, clock: Clock) -> None:
        """Stand between ``session`` and whoever asks it; slow answers take ``clock``'s time."""
        super().__init__(session)
        self._dice, self._clock, self._forgot = dice, clock, False

    def get(self, kind: str, keys: Sequence[str], fields: Sequence[str]) -> Sequence[Record | None]:
        """The records with ``keys``."""
        return self._read(lambda: self.session.get(kind, keys, fields))

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor."""
        page = self._read(lambda: self.session.changes(kind, since, fields))
        return self._emptied(page, since)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds."""
        return self._read(lambda: self.session.search(kind, query, fields, cursor))

    def count(self, kind: str, query: Query) -> int:
        """How many ``query`` finds."""
        return self._read(lambda: self.session.count(kind, query))

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        """Do each edit."""
        return self._write(lambda: self.session.save(kind, edits))

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        """Remove records."""
        return self._write(lambda: self.session.delete(kind, removals))

    def find_created(
        self, kind: str, idempotency_key: str, natural_key: Mapping[str, Value]
    ) -> Sequence[Record]:
        """What a creation made."""
        return self._read(lambda: self.session.find_created(kind, idempotency_key, natural_key))

    def list_items(self, name: str, keys: Sequence[str] | None = None) -> Mapping[str, str]:
        """The items of a list."""
        return self._read(lambda: self.session.list_items(name, keys))

    def add_item(self, name: str, text: str) -> str:
        """The key of an item, which may be a new one."""
        return self._write(lambda: add_item(self.session, name, text))

    def _emptied(self, page: Page, since: str | None) -> Page:
        empty = since is None and self._dice.falls("emptied")
        return Page() if empty else page

    def _read(self, do: Callable[[], T]) -> T:
        self._set_out()
        for kind, what in (
            ("lost_before", "the connection broke"),
            ("broken", "500 Internal Server Error"),
            ("lost_after", "the connection broke before the answer came"),
        ):
            # To order, only the answers to writes are lost, for only they leave a doubt.
            if self._dice.falls(kind, to_order=kind != "lost_after"):
                raise Unavailable(self._dice.told(what, kind))
        if self._dice.falls("duplicated"):
            do()
        return do()

    def _write(self, do: Callable[[], T]) -> T:
        self._set_out()
        for kind, what in (
            ("lost_before", "the connection broke"),
            ("broken", "500 Internal Server Error"),
        ):
            if self._dice.falls(kind, to_order=kind != "broken"):
                raise Unknown(self._dice.told(what, kind))
        answer = do()
        if self._dice.falls("duplicated"):
            do()
        if self._dice.falls("lost_after"):
            raise Unknown(self._dice.told("the connection broke before the answer", "lost_after"))
        return answer

    def _set_out(self) -> None:
        """What happens to every request before it arrives."""
        dice = self._dice
        if self._forgot or dice.falls("forgotten"):
            self._forgot = True
            raise ConfigurationLost(dice.told("the session forgot its configuration", "forgotten"))
        if dice.falls("throttled"):
            reason = dice.told("429 Too Many Requests", "throttled")
            raise Unavailable(reason, retry_after=dice.throttle_seconds)
        if dice.falls("slow"):
            self._clock.sleep(dice.faults.slow_seconds)
