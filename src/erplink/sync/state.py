"""State: the values that a store keeps between passes, each with one noun."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict

__all__ = [
    "GONE",
    "Feed",
    "FeedName",
    "HeldPlan",
    "Import",
    "ImportState",
    "Intent",
    "Issue",
    "IssueKind",
    "Lane",
    "Lease",
    "Pending",
    "Run",
    "RunMode",
    "RunState",
    "Side",
]


GONE: Final = "gone"
"""The evidence with which a record is pending whose system said that it is gone.

Asked for by its key it is only not there, which would be no fact.
"""


class Side(StrEnum):
    """One of the two sides of a mapping."""

    ERP = "erp"
    CRM = "crm"

    @property
    def other(self) -> "Side":
        """The side across."""
        return Side.CRM if self is Side.ERP else Side.ERP


class Lane(IntEnum):
    """How urgent work is; the lower goes first."""

    #: A person waits for it.
    INTERACTIVE = 0
    #: A system said that something happened.
    EVENT = 1
    #: It is time for it.
    SCHEDULED = 2
    #: It takes long, and nobody waits.
    BULK = 3


@frozen
class FeedName:
    """What is read: the records of one side of one mapping."""

    connection: str
    actor_kind: str
    side: Side = attr(converter=Side)

    def __str__(self) -> str:
        """The three parts as a path."""
        return f"{self.connection}/{self.actor_kind}/{self.side}"

    @property
    def across(self) -> "FeedName":
        """The feed of the other side of the same mapping."""
        return FeedName(self.connection, self.actor_kind, self.side.other)


@frozen(kw_only=True)
class Feed:
    """How far a feed was read, and what is known of it."""

    name: FeedName
    #: Where the next reading begins; None for the beginning.
    cursor: str | None = None
    #: What the fingerprints of its records were made with: mapping, fields, way of hashing.
    salt: str = ""
    #: The fingerprint of the description of its kind, when it was last looked at.
    schema: str = ""
    #: Why it is not read; empty where it is.
    suspended: str = ""
    #: When it was last read to its end.
    read_at: datetime | None = None
    #: When everything there is was last listed.
    listed_at: datetime | None = None


@frozen(kw_only=True)
class Pending:
    """A record that has to be looked at again, or that waits for a person or for new data."""

    feed: FeedName
    key: str
    lane: Lane = attr(default=Lane.SCHEDULED, converter=Lane)
    #: Not before then.
    due: datetime
    #: Since when it is pending.
    since: datetime
    #: Why, in one sentence.
    reason: str = ""
    #: What a person can do about it.
    advice: str = ""
    #: How often it was tried in vain.
    attempts: int = 0
    #: How often in a row the same refusal came.
    refusals: int = 0
    #: Whether it waits for a person or for new data, and is not tried by itself.
    parked: bool = False
    #: The fingerprint of the data it was parked with: with other data it is tried again.
    evidence: str = ""
    #: Counts how often it was marked; who settles a record says which marking they saw.
    marked: int = 1


@frozen(kw_only=True)
class Intent:
    """What is about to be written for one record, durable before the first call leaves.

    As long as there is one, nobody else decides anything about the record.
    """

    #: The name of the record that the plan is about.
    record: str
    run: str
    connection: str
    actor_kind: str
    #: The lease under which it is done; once that is lost, the intent is recovered by others.
    lease: str
    fence: int
    #: The plan and what its history will need, as a document.
    document: str
    at: datetime


class IssueKind(StrEnum):
    """What a person is asked about."""

    #: The sides moved apart on a field.
    FIELD = "field"
    #: It cannot be told which record is the counterpart.
    MATCH = "match"
    #: It cannot be told whether a record was made.
    CREATION = "creation"


def _options(options: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(options)


@frozen(kw_only=True)
class Issue:
    """A question that waits in the store for a person's answer."""

    id: str
    kind: IssueKind = attr(converter=IssueKind)
    #: The record it is about.
    record: str
    feed: FeedName
    #: The key of the record in that feed, by which it is looked at again.
    key: str
    #: One sentence for a person.
    text: str
    #: The answers there are: a name, and a label for a person.
    options: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_options)
    asked_at: datetime


class RunMode(StrEnum):
    """What a run looks at, and which way it goes."""

    #: What changed since the last run.
    CHANGES = "changes"
    #: Everything there is.
    FULL = "full"
    #: The given records only.
    RECORDS = "records"
    #: Everything, from the CRM to the ERP.
    FROM_CRM = "from crm"
    #: Everything, from one connection to all others.
    FROM_ERP = "from erp"
    #: What a person chose to import.
    IMPORT = "import"
    #: Taking back what another run did.
    UNDO = "undo"
    #: Finding out what became of writes whose answers were lost.
    RECOVERY = "recovery"


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    DONE = "done"
    #: Its plan tripped a guard rail and waits for a person.
    HELD = "held"
    #: A person decided against its plan.
    DISCARDED = "discarded"
    CANCELLED = "cancelled"
    #: It came to an end before its time, with the reason.
    FAILED = "failed"


@frozen(kw_only=True)
class Run:
    """One pass or command: what, for whom, how far, and what came of it."""

    id: str
    connection: str
    actor_kind: str
    mode: RunMode = attr(converter=RunMode)
    lane: Lane = attr(default=Lane.SCHEDULED, converter=Lane)
    #: On whose behalf.
    principal: str
    state: RunState = attr(default=RunState.RUNNING, converter=RunState)
    started: datetime
    finished: datetime | None = None
    #: Why it was held, cancelled, or failed.
    reason: str = ""
    #: The report as a document; empty while it runs.
    report: str = ""


@frozen(kw_only=True)
class HeldPlan:
    """The plan for one record that a held run would carry out."""

    record: str
    document: str


@frozen(kw_only=True)
class Lease:
    """The right to work on something until a moment, with a number that only grows."""

    key: str
    holder: str
    fence: int
    expires: datetime


class ImportState(StrEnum):
    """How far an import has come."""

    #: Rows are chosen and looked at; nothing was written.
    STAGED = "staged"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


@frozen(kw_only=True)
class Import:
    """A staged import: where its rows come from, and what is to become of them."""

    id: str
    #: The connection; for a file without one, the name under which its rows go.
    connection: str
    actor_kind: str
    state: ImportState = ImportState.STAGED
    #: The settings as a document.
    settings: str = ""
    #: Where the rows come from, as a document, if not from a saved connection.
    source: str = ""
    principal: str = ""
    created: datetime
    #: The run that carries it out; empty before.
    run: str = ""
    reason: str = ""
