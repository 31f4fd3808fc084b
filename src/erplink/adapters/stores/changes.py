"""Changes: the fields of a record change as compact JSON, and back without loss.

By hand and not by cattrs, for a pass writes as many of them as records: a field is a list, so that
no name is stored more than once, and what is usual is left out at its end.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from erplink.adapters.stores.documents import from_json, to_json
from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.history import FieldChange, LostValue
from erplink.domain.merge import SideView
from erplink.domain.records import Mark

__all__ = ["changes_from_json", "changes_to_json"]

_NO_MARK: Final = None


def changes_to_json(
    changes: Iterable[FieldChange], *, created: bool = False, version: str | None = None
) -> str:
    """The JSON text of what was changed on one side, and of what the record is by that."""
    fields: list[Any] = [_of_field(change) for change in changes]
    # Behind the fields, so that older texts, which say nothing of it, are read alike.
    return to_json([*fields, [created, version]] if created or version is not None else fields)


def changes_from_json(text: str, system: str) -> tuple[tuple[FieldChange, ...], bool, str | None]:
    """What a JSON text was made of: the changes on the side ``system``, and what it is by them."""
    fields = from_json(text)
    of_record: list[Any] = [False, None]
    if fields and not isinstance(fields[-1][0], str):
        *fields, of_record = fields
    created, version = of_record
    return tuple(_to_field(data, system) for data in fields), created, version


def _of_field(change: FieldChange) -> list[Any]:
    return [
        change.field,
        list(change.keys),
        encode_value(change.old),
        encode_value(change.new),
        encode_value(change.base),
        [_of_side(side) for side in change.sides],
        change.rule,
        change.reason,
        change.winner,
        [[lost.system, encode_value(lost.value)] for lost in change.lost],
    ]


def _to_field(data: list[Any], system: str) -> FieldChange:
    field, keys, old, new, base, sides, rule, reason, winner, lost = data
    return FieldChange(
        system,
        field,
        keys,
        decode_value(old),
        decode_value(new),  # type: ignore[arg-type] # what was written was a value
        decode_value(base),
        [_to_side(side) for side in sides],
        rule,
        reason,
        winner,
        [LostValue(whose, decode_value(value)) for whose, value in lost],
    )


def _of_side(side: SideView) -> list[Any]:
    told = [side.system, encode_value(side.value), encode_value(side.base), side.moved]
    return told if side.mark is _NO_MARK else [*told, encode_value(side.mark)]


def _to_side(data: list[Any]) -> SideView:
    system, value, base, moved, *mark = data
    return SideView(
        system,
        decode_value(value),
        decode_value(base),
        moved,
        _to_mark(mark[0]) if mark else _NO_MARK,
    )


def _to_mark(data: Any) -> Mark:
    mark = decode_value(data)
    return mark if isinstance(mark, datetime | int | str) else _NO_MARK
