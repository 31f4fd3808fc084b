"""ShortWay: merges the plain records of a page without asking every question."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple, TypeAlias
from unicodedata import is_normalized

from erplink.domain.links import Agreed, AlikeBase
from erplink.domain.merge.pair import FieldPair
from erplink.domain.merge.record import RecordMerge, Values
from erplink.domain.policy import Policy, Rule
from erplink.domain.records import CRM
from erplink.domain.values import Value

__all__ = ["Move", "ShortWay"]

Move: TypeAlias = tuple[str, bool | None, Value, Value, Value]
"""A plain field that moved: its key, whose value stands, and what was agreed on and is held.

It is the CRM's value that stands (True), the ERP's (False), or both hold the same (None); then come
what both last agreed on, what the CRM holds and what the ERP does.
"""


class _Then(Enum):
    """What follows from the way in which a plain field moved."""

    NOTHING = 0
    TELL_CRM = 1
    TELL_ERP = 2
    AGREED = 3
    #: It cannot be told from the values alone.
    ASK_AT_LENGTH = 4


_STANDS: dict[_Then, bool | None] = {
    _Then.TELL_CRM: False,
    _Then.TELL_ERP: True,
    _Then.AGREED: None,
}


class _Row(NamedTuple):
    key: str
    #: The types whose values are compared as they stand; that of None where it may be written.
    plain: tuple[type, ...]
    erp_moved: _Then
    crm_moved: _Then
    moved_apart: _Then


class ShortWay:
    """The short way through a page whose fields are plain: equal names, nothing to convert.

    It decides only what cannot be decided otherwise: one side moved, both moved to the same, or
    both moved apart under the rule of rank. For anything else the record takes the long way.
    """

    __slots__ = ("applies", "merge_at_length", "rows", "system")

    def __init__(
        self,
        system: str,
        pairs: Iterable[FieldPair],
        policy: Policy,
        merge_at_length: Callable[[Values, Values, Values], RecordMerge],
    ) -> None:
        """Lay out once what follows for each field."""
        self.system, self.merge_at_length = system, merge_at_length
        crm_wins = policy.ranking.highest((CRM, system)) == CRM
        rows = [_row(pair, crm_wins=crm_wins) for pair in pairs]
        self.rows = [row for row in rows if row is not None]
        self.applies = len(self.rows) == len(rows)

    def merge(self, base: Values, crm: Values, erp: Values) -> RecordMerge | None:
        """The merge of one record that moved, or None where nothing follows from it."""
        to_crm: dict[str, Value] = {}
        to_erp: dict[str, Value] = {}
        agreed = False
        for row in self.rows:
            key = row[0]
            try:
                was, mine, theirs = base[key], crm[key], erp[key]
            except KeyError:  # a side did not say
                return self._at_length(base, crm, erp)
            if mine == was and theirs == was:
                continue
            then = _what_follows(row, was, mine, theirs)
            if then is _Then.TELL_CRM:
                to_crm[key] = theirs
            elif then is _Then.TELL_ERP:
                to_erp[key] = mine
            elif then is _Then.AGREED:
                agreed = True
            elif then is _Then.ASK_AT_LENGTH:
                return self._at_length(base, crm, erp)
        if not (to_crm or to_erp or agreed):
            return None
        return RecordMerge(
            None,
            patches={CRM: to_crm, self.system: to_erp},
            decide=lambda: self.merge_at_length(base, crm, erp),
        )

    def moves(
        self, base: Mapping[str, Agreed], crm: Values, erp: Values
    ) -> tuple[Move, ...] | None:
        """What follows for a record of which each field moved on one side, or alike on both.

        None where there is a conflict, or a field takes the long way.
        """
        was_by = base.alike if isinstance(base, AlikeBase) else _alike(base)
        found: list[Move] = []
        for row in self.rows:
            key = row[0]
            try:
                was, mine, theirs = was_by[key], crm[key], erp[key]
            except KeyError:  # a side did not say, or the sides never agreed, or otherwise
                return None
            if mine == was and theirs == was:
                continue
            then = _what_follows(row, was, mine, theirs)
            if then is _Then.NOTHING:
                continue
            if then is _Then.ASK_AT_LENGTH or (mine != was and was != theirs != mine):
                return None
            found.append((key, _STANDS[then], was, mine, theirs))
        return tuple(found)

    def _at_length(self, base: Values, crm: Values, erp: Values) -> RecordMerge | None:
        merged = self.merge_at_length(base, crm, erp)
        return merged if merged.has_news else None


def _alike(base: Mapping[str, Agreed]) -> Values:
    """The fields on which both sides agreed to the same."""
    return {
        key: agreed.crm
        for key, agreed in base.items()
        if type(agreed.crm) is type(agreed.erp) and agreed.crm == agreed.erp
    }


def _row(pair: FieldPair, *, crm_wins: bool) -> _Row | None:
    plain = pair.plain_type
    if plain is None or pair.crm.keys != pair.erp.keys:
        return None
    may_be_empty = not any(field.mandatory for field in (*pair.crm.fields, *pair.erp.fields))
    ranked = pair.rule == Rule.RANK and pair.may_to_crm and pair.may_to_erp
    winner_tells = _Then.TELL_ERP if crm_wins else _Then.TELL_CRM
    return _Row(
        pair.key,
        (plain, type(None)) if may_be_empty else (plain,),
        erp_moved=_Then.TELL_CRM if pair.may_to_crm else _Then.NOTHING,
        crm_moved=_Then.TELL_ERP if pair.may_to_erp else _Then.NOTHING,
        moved_apart=winner_tells if ranked else _Then.ASK_AT_LENGTH,
    )


def _what_follows(row: _Row, was: Value, mine: Value, theirs: Value) -> _Then:
    _, plain, erp_moved, crm_moved, moved_apart = row
    if not (_is_plain(mine, plain) and _is_plain(theirs, plain) and _is_plain(was, plain)):
        return _Then.ASK_AT_LENGTH
    if mine == was:
        return erp_moved
    if theirs == was:
        return crm_moved
    return _Then.AGREED if mine == theirs else moved_apart


def _is_plain(value: Any, plain: tuple[type, ...]) -> bool:
    if type(value) not in plain:
        return False
    # An empty text may be the same as None, and a text the same as its composed form.
    return not isinstance(value, str) or (value != "" and is_normalized("NFC", value))
