"""Transforms made of other transforms, or of a host's own functions."""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from erplink.domain.fields import FieldType
from erplink.domain.transforms.parameters import a_word
from erplink.domain.transforms.roundtrip import guarded
from erplink.domain.transforms.transform import Laws, OneWay, Transform, TypeMap, same_type
from erplink.domain.transforms.ways import a_tuple, taking
from erplink.domain.values import UNSET, Part, Value, shorten
from erplink.errors import BadValue

__all__ = ["NESTING_MAX", "STEPS_MAX", "chain", "custom", "each", "flip", "identity", "inner_of"]

NESTING_MAX = 8
"""How deep transforms may stand inside each other."""

STEPS_MAX = 50
"""The most steps of a chain."""


def identity() -> Transform:
    """Leave every value as it is, both ways (lossless)."""
    return Transform("identity", _same, _same, Laws.LOSSLESS)


def _same(value: Value) -> Value:
    return value


def custom(
    name: str,
    *,
    to_crm: OneWay | None = None,
    to_erp: OneWay | None = None,
    laws: Laws,
    gives: TypeMap = same_type,
    params: Mapping[str, Any] | None = None,
) -> Transform:
    """A pair of the host's own functions, with the laws it declares.

    The functions never see None, which travels as None; they raise BadValue for what they cannot
    take. ``broken_laws`` checks what is declared here. A pair that should travel in documents is
    made by a factory that a catalogue knows; ``params`` are what that factory was given.
    """
    ways = (_never_none(to_crm), _never_none(to_erp))
    return Transform(a_word("name", name), *ways, laws, gives, params or {})


def _never_none(function: OneWay | None) -> OneWay | None:
    if function is None:
        return None
    return lambda value: None if value is None else function(value)


def flip(transform: Transform) -> Transform:
    """The same pair with its two sides swapped; the laws are the same, or the other way round."""
    inner = _a_transform("transform", transform)

    def gives(erp: FieldType) -> frozenset[FieldType]:
        return frozenset(crm for crm in FieldType if erp in inner.gives(crm))

    ways = (inner.to_erp, inner.to_crm)
    return _nested(Transform("flip", *ways, _FLIPPED[inner.laws], gives, {"transform": inner}))


_FLIPPED: dict[Laws, Laws] = {
    Laws.LOSSLESS: Laws.LOSSLESS,
    Laws.CANONICALISING: Laws.CANONICALISING,
    Laws.TO_CRM_ONLY: Laws.TO_ERP_ONLY,
    Laws.TO_ERP_ONLY: Laws.TO_CRM_ONLY,
}


def each(transform: Transform) -> Transform:
    """The same for each part of a tuple (with the laws of ``transform``); UNSET parts stay so."""
    inner = _a_transform("transform", transform)

    def gives(erp: FieldType) -> frozenset[FieldType]:
        texts = erp is FieldType.TEXTS and FieldType.TEXT in inner.gives(FieldType.TEXT)
        return frozenset({FieldType.TEXTS}) if texts else frozenset()

    ways = (_each_part(inner.to_crm), _each_part(inner.to_erp))
    return _nested(Transform("each", *ways, inner.laws, gives, {"transform": inner}))


def _each_part(way: OneWay | None) -> OneWay | None:
    if way is None:
        return None

    def one(part: Part) -> Part:
        if part is UNSET:
            return part
        became = way(part)
        if isinstance(became, tuple):
            raise BadValue("a part must become one value, not several", value=shorten(part))
        return became

    return taking(a_tuple, lambda parts: tuple(one(part) for part in parts))


def chain(*steps: Transform) -> Transform:
    """One after another on the way to the CRM, and backwards on the way to the ERP.

    One-way if a step is; lossless if every step is; canonicalising otherwise. Two pairs that obey
    their laws one by one may break them together (one step undoes what another tidied up), so
    such a chain refuses the values that would change again with every trip.
    """
    flat = tuple(step for outer in steps for step in _steps_of(outer))
    if not 1 <= len(flat) <= STEPS_MAX:
        raise BadValue(f"a chain has 1 to {STEPS_MAX} steps", value=str(len(flat)))
    laws = _weakest(flat)
    to_crm = None if laws is Laws.TO_ERP_ONLY else _run([step.to_crm for step in flat])
    to_erp = None if laws is Laws.TO_CRM_ONLY else _run([step.to_erp for step in reversed(flat)])
    if laws is Laws.CANONICALISING and len(flat) > 1 and to_crm and to_erp:
        to_crm, to_erp = guarded(to_crm, to_erp, laws)
    return _nested(Transform("chain", to_crm, to_erp, laws, _chained(flat), {"steps": flat}))


def _steps_of(transform: Transform) -> tuple[Transform, ...]:
    # A chain in a chain is the longer chain: it nests no deeper, and is guarded once.
    is_chain = _a_transform("each step", transform).name == "chain"
    return (is_chain and inner_of(transform)) or (transform,)


def _weakest(steps: tuple[Transform, ...]) -> Laws:
    laws = {step.laws for step in steps}
    if {Laws.TO_CRM_ONLY, Laws.TO_ERP_ONLY} <= laws:
        rule = "a step to the CRM only and a step to the ERP only leave no way through"
        raise BadValue(rule, value=shorten(steps))
    by_weakness = (Laws.TO_CRM_ONLY, Laws.TO_ERP_ONLY, Laws.CANONICALISING, Laws.LOSSLESS)
    return next(law for law in by_weakness if law in laws)


def _run(ways: list[OneWay | None]) -> OneWay:
    through: list[Callable[[Value], Value]] = [way for way in ways if way is not None]

    def run(value: Value) -> Value:
        for way in through:
            value = way(value)
        return value

    return run


def _chained(steps: tuple[Transform, ...]) -> TypeMap:
    def gives(erp: FieldType) -> frozenset[FieldType]:
        return reduce(_through, steps, frozenset({erp}))

    return gives


def _through(kinds: frozenset[FieldType], step: Transform) -> frozenset[FieldType]:
    return frozenset[FieldType]().union(*(step.gives(kind) for kind in kinds))


def _a_transform(name: str, value: object) -> Transform:
    if isinstance(value, Transform):
        return value
    raise BadValue(f"{name} must be a transform", value=shorten(value))


def _nested(transform: Transform) -> Transform:
    if depth_of(transform) > NESTING_MAX:
        raise BadValue(f"transforms nest at most {NESTING_MAX} deep", value=transform.name)
    return transform


def depth_of(transform: Transform) -> int:
    """How many transforms stand inside each other at the deepest place; 1 for a plain one."""
    return 1 + max(map(depth_of, inner_of(transform)), default=0)


def inner_of(transform: Transform) -> tuple[Transform, ...]:
    """The transforms that ``transform`` was made of; none for a plain one."""
    held = transform.params.values()
    parts = [part for one in held for part in (one if isinstance(one, tuple) else (one,))]
    return tuple(part for part in parts if isinstance(part, Transform))
