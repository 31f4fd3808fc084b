"""Outline: what the import of a row would write, straight from its values.

A verdict needs no more than the cells, and most follow at a glance: texts, whole numbers and
checkboxes that go over as they are, other fields with a plain conversion. Whatever does not is
planned at length, with the same outcome.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from unicodedata import is_normalized

from erplink.domain.fields import Access
from erplink.domain.merge import FieldPair
from erplink.domain.policy import Rule
from erplink.domain.staging import Cell
from erplink.domain.values import UNSET, Value, is_empty
from erplink.errors import BadValue
from erplink.sync.pairing import Pairing

__all__ = ["Given", "Outline"]

_INTEGERS_END: Final = 10**18
"""Beyond it numbers are looked at more closely."""

_OVERWRITES: Final[Mapping[str, bool]] = {Rule.ERP: True, Rule.FILL: False}

Values = Mapping[str, Value]


class _Column(NamedTuple):
    """One field of either side."""

    erp: str
    crm: str
    #: The type of values that go over as they are; of the others, the pair knows.
    plain: type | None
    pair: FieldPair
    #: Whether the row's value is written over another one; None where that takes a closer look.
    overwrites: bool | None
    #: Whether the row's value is written at all.
    listens: bool


class Given(NamedTuple):
    """What a row gives to one field of a new record."""

    pair: FieldPair
    crm: str
    #: In the row's words, and in the CRM's.
    value: Value
    told: Value


class Outline:
    """Tells cells of rows of one kind; made once for all of them."""

    def __init__(self, pairing: Pairing, new_values: Mapping[str, Value]) -> None:
        """Compile what is plain about a pairing.

        Args:
            pairing: The mapping of the import with both kinds.
            new_values: What a new record gets where its row says nothing.
        """
        columns = [_column(pair) for pair in pairing.merger.pairs]
        self._columns = [column for column in columns if column is not None]
        crm_keys = {column.crm for column in self._columns}
        #: Whether there is a short way for this mapping.
        self.applies = len(self._columns) == len(columns) == len(crm_keys)
        self._new_values = dict(new_values)
        self._mandatory = [field.key for field in pairing.entity.fields if field.mandatory]

    def of_change(self, row: Values, held: Values) -> Sequence[Cell] | None:
        """What would be written over a record; None where that is to be planned at length."""
        if not self.applies:
            return None
        cells: list[Cell] = []
        for erp, crm, plain, pair, overwrites, listens in self._columns:
            value: Any = row.get(erp)
            there: Any = held.get(crm, UNSET)
            if (value == there and type(value) is plain is type(there)) or is_empty(value):
                continue
            if not (_is_plain(value, plain) and (there is None or _is_plain(there, plain))):
                told = _told(pair, value)
                if told is None or there is UNSET:
                    return None
                if (told == there and type(told) is type(there)) or pair.agree(there, value):
                    continue
                value, there_is_none = told, is_empty(there)
            else:
                there_is_none = there is None
            if not there_is_none and overwrites is None:
                return None
            if listens and (overwrites or there_is_none):
                cells.append(Cell(crm, there, value))
        return cells

    def of_creation(self, row: Values) -> Sequence[Cell] | None:
        """What a new record would hold; None where that is to be planned at length."""
        given = self.given(row)
        if given is None:
            return None
        said = {each.crm: each.told for each in given}
        values = {key: each for key, each in self._new_values.items() if key not in said} | said
        if any(is_empty(values.get(key)) for key in self._mandatory):
            return None
        return [Cell(field, UNSET, value) for field, value in values.items()]

    def given(self, row: Values) -> Sequence[Given] | None:
        """What a row itself gives to a new record; None where that takes a closer look."""
        if not self.applies:
            return None
        given: list[Given] = []
        for erp, crm, plain, pair, _, listens in self._columns:
            value: Any = row.get(erp)
            if is_empty(value):
                continue
            told = value if _is_plain(value, plain) else _told(pair, value)
            if told is None:
                return None
            if listens:
                given.append(Given(pair, crm, value, told))
        return given

    @property
    def gives_all(self) -> bool:
        """Whether a new record gets nothing but what its row says."""
        return not self._new_values


def _column(pair: FieldPair) -> _Column | None:
    one, other = pair.crm.single, pair.erp.single
    if one is None or other is None or pair.may_to_erp:
        return None
    if Access.WRITE_ONCE in (one.access, other.access):
        return None
    overwrites = _OVERWRITES.get(pair.rule)
    plain = None if one.list_name else pair.plain_type
    return _Column(other.key, one.key, plain, pair, overwrites, pair.may_to_crm)


def _told(pair: FieldPair, value: Value) -> Value:
    """The CRM's writing of a value; None where it has none, or it comes to nothing."""
    if is_empty(value):
        return None
    try:
        told = pair.to_crm(value)
    except BadValue:
        return None
    return None if is_empty(told) else told


def _is_plain(value: object, plain: type | None) -> bool:
    if type(value) is not plain:
        return False
    if isinstance(value, str):
        # An empty text may be the same as None, and a text the same as its composed form.
        return value != "" and (value.isascii() or is_normalized("NFC", value))
    return isinstance(value, int) and -_INTEGERS_END < value < _INTEGERS_END
