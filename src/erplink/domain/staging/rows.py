"""StagedRow: a record that may be imported, what its import would do, and what came of it."""

from collections.abc import Iterable, Mapping
from enum import Enum, IntEnum

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.values import Maybe, Value, shorten

__all__ = [
    "Action",
    "Cell",
    "Fate",
    "Problem",
    "RowFilter",
    "RowOrder",
    "RowTotal",
    "Severity",
    "StagedRow",
    "Verdict",
]


class Action(Enum):
    """What the import of a row would do."""

    NEW = "new"
    CHANGED = "changed"
    #: Nothing, for a reason that is told.
    NOTHING = "nothing"
    #: A person has to say which record of the CRM it is.
    QUESTION = "question"


class Severity(IntEnum):
    """How bad a problem is."""

    HINT = 1
    WARNING = 2
    #: The row cannot be imported as it is.
    ERROR = 3


class Fate(Enum):
    """What came of a row."""

    CREATED = "created"
    UPDATED = "updated"
    #: There was nothing to do, or nobody wished for it.
    SKIPPED = "skipped"
    #: The CRM is not what was shown any more.
    STALE = "stale"
    FAILED = "failed"
    #: It was imported, and taken back since.
    UNDONE = "undone"


@frozen
class Problem:
    """Something about a row that a person should know, and what to do about it."""

    severity: Severity = attr(converter=Severity)
    text: str
    advice: str = ""


@frozen
class Cell:
    """One field that an import would write: from what to what."""

    field: str
    old: Maybe
    new: Value


def _cells(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    return tuple(cells)


def _problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(problems)


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(texts)


@frozen(kw_only=True)
class Verdict:
    """What the import of a row would do, as it is shown before anything is done."""

    action: Action
    #: Why, in one sentence.
    reason: str = ""
    #: The key of the CRM's record that it would change.
    target: str = ""
    cells: tuple[Cell, ...] = attr(default=(), converter=_cells)
    problems: tuple[Problem, ...] = attr(default=(), converter=_problems)
    #: The keys of the CRM's records among which a person has to choose.
    candidates: tuple[str, ...] = attr(default=(), converter=_texts)
    #: The position of the row that is about the same record, where another one is; else 0.
    twin: int = 0

    def __str__(self) -> str:
        """The action, and why or what would be written."""
        cells = ", ".join(
            f"{each.field}: {shorten(each.old)} -> {shorten(each.new)}" for each in self.cells
        )
        return f"{self.action.value}: {self.reason or cells}"

    @property
    def severity(self) -> int:
        """How bad the worst of its problems is; 0 for none."""
        return max((problem.severity for problem in self.problems), default=0)


def _values(values: Mapping[str, Value]) -> FrozenDict[str, Value]:
    return FrozenDict(values)


@frozen(kw_only=True)
class StagedRow:
    """A record that may be imported."""

    #: Its place in the import; given by the store.
    position: int = 0
    actor_kind: str
    key: str
    values: FrozenDict[str, Value] = attr(converter=_values)
    #: The key of the record that it belongs to, if any.
    parent: str = ""
    version: str | None = None
    #: By which a person knows it.
    title: str = ""
    #: Whether it is to be imported.
    checked: bool = True
    #: What a person answered where it was not clear which record it is: a key, "new" or "skip".
    answer: str = ""
    #: None where it was not planned yet.
    verdict: Verdict | None = None
    #: None where it was not run yet.
    fate: Fate | None = None
    fate_reason: str = ""
    #: The key of the CRM's record that came of it.
    entity: str = ""


class RowOrder(Enum):
    """In which order rows are shown."""

    STAGED = "staged"
    TITLE = "title"
    #: What a person should look at first.
    WORST = "worst"


def _actions(actions: Iterable[Action]) -> frozenset[Action]:
    return frozenset(map(Action, actions))


def _fates(fates: Iterable[Fate]) -> frozenset[Fate]:
    return frozenset(map(Fate, fates))


@frozen(kw_only=True)
class RowFilter:
    """Which rows are meant; all of them where nothing is said."""

    actor_kind: str = ""
    #: Rows of any of these actions; empty for all, the unplanned ones too.
    actions: frozenset[Action] = attr(factory=frozenset, converter=_actions)
    #: Rows with a problem at least as bad.
    severity: int = 0
    #: What the title has in it, in whichever case.
    text: str = ""
    checked: bool | None = None
    #: Whether they were planned.
    planned: bool | None = None
    #: Rows that ended like this; empty for all, those that were not run too.
    fates: frozenset[Fate] = attr(factory=frozenset, converter=_fates)
    #: Whether they were run.
    run: bool | None = None
    #: Rows that would change a record which the CRM has.
    matched: bool | None = None
    #: Only the row of this key.
    key: str = ""


@frozen(kw_only=True)
class RowTotal:
    """How many rows there are of one sort."""

    actor_kind: str
    #: None for those that were not planned.
    action: Action | None
    severity: int
    #: None for those that were not run.
    fate: Fate | None
    checked: bool
    rows: int
