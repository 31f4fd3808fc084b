"""Field: the one description that serves configuration forms and record fields alike."""

import decimal
from enum import Enum

from attrs import field as attr
from attrs import frozen
from attrs.validators import ge, instance_of

from erplink.domain.values import Value
from erplink.errors import BadValue

__all__ = ["Access", "Case", "Field", "FieldType", "Rounding", "Sort"]


class FieldType(Enum):
    """What kind of value a field holds, which is also how a form shows it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHECKBOX = "checkbox"
    DATE = "date"
    DATETIME = "datetime"
    LIST = "list"
    TEXTS = "texts"
    PASSWORD = "password"  # noqa: S105 - the name of a type, not a secret
    LABEL = "label"

    @property
    def only_in_forms(self) -> bool:
        """Whether the type is for configuration forms and never for records."""
        return self in (FieldType.PASSWORD, FieldType.LABEL)


class Access(Enum):
    """Who may write a field, and whether it must be filled."""

    NORMAL = "normal"
    MANDATORY = "mandatory"
    READ_ONLY = "read-only"
    WRITE_ONCE = "write-once"


class Case(Enum):
    """What the target does with upper and lower case."""

    KEEP = "keep"
    IGNORE = "ignore"
    UPPER = "upper"
    LOWER = "lower"


class Sort(Enum):
    """What the texts of a multi-valued field are, which decides when two are the same one."""

    PLAIN = "plain"
    PHONE = "phone"
    EMAIL = "e-mail"
    URL = "url"


class Rounding(Enum):
    """How the target rounds digits it does not keep; the names are those of ``decimal``."""

    HALF_UP = decimal.ROUND_HALF_UP
    HALF_EVEN = decimal.ROUND_HALF_EVEN
    DOWN = decimal.ROUND_DOWN
    UP = decimal.ROUND_UP
    FLOOR = decimal.ROUND_FLOOR
    CEILING = decimal.ROUND_CEILING


@frozen
class Field:
    """A description of one field: what it is called, what it holds, what the target does to it."""

    #: The field's name in its system; mappings and records use it.
    key: str = attr(validator=instance_of(str))
    type: FieldType = FieldType.TEXT
    label: str = ""
    tooltip: str = ""
    #: For a list field: the list its keys belong to.
    list_name: str = ""
    default: Value = None
    #: The longest text the target stores; 0 means no limit.
    max_length: int = attr(default=0, validator=ge(0))
    #: Whether the target cuts a longer text, rather than refuse it.
    cuts: bool = False
    #: Digits after the point, also of a moment's seconds; None means all of them.
    decimals: int | None = None
    rounding: Rounding = Rounding.HALF_UP
    access: Access = Access.NORMAL
    #: Whether this is the record's own id, which nothing may write.
    is_key: bool = False
    rank: int = 0
    #: Whether the target strips white space around a text.
    trims: bool = False
    case: Case = Case.KEEP
    #: Whether the target tells an empty text from no text.
    keeps_empty: bool = False
    #: For a multi-valued field: what its texts are.
    sort: Sort = Sort.PLAIN

    def __attrs_post_init__(self) -> None:
        """Refuse a description that contradicts itself."""
        if not self.key:
            raise BadValue("a field needs a key", value="''")
        if self.type is FieldType.LIST and not self.list_name:
            raise BadValue("a list field names its list", value="''", field=self.key)
        if self.decimals is not None and self.decimals < 0:
            rule = "decimals must be 0 or more"
            raise BadValue(rule, value=str(self.decimals), field=self.key)

    @property
    def title(self) -> str:
        """What a person reads: the label, or the key where there is none."""
        return self.label or self.key

    @property
    def mandatory(self) -> bool:
        """Whether the target refuses a record without it."""
        return self.access is Access.MANDATORY

    @property
    def why_not_writable(self) -> str:
        """The reason why nothing may write this field; empty where something may."""
        if self.is_key:
            return "it is the record's own id"
        if self.access is Access.READ_ONLY:
            return "it is read-only"
        if self.type.only_in_forms:
            return f"a {self.type.value} field is for configuration forms only"
        return ""

    def __repr__(self) -> str:
        """Key and type, and what is not ordinary about it."""
        access = "" if self.access is Access.NORMAL else f", {self.access.value}"
        return f"Field({self.key}: {self.type.value}{access})"
