"""Agreements: the base of a link as compact JSON, and back without loss.

A field stands for its value where both sides hold the same; where they do not, for a list of what
the CRM and the ERP hold. Values are written as :mod:`erplink.domain.encoding` says.
"""

from collections.abc import Mapping
from typing import Any, Final

from erplink.adapters.stores.documents import from_json, to_json
from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.links import Agreed, AlikeBase
from erplink.domain.values import Value

__all__ = ["base_from_json", "base_to_json"]

_SMALL: Final = 1 << 62
_NOTHING: Final = "{}"


def base_to_json(base: Mapping[str, Agreed]) -> str:
    """The JSON text of a base."""
    if isinstance(base, AlikeBase):
        alike = base.alike.items()
        return to_json({field: _in_short(value) for field, value in alike})
    if not base:
        return _NOTHING
    return to_json({field: _encoded(agreed) for field, agreed in base.items()})


def _in_short(value: Value) -> Any:
    return value if value.__class__ is str else encode_value(value)


def _encoded(agreed: Agreed) -> Any:
    crm, erp = agreed.crm, agreed.erp
    kind = type(crm)
    if kind is type(erp):
        if kind is str or kind is bool:
            return crm if crm == erp else [crm, erp]
        if kind is int and crm == erp and -_SMALL < crm < _SMALL:  # type: ignore[operator]
            return crm
    first, second = encode_value(crm), encode_value(erp)
    # Compared as texts: True and 1 are equal, and so are the lists that hold them.
    if kind is type(erp) and to_json(first) == to_json(second):
        return first
    return [first, second]


def base_from_json(text: str) -> Mapping[str, Agreed]:
    """The base that a JSON text was made of."""
    if text == _NOTHING:
        return {}
    data = from_json(text)
    apart = {field: each for field, each in data.items() if each.__class__ is list}
    # Most values are texts that both sides hold: they are not asked what they are.
    alike: dict[str, Any] = {
        field: each if each.__class__ is str else decode_value(each)
        for field, each in data.items()
        if field not in apart
    }
    if not apart:
        return AlikeBase(alike)
    return {
        field: Agreed(alike[field], alike[field]) if field in alike else _apart(apart[field])
        for field in data
    }


def _apart(data: list[Any]) -> Agreed:
    crm, erp = map(decode_value, data)
    return Agreed(crm, erp)  # type: ignore[arg-type] # what was written was a value
