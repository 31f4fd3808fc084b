"""Chronicle: everything that was ever changed in the systems, in order, and by whom."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Any

from attrs import define, evolve, field, frozen

from erplink.adapters.erp.memory import Row
from erplink.connectors import (
    DeletionResult,
    Edit,
    EditResult,
    KindCapabilities,
    Page,
    Removal,
    Session,
)
from erplink.domain.frozen import FrozenDict
from erplink.domain.values import Value
from erplink.testing.fake_erp import FakeErp, FakeSession
from erplink.testing.faulty_session import FaultySession
from erplink.testing.simulation.setting import Telling
from erplink.testing.wrapped import WrappedSession

__all__ = ["Author", "Chronicle", "Entry", "WatchedErp"]


class Author(Enum):
    """Who changed a record."""

    PERSON = "a person"
    ENGINE = "erplink"


def _values(values: Mapping[str, Value] | None) -> FrozenDict[str, Value] | None:
    return None if values is None else FrozenDict(values)


@frozen(kw_only=True)
class Entry:
    """One change of one record."""

    #: Its place among all changes of all systems.
    number: int
    system: str
    key: str
    author: Author
    #: What it held before; None for a record that is new.
    before: FrozenDict[str, Value] | None = field(default=None, converter=_values)
    #: What it holds since; None for a record that is gone.
    after: FrozenDict[str, Value] | None = field(default=None, converter=_values)
    #: The key under which the record goes on, where it was renumbered or merged.
    renamed: str = ""
    #: The idempotency key of the creation.
    created_by: str = ""

    @property
    def changed(self) -> dict[str, tuple[Value, Value]]:
        """What the fields held that differ since, and what they hold."""
        before: Mapping[str, Value] = self.before or {}
        after: Mapping[str, Value] = self.after or {}
        return {
            name: (before.get(name), value)
            for name, value in after.items()
            if before.get(name) != value
        }

    def __str__(self) -> str:
        """One line for a story."""
        who = f"{self.author.value}: {self.system}/{self.key}"
        if self.renamed:
            return f"{who} goes on as {self.renamed}"
        if self.after is None:
            return f"{who} removed"
        told = ", ".join(f"{name}={new!r}" for name, (_, new) in sorted(self.changed.items()))
        return f"{who} {'made' if self.before is None else 'changed'}: {told}"


class Chronicle:
    """The changes so far, and how often erplink asked for one."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.entries: list[Entry] = []
        #: How many writes were asked for, also of those that changed nothing.
        self.requests = 0
        #: How many requests of any sort each system answered or failed to.
        self.served: dict[str, int] = {}

    def note(self, **what: Any) -> Entry:
        """Add a change."""
        entry = Entry(number=len(self.entries), **what)
        self.entries.append(entry)
        return entry


@define(kw_only=True)
class WatchedErp(FakeErp):
    """A :class:`FakeErp` that writes down who changed what."""

    name: str
    chronicle: Chronicle = field(factory=Chronicle)
    #: Whether a creation that is sent twice makes one record.
    idempotent: bool = True
    finds_created: bool = True
    telling: Telling = Telling.ALL
    author: Author = field(default=Author.PERSON, init=False)
    _renamed_from: str = field(default="", init=False)

    @contextmanager
    def by(self, author: Author) -> Iterator[None]:
        """What is changed in this block is changed by ``author``."""
        before, self.author = self.author, author
        try:
            yield
        finally:
            self.author = before

    def keep(self, kind: str, row: Row) -> Row:
        """Keep ``row``, and write down what is new about it."""
        held = self._rows.setdefault(kind, {})
        old = held.get(self._renamed_from or row.key)
        stamped = super().keep(kind, row)
        self.chronicle.note(
            system=self.name,
            key=row.key,
            author=self.author,
            before=None if old is None or old.gone else old.values,
            after=None if row.gone else row.values,
            renamed=row.merged_into if row.gone else "",
            created_by=row.created_by,
        )
        return stamped

    def begin(self, kind: str, values: Mapping[str, Value], key: str = "") -> Callable[[], str]:
        """Begin to make or change a record; whoever commits it, a person did it."""
        commit = super().begin(kind, values, key)

        def committed() -> str:
            with self.by(Author.PERSON):
                return commit()

        return committed

    def stir(self, kind: str) -> None:
        """Do what people do between two pages."""
        with self.by(Author.PERSON):
            super().stir(kind)

    def renumber(self, kind: str, key: str) -> str:
        """Give a record a new key."""
        with self.by(Author.PERSON):
            self._renamed_from = key
            try:
                new = self.next_key(kind)
                row = self.rows(kind)[key]
                self.keep(kind, Row(new, row.values, 0, row.parent, row.created_by))
            finally:
                self._renamed_from = ""
            self._retire(kind, key, gone=True, merged_into=new, created_by="")
            return new

    def session(self, system: str) -> Session:
        """Open a session whose writes are written down as erplink's."""
        watched = _WatchedSession(_Served(self, system), self)
        return FaultySession(watched, self.dice, self.clock)


class _Served(FakeSession):
    """A session to a system that may make two records where a creation is sent twice."""

    _erp: WatchedErp

    def _claims(self, kind: str) -> KindCapabilities:
        erp = self._erp
        return evolve(
            super()._claims(kind),
            idempotent_create=erp.idempotent,
            find_created=erp.finds_created,
            changes=erp.telling is not Telling.NO_CHANGES,
            deletions=erp.telling is Telling.ALL,
        )

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor, in the order of the marks."""
        page = super().changes(kind, since, fields)
        return page if self._erp.telling is Telling.ALL else evolve(page, deletions=())

    def _known(self, kind: str, edit: Edit) -> Row | None:
        if edit.key is None and not self._erp.idempotent:
            return None
        return super()._known(kind, edit)


class _WatchedSession(WrappedSession):
    def __init__(self, session: Session, erp: WatchedErp) -> None:
        super().__init__(session)
        self._erp = erp

    def save(self, kind: str, edits: Sequence[Edit]) -> Sequence[EditResult]:
        self._erp.chronicle.requests += 1
        with self._erp.by(Author.ENGINE):
            return self.session.save(kind, edits)

    def delete(self, kind: str, removals: Sequence[Removal]) -> Sequence[DeletionResult]:
        self._erp.chronicle.requests += 1
        with self._erp.by(Author.ENGINE):
            return self.session.delete(kind, removals)
