"""Views: how a repair looks at both sides of a link, so that one of them counts as having moved."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from erplink.domain.links import Agreed
from erplink.domain.merge import FieldPair
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadValue
from erplink.sync.pairing import Pairing
from erplink.sync.reconcile import View

__all__ = ["from_crm", "from_erp"]

Values = Mapping[str, Value]
Seen = tuple[Any, Any, Any]


def from_crm(*, keep_filled: bool = False) -> View:
    """Whatever the CRM says differs from the ERP is an edit of the CRM's, marks or no marks.

    With ``keep_filled``, an empty value of the CRM's overwrites nothing, neither now nor later:
    that the two differ is what they agree on, until somebody edits either.
    """
    look = partial(_from_crm, keep_filled=keep_filled)
    if not keep_filled:
        return View(look=look, thorough=True, alone=True)
    return View(look=look, settles=_kept, thorough=True, alone=True)


def from_erp() -> View:
    """Whatever the ERP says differs from the CRM is an edit of the ERP's."""
    return View(look=_from_erp, thorough=True)


def _from_crm(pairing: Pairing, _: object, crm: Values, erp: Values, *, keep_filled: bool) -> Seen:
    base: dict[str, Agreed] = {}
    seen = dict(crm)
    for pair in pairing.merger.pairs:
        theirs = pair.erp.read(erp)
        if theirs is UNSET:
            continue
        read = pair.as_read(theirs)
        base[pair.key] = Agreed(read, theirs)
        mine = pair.crm.read(crm)
        if keep_filled and _is_blank(mine) and not is_empty(theirs):
            seen.update(pair.crm.patch(read))
    return base, seen, erp


def _kept(pairing: Pairing, crm: Values, erp: Values) -> dict[str, Agreed]:
    """What stays as it is on both sides, because the CRM has nothing to put in its place."""
    agreed: dict[str, Agreed] = {}
    for pair in pairing.merger.pairs:
        mine, theirs = pair.crm.read(crm), pair.erp.read(erp)
        if mine is UNSET or theirs is UNSET:
            continue
        if is_empty(mine) and not is_empty(theirs):
            agreed[pair.key] = Agreed(mine, theirs)
    return agreed


def _is_blank(value: Maybe) -> bool:
    return value is UNSET or is_empty(value)


def _from_erp(pairing: Pairing, _: object, crm: Values, erp: Values) -> Seen:
    base: dict[str, Agreed] = {}
    for pair in pairing.merger.pairs:
        mine = pair.crm.read(crm)
        if mine is not UNSET:
            base[pair.key] = Agreed(mine, _written(pair, mine))
    return base, crm, erp


def _written(pair: FieldPair, value: Value) -> Value:
    try:
        return pair.to_erp(value)
    except BadValue:
        return value
