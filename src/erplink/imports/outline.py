"""Outline: what the import of a plain row would write, straight from its values.

A verdict needs no more than the cells, and most rows of most imports hold texts, whole numbers and
checkboxes that go over as they are. For these the outline is the short way; whatever it cannot tell
at a glance is planned at length, with the same outcome.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple
from unicodedata import is_normalized

from erplink.domain.merge import FieldPair
from erplink.domain.policy import Rule
from erplink.domain.staging import Cell
from erplink.domain.values import UNSET, Value, is_empty
from erplink.sync.pairing import Pairing

__all__ = ["Outline"]

_INTEGERS_END: Final = 10**18
"""Beyond it numbers are looked at more closely."""

Values = Mapping[str, Value]


class _Column(NamedTuple):
    """One field that goes over as it is."""

    erp: str
    crm: str
    #: The type of its values.
    type: type
    #: Whether the row's value is written over another one.
    overwrites: bool
    #: Whether the row's value is written at all.
    listens: bool


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
        for erp, crm, plain, overwrites, listens in self._columns:
            value: Any = row.get(erp, UNSET)
            there: Any = held.get(crm, UNSET)
            if value is None or (value == there and type(value) is plain is type(there)):
                continue
            if not _is_plain(value, plain) or (there is not None and not _is_plain(there, plain)):
                return None
            if listens and (overwrites or there is None):
                cells.append(Cell(crm, there, value))
        return cells

    def of_creation(self, row: Values) -> Sequence[Cell] | None:
        """What a new record would hold; None where that is to be planned at length."""
        if not self.applies:
            return None
        said: dict[str, Any] = {}
        for erp, crm, plain, _, listens in self._columns:
            value = row.get(erp, UNSET)
            if value is None:
                continue
            if not _is_plain(value, plain):
                return None
            if listens:
                said[crm] = value
        values = {**self._new_values, **said} if self._new_values else said
        if any(is_empty(values.get(key)) for key in self._mandatory):
            return None
        return [Cell(field, UNSET, value) for field, value in values.items()]


def _column(pair: FieldPair) -> _Column | None:
    plain = pair.plain_type
    if plain is None or pair.rule not in (Rule.ERP, Rule.FILL) or pair.may_to_erp:
        return None
    if any(field.list_name for field in (*pair.crm.fields, *pair.erp.fields)):
        return None
    (erp,), (crm,) = pair.erp.keys, pair.crm.keys
    return _Column(erp, crm, plain, pair.rule == Rule.ERP, pair.may_to_crm)


def _is_plain(value: object, plain: type) -> bool:
    if type(value) is not plain:
        return False
    if isinstance(value, str):
        # An empty text may be the same as None, and a text the same as its composed form.
        return value != "" and (value.isascii() or is_normalized("NFC", value))
    return isinstance(value, int) and -_INTEGERS_END < value < _INTEGERS_END
