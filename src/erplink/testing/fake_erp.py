"""FakeErp: a small ERP whose changes have times, and which can have every trouble there is.

It is a :class:`~erplink.adapters.erp.memory.MemoryErp` with three differences. Its marks are times
as coarse as those of real systems, so that several records share one. A change may be committed
late, with a mark that everybody has read past. And the way to it is as bad as its faults say. What
it claims, it keeps: without faults, it passes the conformance suite.
"""

from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from random import Random
from typing import Any, Final, TypeAlias

from attrs import Factory, define, evolve, field, frozen

from erplink.adapters.erp.memory import MemoryErp, MemorySession, Row
from erplink.connectors import (
    Clock,
    Configuration,
    Connector,
    Context,
    Diagnosis,
    Kind,
    KindCapabilities,
    Page,
    Query,
    Session,
)
from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.domain.records import ActorRef
from erplink.domain.secret import Secret
from erplink.domain.values import Value
from erplink.errors import Unauthorised
from erplink.testing.faults import Dice, Faults
from erplink.testing.faulty_session import FaultySession
from erplink.testing.harness import Harness
from erplink.testing.virtual_clock import VirtualClock

__all__ = ["CUSTOMERS_AND_PERSONS", "FakeConnector", "FakeErp", "FakeSession"]

CUSTOMERS_AND_PERSONS: Final = (
    Kind(
        "customer",
        (
            Field("number", access=Access.WRITE_ONCE, max_length=20),
            Field("name", access=Access.MANDATORY, max_length=60),
            Field("note"),
            Field("city", max_length=20, cuts=True, trims=True),
            Field("country", FieldType.LIST, list_name="countries"),
            Field("credit", FieldType.DECIMAL, decimals=2),
            Field("terms", FieldType.INTEGER),
            Field("active", FieldType.CHECKBOX),
            Field("since", FieldType.DATE),
            Field("seen", FieldType.DATETIME, decimals=0),
            Field("emails", FieldType.TEXTS, sort=Sort.EMAIL),
            Field("id", is_key=True),
        ),
        ("number", "name", "note", "country", "credit", "since", "active", "emails"),
        title="Customers",
    ),
    Kind(
        "person",
        (Field("name", access=Access.MANDATORY, max_length=60), Field("phone")),
        ("name", "phone"),
        parent="customer",
        title="Persons",
    ),
)
"""Kinds with a field of every type, for a world to begin with."""

_COUNTRIES: Final = {"NO": "Norway", "SE": "Sweden", "DE": "Germany"}
_PASSWORD: Final = "let-me-in"  # noqa: S105 - it guards nothing

_EPOCH: Final = datetime(1, 1, 1, tzinfo=UTC)

Change: TypeAlias = tuple[datetime, int, str]
"""A change in the feed: its mark, its stamp, and the key of its record."""

People: TypeAlias = Callable[["FakeErp", str, Random], object]
"""Somebody who works in the ERP: does something to a record of a kind, as luck will have it."""


def edit_something(erp: "FakeErp", kind: str, luck: Random) -> None:
    """Give one record another text in one field."""
    alive = [row for row in erp.rows(kind).values() if not row.gone]
    texts = [each for each in erp.kind(kind).fields if each.type is FieldType.TEXT]
    texts = [each for each in texts if each.access is not Access.WRITE_ONCE]
    texts = [each for each in texts if not each.why_not_writable]
    if alive and texts:
        described = luck.choice(texts)
        text = f"{described.key} {luck.randrange(1000)}"[: described.max_length or None]
        erp.put(kind, luck.choice(alive).key, {described.key: text})


