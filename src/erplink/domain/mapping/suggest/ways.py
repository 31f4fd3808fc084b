"""Way: how values could travel between two fields, by their types and by what may be written."""

from typing import Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.domain.fields import Field, FieldType, Sort
from erplink.domain.mapping.rules import Direction
from erplink.domain.transforms import Transform, identity, template

__all__ = ["Way", "way_between"]


@frozen
class Way:
    """How values could travel between two fields, and what that takes from the score."""

    direction: Direction
    worth: float = 1.0
    reasons: tuple[str, ...] = ()
    transform: Transform = attr(factory=identity)


def way_between(erp: Field, crm: Field) -> Way | None:
    """The way that the types allow, cut down to what may be written; None where nothing may."""
    if erp.type is crm.type:
        way = None if _is_apart(erp, crm) else Way(Direction.BOTH)
    else:
        way = _CONVERSIONS.get((erp.type, crm.type))
    if way is None:
        return None
    to_crm = way.direction.to_crm and not crm.why_not_writable
    to_erp = way.direction.to_erp and not erp.why_not_writable
    direction = _DIRECTIONS[to_crm, to_erp]
    if direction is Direction.NONE:
        return None
    closed = [("ERP", erp.why_not_writable), ("CRM", crm.why_not_writable)]
    closed_reasons = (f"Nothing is written to the {side}: {why}." for side, why in closed if why)
    return evolve(way, direction=direction, reasons=(*way.reasons, *closed_reasons))


def _is_apart(erp: Field, crm: Field) -> bool:
    """Whether fields of one type hold things of two sorts, such as phones and e-mail addresses."""
    sorts = {erp.sort, crm.sort} - {Sort.PLAIN}
    return erp.type.only_in_forms or (erp.type is FieldType.TEXTS and len(sorts) > 1)


_DIRECTIONS: Final = {
    (True, True): Direction.BOTH,
    (True, False): Direction.TO_CRM,
    (False, True): Direction.TO_ERP,
    (False, False): Direction.NONE,
}

#: Between different types, only what loses nothing and needs no guess.
_CONVERSIONS: Final[dict[tuple[FieldType, FieldType], Way]] = {
    (FieldType.INTEGER, FieldType.DECIMAL): Way(
        Direction.TO_CRM, 0.9, ("Each whole number is a decimal number, but not the reverse.",)
    ),
    (FieldType.DECIMAL, FieldType.INTEGER): Way(
        Direction.TO_ERP, 0.9, ("Each whole number is a decimal number, but not the reverse.",)
    ),
    (FieldType.INTEGER, FieldType.TEXT): Way(
        Direction.TO_CRM,
        0.9,
        ("Each whole number can be written as a text, but not the reverse.",),
        template("{0}"),
    ),
    (FieldType.LIST, FieldType.TEXT): Way(
        Direction.TO_CRM, 0.8, ("The text gets the key of the list's item.",)
    ),
    (FieldType.TEXT, FieldType.LIST): Way(
        Direction.TO_ERP, 0.8, ("The text gets the key of the list's item.",)
    ),
}
