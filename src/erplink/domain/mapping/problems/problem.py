"""Problem: one thing that is wrong with a mapping, why, and what to do about it."""

from enum import Enum
from typing import Final

from attrs import frozen

__all__ = ["Problem", "ProblemCode", "Severity"]


class Severity(Enum):
    """Whether a problem keeps a connection from being activated."""

    ERROR = "error"
    WARNING = "warning"


class ProblemCode(Enum):
    """Every kind of problem that a mapping can have; the checks bear the same names."""

    UNKNOWN_FIELD = "unknown field"
    FORM_FIELD = "field for forms only"
    READ_ONLY_TARGET = "read-only target"
    KEY_AS_TARGET = "id as target"
    WRITE_ONCE_TARGET = "write-once target"
    REPEATED_PART = "repeated part"
    TWO_INTO_ONE = "two into one"
    MANDATORY_WITHOUT_DIRECTION = "mandatory without direction"
    MANDATORY_NEVER_WRITTEN = "mandatory, never written"
    MANDATORY_RULE_SYNCS_NOTHING = "mandatory rule syncs nothing"

    CANNOT_CONVERT = "cannot convert"
    MANY_AND_SINGLE = "many values and a single one"
    COMPOUND_WITHOUT_TRANSFORM = "compound without transform"
    WRONG_NUMBER_OF_PARTS = "wrong number of parts"
    ONE_WAY_TRANSFORM = "one-way transform"
    BROKEN_TRANSFORM = "broken transform"
    UNKNOWN_MERGE_RULE = "unknown merge rule"
    UNION_OF_SINGLE_VALUES = "union of single values"
    TEXT_TOO_LONG = "text too long"
    DIGITS_LOST = "digits lost"

    LIST_WITHOUT_MAP = "list without map"
    UNKNOWN_LIST = "unknown list"
    UNKNOWN_LIST_ITEM = "unknown list item"
    DOUBLE_MAPPED_ITEM = "double-mapped item"
    UNMAPPED_ITEMS = "unmapped items"

    DEFAULT_OF_UNKNOWN_FIELD = "default of unknown field"
    DEFAULT_OF_READ_ONLY_FIELD = "default of read-only field"
    DEFAULT_DOES_NOT_FIT = "default does not fit"
    DEFAULT_WITHOUT_VALUE = "default without value"
    MANDATORY_NEITHER_SET_NOR_ASKED = "mandatory, neither set nor asked"
    ASK_WITHOUT_MANDATORY = "ask without mandatory"

    KINDS_NOT_LINKABLE = "kinds not linkable"

    @property
    def severity(self) -> Severity:
        """A warning where values may be lost or wait; an error where the mapping is wrong."""
        return Severity.WARNING if self in _WARNINGS else Severity.ERROR


_WARNINGS: Final = frozenset(
    {
        ProblemCode.WRITE_ONCE_TARGET,
        ProblemCode.MANDATORY_NEVER_WRITTEN,
        ProblemCode.TEXT_TOO_LONG,
        ProblemCode.DIGITS_LOST,
        ProblemCode.UNMAPPED_ITEMS,
        ProblemCode.DEFAULT_WITHOUT_VALUE,
    }
)


@frozen
class Problem:
    """One thing that is wrong, in words for the person who can mend it."""

    code: ProblemCode
    #: Where it is: the key of a rule, the field of a default or a side, or the two lists of a
    #: list map joined by a dash; empty for the mapping as a whole.
    key: str
    #: One sentence that says what is wrong.
    reason: str
    #: One sentence that says what to do.
    advice: str

    @property
    def severity(self) -> Severity:
        """Whether it keeps a connection from being activated."""
        return self.code.severity

    @property
    def is_error(self) -> bool:
        """Whether a mapping with it is refused."""
        return self.severity is Severity.ERROR

    def __str__(self) -> str:
        """Where, what and what to do, on one line."""
        where = f"{self.key}: " if self.key else ""
        return f"{where}{self.reason} {self.advice}"