@define(kw_only=True)
class FakeErp(MemoryErp):
    """The world, its clock, and its faults."""

    kinds: Sequence[Kind] = CUSTOMERS_AND_PERSONS
    lists: Mapping[str, Mapping[str, str]] = field(factory=lambda: {"countries": _COUNTRIES})
    page_max: int = 5
    natural_keys: Mapping[str, Sequence[str]] = field(factory=lambda: {"customer": ["number"]})
    faults: Faults = field(factory=Faults)
    clock: Clock = field(factory=VirtualClock)
    #: How coarse its marks are.
    precision: timedelta = timedelta(seconds=1)
    #: How long after its mark a change may become visible.
    commit_lag: timedelta = timedelta(seconds=3)
    #: How long every change takes; where that is less than the precision, several share a mark.
    tick: timedelta = timedelta(seconds=0.1)
    #: What somebody does between two pages, where the faults have it.
    people: People = edit_something
    password: str = field(default=_PASSWORD, repr=False)
    dice: Dice = field(default=Factory(lambda self: Dice(self.faults), takes_self=True), init=False)
    #: For each kind, its changes in the order of their marks.
    _feed: dict[str, list[Change]] = field(factory=dict, init=False, repr=False)
    #: The mark of every change, by its stamp.
    _marks: dict[int, datetime] = field(factory=dict, init=False, repr=False)
    #: The mark of what was begun earlier, while it is committed.
    _begun: datetime | None = field(default=None, init=False, repr=False)
    #: What becomes visible later: when, and what is done then.
    _late: list[tuple[datetime, Callable[[], object]]] = field(factory=list, init=False, repr=False)
    _set_back: timedelta = field(default=timedelta(0), init=False, repr=False)

    # time ---------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """What the clock of the system shows, as coarse as its marks."""
        if self.dice.falls("set_back"):
            self._set_back = min(self.commit_lag, self._set_back + self.precision)
        moment = self.clock.now() + self.faults.skew - self._set_back
        return moment - (moment - _EPOCH) % self.precision if self.precision else moment

    def mark(self, row: Row) -> datetime:
        """When the row changed last."""
        return self._marks[row.stamp]

    def keep(self, kind: str, row: Row) -> Row:
        """Keep ``row`` as a change of now, or of when it was begun."""
        with self.locked():
            stamped = super().keep(kind, row)
            mark = self._marks[stamped.stamp] = self._begun or self.now()
            insort(self._feed.setdefault(kind, []), (mark, stamped.stamp, stamped.key))
            self.clock.sleep(self.tick.total_seconds())
            return stamped

    def begin(self, kind: str, values: Mapping[str, Value], key: str = "") -> Callable[[], str]:
        """Begin to make or change a record; calling what it gives commits it, with today's mark."""
        begun, key = self.now(), key or self.next_key(kind)
        row = self.rows(kind).get(key)
        was_there = row is not None and not row.gone

        def commit() -> str:
            with self.locked():
                if was_there and self.rows(kind)[key].gone:
                    return key  # nobody can change what somebody has removed
                self._begun = begun
                try:
                    return MemoryErp.put(self, kind, key, values)
                finally:
                    self._begun = None

        return commit

    def rows(self, kind: str) -> dict[str, Row]:
        """The rows of ``kind`` by key; whoever looks sees what was committed by now."""
        with self.locked():
            due = [late for late in self._late if late[0] <= self.clock.now()]
            for late in due:
                self._late.remove(late)
            for _, commit in due:
                commit()
        return super().rows(kind)

    # what people do -----------------------------------------------------------------------------

    def put(self, kind: str, key: str, values: Mapping[str, Value], **more: Any) -> str:
        """Make or change a record as somebody does who works in the ERP itself; gives its key."""
        if more or not self.dice.falls("late"):
            return super().put(kind, key, values, **more)
        seconds = self.dice.luck("late").uniform(0, self.commit_lag.total_seconds())
        with self.locked():
            due = self.clock.now() + timedelta(seconds=seconds)
            self._late.append((due, self.begin(kind, values, key)))
        return key

    def renumber(self, kind: str, key: str) -> str:
        """Give a record a new key, which whoever knows the old one is told; gives the new one."""
        with self.locked():
            new = self.next_key(kind)
            self.keep(kind, evolve(self.rows(kind)[key], key=new))
            self._retire(kind, key, gone=True, merged_into=new, created_by="")
            for below in (each.name for each in self.kinds if each.parent == kind):
                for row in list(self.rows(below).values()):
                    if row.parent is not None and row.parent.key == key:
                        self.keep(below, evolve(row, parent=evolve(row.parent, key=new)))
            return new

    def stir(self, kind: str) -> None:
        """Do what people do between two pages, as the faults have it."""
        with self.locked():
            if self.dice.falls("edited"):
                self.people(self, kind, self.dice.luck("edited"))
            alive = [key for key, row in self.rows(kind).items() if not row.gone]
            if alive and self.dice.falls("renumbered"):
                self.renumber(kind, self.dice.luck("renumbered").choice(alive))

    # what the system offers ---------------------------------------------------------------------

    def newest(self, kind: str) -> datetime | None:
        """The newest mark of ``kind``."""
        feed = self._feed.get(kind)
        return feed[-1][0] if feed else None

    def changed(self, kind: str, after: tuple[datetime, int]) -> list[Row]:
        """The rows whose last change is after a place in the feed; at most one more than a page."""
        with self.locked():
            rows, feed = self.rows(kind), self._feed.get(kind, [])
            found: list[Row] = []
            for index in range(bisect_right(feed, after, key=itemgetter(0, 1)), len(feed)):
                _, stamp, key = feed[index]
                if rows[key].stamp == stamp:  # else it changed again, and stands elsewhere
                    found.append(rows[key])
                if len(found) > self.page_max:
                    break
            return found

    def session(self, system: str) -> Session:
        """Open a session whose records belong to ``system``, at the end of a wire with faults."""
        return FaultySession(FakeSession(self, system), self.dice, self.clock)

    def harness(
        self, connector: Connector | None = None, *, connection: str = "erp", **more: Any
    ) -> Harness:
        """A harness with every hook there is, for a connector that opens sessions over this."""

        def seed(kind: str, values: Mapping[str, Value], parent: str = "") -> str:
            above = ActorRef(connection, self.kind(kind).parent, parent) if parent else None
            return self.put(kind, self.next_key(kind), values, parent=above)

        def throttle(seconds: float) -> None:
            self.dice.throttle_seconds = seconds
            self.dice.order("throttled")

        return Harness.of(
            connector or FakeConnector(self),
            {"user": "erplink", "password": Secret(self.password)},
            connection=connection,
            seed=seed,
            edit=self.put,
            remove=self.remove,
            merge=self.merge,
            begin=self.begin,
            lose_answer=lambda: self.dice.order("lost_after"),
            throttle=throttle,
            break_down=lambda: self.dice.order("broken"),
            bad_config={"user": "erplink", "password": Secret("let-nobody-in")},
            clock=self.clock,
            note=f"repeat it with {self.faults}",
            **more,
        )


