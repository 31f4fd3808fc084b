"""Words: some fields of a row as the CRM would write them, by which its record is found."""

from collections.abc import Iterable, Mapping
from typing import Any

from erplink.domain.values import UNSET, Value
from erplink.errors import BadValue
from erplink.sync.pairing import Pairing

__all__ = ["Words"]


class Words:
    """Tells some fields of a row by the entity's keys, as far as they have a writing there."""

    def __init__(self, pairing: Pairing, fields: Iterable[str]) -> None:
        """Compile what tells the fields."""
        wanted = set(fields)
        self._pairs = [
            (pair, pair.erp.keys[0] if pair.plain_type is str else "", pair.crm.keys[0])
            for pair in pairing.merger.pairs
            if wanted & set(pair.crm.keys)
        ]

    def __call__(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The fields of one row."""
        told: dict[str, Value] = {}
        for pair, erp, crm in self._pairs:
            value: Any = values.get(erp) if erp else None
            if value and type(value) is str and value.isascii():
                told[crm] = value  # by far the most common
                continue
            value = pair.erp.read(values)
            if value is UNSET:
                continue
            try:
                told.update(pair.crm.patch(pair.to_crm(value)))
            except BadValue:
                continue
        return told
