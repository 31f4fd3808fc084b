"""FieldPair: one rule of a mapping, compiled: how a value reads, converts and compares."""

from collections.abc import Callable, Mapping
from typing import Any

from erplink.domain.canonical import canonical, same
from erplink.domain.fields import Access, Case, Field, FieldType
from erplink.domain.frozen import FrozenDict
from erplink.domain.mapping import FieldRule, ListMap
from erplink.domain.policy import Rule
from erplink.domain.transforms import OneWay, Transform, identity
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadName, BadValue

__all__ = ["FieldPair"]

Record = Mapping[str, Value]


class _Side:
    """The field, or the parts of a compound one, on one side of a pair."""

    __slots__ = ("fields", "keys", "single")

    def __init__(self, keys: tuple[str, ...], known: Mapping[str, Field]) -> None:
        self.keys = keys
        self.fields = tuple(_known(key, known) for key in keys)
        self.single = self.fields[0] if len(keys) == 1 else None

    def read(self, record: Record) -> Maybe:
        """The value in ``record``; a compound one with a part that was not said is not said."""
        if self.single is not None:
            value: Maybe = record.get(self.keys[0], UNSET)
            return value
        parts: tuple[Any, ...] = tuple(record.get(key, UNSET) for key in self.keys)
        return UNSET if UNSET in parts else parts

    def patch(self, value: Value) -> FrozenDict[str, Value]:
        """``value`` by field key."""
        if self.single is not None:
            return FrozenDict({self.keys[0]: value})
        return FrozenDict(dict(zip(self.keys, self._parts(value), strict=True)))

    def canonical(self, value: Value) -> Value:
        """What the side stores for ``value``."""
        if self.single is not None:
            return canonical(self.single, value)
        pairs = zip(self.fields, self._parts(value), strict=True)
        stored: tuple[Any, ...] = tuple(canonical(field, part) for field, part in pairs)
        return stored

    def same(self, one: Maybe, other: Maybe) -> bool:
        """Whether the side could not tell the two values apart."""
        if self.single is not None:
            return same(self.single, one, other)
        try:
            pairs = zip(self.fields, self._parts(one), self._parts(other), strict=True)
        except BadValue:  # not said, or agreed on when the field had other parts
            return one == other
        return all(same(field, mine, theirs) for field, mine, theirs in pairs)

    def _parts(self, value: Any) -> tuple[Any, ...]:
        if value is None:
            return (None,) * len(self.keys)
        if not isinstance(value, tuple) or len(value) != len(self.keys):
            rule = f"{len(self.keys)} parts are expected, for {', '.join(self.keys)}"
            raise BadValue(rule, value=repr(value))
        return value

    @property
    def read_only(self) -> bool:
        return any(field.why_not_writable for field in self.fields)

    def frozen_by(self, current: Maybe) -> bool:
        """Whether ``current`` may not be replaced, because the field is written once only."""
        once = any(field.access is Access.WRITE_ONCE for field in self.fields)
        return once and not (current is UNSET or is_empty(current))


def _known(key: str, known: Mapping[str, Field]) -> Field:
    if key not in known:
        raise BadName.among("field", key, known)
    return known[key]


class FieldPair:
    """Made once per rule; everything a merge asks about a field is a method or attribute here."""

    __slots__ = (
        "_converts",
        "_reading",
        "_writing",
        "crm",
        "erp",
        "key",
        "may_to_crm",
        "may_to_erp",
        "rule",
    )

    def __init__(
        self,
        rule: FieldRule,
        list_map: ListMap | None,
        actor_fields: Mapping[str, Field],
        entity_fields: Mapping[str, Field],
    ) -> None:
        """Compile ``rule``; a field that is not described raises BadName."""
        self.key = rule.key
        self.erp, self.crm = _Side(rule.erp, actor_fields), _Side(rule.crm, entity_fields)
        self._reading = _reading(rule.transform, list_map)
        self._writing = _writing(rule.transform, list_map)
        self._converts = list_map is not None or rule.transform != identity()
        readable, writable = self._reading is not None, self._writing is not None
        self.may_to_crm = rule.direction.to_crm and readable and not self.crm.read_only
        self.may_to_erp = rule.direction.to_erp and writable and not self.erp.read_only
        self.rule = rule.rule or (Rule.UNION if self.many_valued else Rule.RANK)

    @property
    def crm_key(self) -> str:
        """The CRM's field, or its parts joined by ``+``."""
        return "+".join(self.crm.keys)

    @property
    def many_valued(self) -> bool:
        """Whether the CRM's field holds a set of texts."""
        return self.crm.single is not None and self.crm.single.type is FieldType.TEXTS

    def to_crm(self, value: Value) -> Value:
        """The CRM's writing of the ERP's ``value``; BadValue where it has none."""
        if self._reading is None:
            raise BadValue("the transform has no way to the CRM", value=repr(value))
        return self.crm.canonical(self._reading(value))

    def to_erp(self, value: Value) -> Value:
        """The ERP's writing of the CRM's ``value``; BadValue where it has none."""
        if self._writing is None:
            raise BadValue("the transform has no way to the ERP", value=repr(value))
        return self.erp.canonical(self._writing(value))

    def as_read(self, value: Value) -> Value:
        """The CRM's writing of the ERP's ``value``, or the value itself where it has none."""
        try:
            return self.to_crm(value)
        except BadValue:
            return value

    def agree(self, crm: Maybe, erp: Maybe) -> bool:
        """Whether either side, as a target, would not notice a difference."""
        if crm is UNSET or erp is UNSET:
            return False
        return self.writes(crm, erp) or self.reads(erp, crm)

    def writes(self, crm: Value, erp: Maybe) -> bool:
        """Whether the ERP, given the CRM's value, would hold ``erp``."""
        try:
            return self.erp.same(self.to_erp(crm), erp)
        except BadValue:
            return False

    def reads(self, erp: Value, crm: Maybe) -> bool:
        """Whether the CRM, given the ERP's value, would hold ``crm``."""
        try:
            return self.crm.same(self.to_crm(erp), crm)
        except BadValue:
            return False

    @property
    def plain_type(self) -> type | None:
        """The Python type whose values read, convert and compare as they are; None for none."""
        one, other = self.crm.single, self.erp.single
        if self._converts or one is None or other is None or one.type is not other.type:
            return None
        if Access.WRITE_ONCE in (one.access, other.access):
            return None
        if one.type is FieldType.TEXT:
            return str if _keeps_text(one) and _keeps_text(other) else None
        return {FieldType.INTEGER: int, FieldType.CHECKBOX: bool}.get(one.type)


def _keeps_text(field: Field) -> bool:
    return field.case is Case.KEEP and not field.trims and not field.max_length


def _reading(transform: Transform, list_map: ListMap | None) -> OneWay | None:
    way = transform.to_crm
    if way is None or list_map is None:
        return way
    return lambda value: _item(list_map.to_crm, way(value))


def _writing(transform: Transform, list_map: ListMap | None) -> OneWay | None:
    way = transform.to_erp
    if way is None or list_map is None:
        return way
    return lambda value: way(_item(list_map.to_erp, value))


def _item(counterpart: Callable[[str], str], value: Value) -> Value:
    # An empty item has no counterpart to look up; any other value is looked up as it stands.
    return None if is_empty(value) else counterpart(str(value))
