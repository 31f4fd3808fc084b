"""Retry: what happens after a failure, by its kind, and when a record is tried again.

Three kinds of no: a system that refused is not asked the same twice over, one that did not act is
asked again later, and one that may have acted is read back first. Whatever passes by itself never
parks a record; the same refusal twice does, with its reason and with what a person can do.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, TypeAlias

from attrs import evolve, frozen
from attrs import field as attr
from attrs.validators import gt

from erplink.connectors import EditRefused, EditStale, EditUnknown
from erplink.domain.plan import StepOutcome, StepResult
from erplink.domain.values import shorten
from erplink.errors import (
    AlreadyLinked,
    BadValue,
    ConfigurationLost,
    InputError,
    NotNow,
    PluginError,
    Refused,
    Stale,
    StoreBusy,
    Unauthorised,
    Unavailable,
    Unknown,
    Unsupported,
)
from erplink.sync.state import Pending

__all__ = [
    "BEHAVIOURS",
    "REASON_LENGTH_MAX",
    "RETRY_AFTER_SECONDS_MAX",
    "Behaviour",
    "Failure",
    "Rhythm",
    "Trouble",
    "after",
    "is_still_parked",
]

REASON_LENGTH_MAX = 500
"""The longest reason that is kept; what is longer is cut."""

RETRY_AFTER_SECONDS_MAX = 86_400.0
"""No answer of a system makes a record wait for longer than a day."""


class Behaviour(Enum):
    """What is done about a failure."""

    #: Try the same again later, however often; it says nothing about the record.
    RETRY_LATER = "retry later"
    #: Find out what became of it before anything else is decided about the record.
    READ_BACK = "read back"
    #: Read the record again and decide again.
    DECIDE_AGAIN = "decide again"
    #: Try once more, for the record may have been in between two states; then park it.
    PARK_IF_REPEATED = "park if repeated"
    #: Park the record: nothing will be different the next time.
    PARK = "park"
    #: Pause the connection and tell a person; the record waits as it is.
    PAUSE = "pause the connection"
    #: Open the session again, once; then it is a failure of the pass.
    REOPEN = "reopen the session"
    #: End the pass of this connection; the next one tries again, and no record is to blame.
    FAIL_PASS = "fail the pass"  # noqa: S105 - a pass of the engine, not a password

    @property
    def blames_the_record(self) -> bool:
        """Whether the failure counts towards parking the record."""
        return self in (Behaviour.PARK_IF_REPEATED, Behaviour.PARK)

    @property
    def stops_the_pass(self) -> bool:
        """Whether the other records of the connection would fail in the same way."""
        return self in (Behaviour.PAUSE, Behaviour.REOPEN, Behaviour.FAIL_PASS)


BEHAVIOURS: Final[Mapping[type, Behaviour]] = {
    Unavailable: Behaviour.RETRY_LATER,
    StoreBusy: Behaviour.RETRY_LATER,
    NotNow: Behaviour.RETRY_LATER,
    Unknown: Behaviour.READ_BACK,
    EditUnknown: Behaviour.READ_BACK,
    Stale: Behaviour.DECIDE_AGAIN,
    EditStale: Behaviour.DECIDE_AGAIN,
    Refused: Behaviour.PARK_IF_REPEATED,
    EditRefused: Behaviour.PARK_IF_REPEATED,
    AlreadyLinked: Behaviour.PARK_IF_REPEATED,
    Unsupported: Behaviour.PARK,
    InputError: Behaviour.PARK,
    Unauthorised: Behaviour.PAUSE,
    ConfigurationLost: Behaviour.REOPEN,
    PluginError: Behaviour.FAIL_PASS,
    # Anything else: the record did nothing, and what did is not known.
    Exception: Behaviour.FAIL_PASS,
}
"""What is done, by the kind of failure; for a kind that is not named, its next ancestor counts."""

_STEPS: Final = {
    StepResult.REFUSED: Behaviour.PARK_IF_REPEATED,
    StepResult.STALE: Behaviour.DECIDE_AGAIN,
    StepResult.UNAVAILABLE: Behaviour.RETRY_LATER,
    StepResult.UNKNOWN: Behaviour.READ_BACK,
    StepResult.SKIPPED: Behaviour.DECIDE_AGAIN,
}

Trouble: TypeAlias = Exception | EditRefused | EditStale | EditUnknown | StepOutcome
"""Everything that tells of a failure."""


def _cut(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= REASON_LENGTH_MAX else f"{words[: REASON_LENGTH_MAX - 1]}…"


@frozen
class Failure:
    """What went wrong, and what is done about it."""

    behaviour: Behaviour
    reason: str = attr(default="", converter=_cut)
    field: str = ""
    code: str = ""
    #: After how many seconds the system wants to be asked again, where it said so.
    retry_after: float | None = None
    #: What a person can do about it.
    advice: str = ""

    @classmethod
    def of(cls, trouble: Trouble) -> "Failure":
        """The failure that an error, an answer to an edit, or the outcome of a step tells of."""
        behaviour = _behaviour(trouble)
        code = getattr(trouble, "code", "")
        return cls(
            behaviour,
            getattr(trouble, "reason", "") or str(_told(trouble)),
            getattr(trouble, "field", ""),
            code,
            getattr(trouble, "retry_after", None),
            _advice(trouble, behaviour, code),
        )

    @property
    def text(self) -> str:
        """Reason, field and code in one line: the same refusal has the same."""
        text = self.reason
        if self.field and f"{self.field}: " not in text:
            text = f"{self.field}: {text}"
        return f"{text} ({self.code})" if self.code else text

    def __str__(self) -> str:
        """Reason, field and code in one line."""
        return self.text


def _behaviour(trouble: Trouble) -> Behaviour:
    if isinstance(trouble, StepOutcome):
        if trouble.result is StepResult.CONFIRMED:
            raise BadValue("a step that succeeded is no failure", value=shorten(trouble.step))
        return _STEPS[trouble.result]
    return next(BEHAVIOURS[kind] for kind in type(trouble).__mro__ if kind in BEHAVIOURS)


def _told(trouble: Trouble) -> object:
    match trouble:
        case Exception():
            return str(trouble) or type(trouble).__name__
        case EditStale():
            return "the record moved since it was read"
        case EditUnknown():
            return "the answer was lost"
        case StepOutcome():
            return f"the step is {trouble.result.value}"
    return "refused without a reason"


# advice ------------------------------------------------------------------------------------------

_BY_CODE: Final = {
    "unknown-field": "Look over the mapping: the system does not know a field of it.",
    "unknown-kind": "Look over the mapping: the system does not know the kind of record.",
    "gone": "The record was removed in the other system: unlink it, or restore it there.",
    "404": "The record was removed in the other system: unlink it, or restore it there.",
    "409": "Another record stands in the way, often one with the same number or name: merge the"
    " two, or link to the one that is there.",
    "413": "The record is too large for the system: shorten its texts.",
}
"""What a person can do, by the code that the system gave."""

_BY_KIND: Final[Mapping[type, str]] = {
    BadValue: "Correct the value in the record, or let the mapping change it on its way.",
    AlreadyLinked: "Unlink the other record first, or leave the link as it is.",
    Unsupported: "Take out of the mapping what the system cannot do, or ask the author of the"
    " connector for it.",
    PluginError: "Tell the author of the connector; nothing is wrong with the records.",
}

_BY_BEHAVIOUR: Final = {
    Behaviour.RETRY_LATER: "Nothing: it is tried again by itself.",
    Behaviour.READ_BACK: "Nothing: what became of it is found out by itself.",
    Behaviour.DECIDE_AGAIN: "Nothing: it is decided again by itself.",
    Behaviour.PARK_IF_REPEATED: "Correct the record so that the system takes it, or the mapping;"
    " it is tried again once the record changes, or when you replay it.",
    Behaviour.PARK: "Correct the record or the mapping; it is tried again once the record changes,"
    " or when you replay it.",
    Behaviour.PAUSE: "Mend the credentials or the rights of the connection, and resume it.",
    Behaviour.REOPEN: "Nothing: the session is opened again by itself.",
    Behaviour.FAIL_PASS: "Look into the log of the pass; the next pass tries again by itself.",
}


def _advice(trouble: Trouble, behaviour: Behaviour, code: str) -> str:
    # A code says what is wrong with a record; where no record is to blame it says less than the
    # behaviour does.
    if behaviour.blames_the_record and code in _BY_CODE:
        return _BY_CODE[code]
    return next(_by_kind(trouble), _BY_BEHAVIOUR[behaviour])


def _by_kind(trouble: Trouble) -> Iterator[str]:
    return (_BY_KIND[kind] for kind in type(trouble).__mro__ if kind in _BY_KIND)


# waiting -----------------------------------------------------------------------------------------

_DOUBLINGS_MAX: Final = 60


@frozen(kw_only=True)
class Rhythm:
    """How long a record waits between two tries: at random, up to an ever longer time."""

    #: The longest that the first wait can be.
    seconds_first: float = attr(default=5.0, validator=gt(0))
    #: The longest that any wait can be, but for one that the system asked for.
    seconds_max: float = attr(default=3600.0, validator=gt(0))

    def ceiling(self, attempts: int) -> float:
        """The longest that the wait after so many tries can be, in seconds."""
        doublings = min(max(attempts - 1, 0), _DOUBLINGS_MAX)
        return min(self.seconds_first * 2.0**doublings, self.seconds_max)

    def wait(
        self, attempts: int, random: Callable[[], float], retry_after: float | None = None
    ) -> timedelta:
        """How long to wait after so many tries in vain.

        Records that failed together come back scattered: ``random`` gives a number from 0 to 1,
        and the wait is that part of the ceiling. Where the system named its own time, that comes
        first, and only the ceiling of a first wait on top of it, for it will be there again then.
        """
        asked = min(max(0.0, retry_after or 0.0), RETRY_AFTER_SECONDS_MAX)
        ceiling = self.ceiling(1 if asked else attempts)
        return timedelta(seconds=asked + ceiling * random())


_RHYTHM = Rhythm()


def after(
    pending: Pending,
    failure: Failure,
    now: datetime,
    *,
    random: Callable[[], float],
    evidence: str = "",
    rhythm: Rhythm = _RHYTHM,
) -> Pending:
    """What is known of a record after it failed: when it is tried again, or that it is parked.

    Args:
        pending: What was known of it; for a record that failed for the first time, a new one.
        failure: What happened.
        now: The moment of it.
        random: Gives numbers from 0 to 1, such as ``Random(seed).random``.
        evidence: The fingerprint of the data that was tried; empty where it is not known.
        rhythm: How long to wait.
    """
    tried = evolve(pending, attempts=pending.attempts + 1, parked=False)
    if failure.behaviour.blames_the_record:
        return _blamed(tried, failure, now, random=random, evidence=evidence, rhythm=rhythm)
    # What passes by itself makes no refusal forgotten: the reason of one stays to be compared.
    told = tried if tried.refusals else evolve(tried, reason=failure.text, advice=failure.advice)
    return evolve(told, due=_due(told, failure, now, random, rhythm))


def _blamed(
    tried: Pending,
    failure: Failure,
    now: datetime,
    *,
    random: Callable[[], float],
    evidence: str,
    rhythm: Rhythm,
) -> Pending:
    refusals = tried.refusals + 1 if _is_same(tried, failure, evidence) else 1
    parks = failure.behaviour is Behaviour.PARK or refusals > 1
    return evolve(
        tried,
        due=now if parks else _due(tried, failure, now, random, rhythm),
        reason=failure.text,
        advice=failure.advice,
        refusals=refusals,
        parked=parks,
        evidence=evidence or tried.evidence,
    )


def _due(
    tried: Pending,
    failure: Failure,
    now: datetime,
    random: Callable[[], float],
    rhythm: Rhythm,
) -> datetime:
    # Reading anew helps at once, and only where it did not is it worth a wait.
    at_once = (Behaviour.READ_BACK, Behaviour.DECIDE_AGAIN)
    if tried.attempts == 1 and failure.behaviour in at_once:
        return now
    return now + rhythm.wait(tried.attempts, random, failure.retry_after)


def _is_same(tried: Pending, failure: Failure, evidence: str) -> bool:
    """Whether the last refusal was this one, of the same data as far as that is known."""
    if not tried.refusals or _changed(tried.evidence, evidence):
        return False
    return _lasting(tried.reason) == _lasting(failure.text)


def _changed(before: str, now: str) -> bool:
    return bool(before and now) and before != now


def _lasting(reason: str) -> str:
    """The reason without its numbers: many systems put a time, or the request's number there."""
    return _NUMBER.sub("#", reason)


_NUMBER: Final = re.compile(r"\b[0-9a-fA-F-]*\d[0-9a-fA-F-]*\b")


def is_still_parked(pending: Pending, evidence: str) -> bool:
    """Whether a record goes on waiting, now that its data have the fingerprint ``evidence``.

    One whose data were not known when it was parked waits for a person.
    """
    return pending.parked and not _changed(pending.evidence, evidence)