@frozen
class _Place:
    """Where a reading of the feed stands, and what the newest mark was when it began."""

    mark: datetime
    stamp: int
    newest: datetime

    def __str__(self) -> str:
        return f"{self.mark.isoformat()} {self.stamp} {self.newest.isoformat()}"

    @classmethod
    def read(cls, text: str) -> "_Place":
        mark, stamp, newest = text.split(" ")
        return cls(datetime.fromisoformat(mark), int(stamp), datetime.fromisoformat(newest))


class FakeSession(MemorySession):
    """A session over a :class:`FakeErp`, and an example of how to read a feed by its times.

    A reading goes on to the end, so that what is edited meanwhile is met again further on. The next
    one begins behind the newest mark there was when this one *began*, less the time that a change
    may be late: what was not visible then may have any mark that is younger.
    """

    _erp: FakeErp

    def _claims(self, kind: str) -> KindCapabilities:
        claims = super()._claims(kind)
        return evolve(claims, precision=self._erp.precision, commit_lag=self._erp.commit_lag)

    def changes(self, kind: str, since: str | None, fields: Sequence[str]) -> Page:
        """What changed since a cursor, in the order of the marks."""
        erp = self._erp
        with erp.locked():
            place = self._place(kind, since)
            if place is None:
                return Page(cursor=since)
            rows = erp.changed(kind, (place.mark, place.stamp))
            part = rows[: erp.page_max]
            more = len(rows) > len(part)
            if more:
                cursor = str(evolve(place, mark=erp.mark(part[-1]), stamp=part[-1].stamp))
            else:
                cursor = (place.newest - erp.commit_lag - erp.precision).isoformat()
            return Page(
                [self._record(kind, row, fields) for row in part if not row.gone],
                deletions=[row.key for row in part if row.gone and not row.merged_into],
                aliases={row.key: row.merged_into for row in part if row.merged_into},
                cursor=cursor,
                more=more,
            )

    def _place(self, kind: str, since: str | None) -> _Place | None:
        if since is not None and " " in since:
            self._erp.stir(kind)
            return _Place.read(since)
        newest = self._erp.newest(kind)
        begins = _EPOCH if since is None else datetime.fromisoformat(since)
        return None if newest is None else _Place(begins, 0, newest)

    def search(
        self, kind: str, query: Query, fields: Sequence[str], cursor: str | None = None
    ) -> Page:
        """What ``query`` finds, in the order of the changes."""
        if cursor is not None:
            self._erp.stir(kind)
        return super().search(kind, query, fields, cursor)


@frozen
class FakeConnector:
    """Opens sessions over one :class:`FakeErp`, for whoever knows its password."""

    erp: FakeErp = field(factory=FakeErp)
    name: str = "fake"
    title: str = "Fake ERP"
    versions: str = "any"

    def config_fields(self) -> Sequence[Field]:
        """A user and a password."""
        return (
            Field("user", label="User"),
            Field("password", FieldType.PASSWORD, label="Password", access=Access.MANDATORY),
        )

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Whether the password is right."""
        try:
            self.open(config, context).close()
        except Unauthorised as error:
            return Diagnosis.error("wrong-password", "Check the password.", str(error))
        return Diagnosis.ok("It is a fake, and it works.")

    def open(self, config: Configuration, context: Context) -> Session:
        """Open a session for the connection."""
        password = config.get("password")
        if not isinstance(password, Secret) or password.reveal() != self.erp.password:
            raise Unauthorised("the password is wrong", field="password")
        return self.erp.session(context.connection)
