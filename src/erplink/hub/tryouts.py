"""TryOut: a record sent through a mapping and back, to see what becomes of each field."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Kind
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.mapping import FieldRule, ListMap
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.merge import FieldPair
from erplink.domain.transforms import broken_laws
from erplink.domain.values import UNSET, Maybe, Value, shorten
from erplink.errors import BadName, BadValue
from erplink.sync import Side

__all__ = ["TryLine", "TryOut", "tried"]


def _sentences(sentences: Iterable[str]) -> tuple[str, ...]:
    return tuple(sentences)


@frozen(kw_only=True)
class TryLine:
    """What becomes of one field."""

    rule: FieldRule
    #: What the record has.
    value: Maybe = UNSET
    #: What it would be on the other side; UNSET where it does not get there.
    becomes: Maybe = UNSET
    #: What would come back from there; UNSET where nothing would.
    comes_back: Maybe = UNSET
    #: Why it does not get there, or not back; empty where it does.
    problem: str = ""
    #: Whether what would come back is what the record has, as far as its system can tell.
    same: bool = False
    #: The laws of the transform that are broken, a sentence each.
    broken: tuple[str, ...] = attr(default=(), converter=_sentences)

    def __str__(self) -> str:
        """The field, what it becomes and what comes back."""
        if self.problem:
            return f"{self.rule}: {shorten(self.value)}: {self.problem}"
        way = f"{shorten(self.value)} -> {shorten(self.becomes)}"
        back = "" if self.comes_back is UNSET else f" -> {shorten(self.comes_back)}"
        return f"{self.rule}: {way}{back}"


@frozen(kw_only=True)
class TryOut:
    """What becomes of a record."""

    #: The side that the record is on.
    side: Side
    lines: tuple[TryLine, ...]
    #: The values that the other side would be given, by its own field keys.
    becomes: FrozenDict[str, Value]

    @property
    def keeps_its_laws(self) -> bool:
        """Whether no transform broke a law, and nothing came back otherwise than it went."""
        both_ways = (line for line in self.lines if line.comes_back is not UNSET)
        return not any(line.broken for line in self.lines) and all(line.same for line in both_ways)

    def __str__(self) -> str:
        """A line for each field."""
        return "\n".join(map(str, self.lines))


def tried(
    mapping: FieldMapping, actor: Kind, entity: Kind, side: Side, values: Mapping[str, Value]
) -> TryOut:
    """Send the values of one side through ``mapping`` and back."""
    fields = ({each.key: each for each in kind.fields} for kind in (actor, entity))
    erp, crm = fields
    becomes: dict[str, Value] = {}
    lines = []
    for rule in mapping.rules:
        try:
            pair = FieldPair(rule, _list_map(mapping, rule, erp, crm), erp, crm)
        except BadName as error:
            lines.append(TryLine(rule=rule, problem=str(error)))
            continue
        line = _tried(rule, pair, side, values)
        lines.append(line)
        if line.becomes is not UNSET:
            there = pair.crm if side is Side.ERP else pair.erp
            becomes.update(there.patch(line.becomes))
    return TryOut(side=side, lines=tuple(lines), becomes=FrozenDict(becomes))


def _list_map(
    mapping: FieldMapping, rule: FieldRule, erp: Mapping[str, Field], crm: Mapping[str, Field]
) -> ListMap | None:
    one, other = erp.get(rule.key), crm.get(rule.crm_key)
    if one is None or other is None:
        return None
    return mapping.list_map(one.list_name, other.list_name)


def _tried(rule: FieldRule, pair: FieldPair, side: Side, values: Mapping[str, Value]) -> TryLine:
    from_erp = side is Side.ERP
    here = pair.erp if from_erp else pair.crm
    value = here.read(values)
    if not rule.syncs:
        return TryLine(rule=rule, value=value, problem="it is not synced")
    if value is UNSET:
        return TryLine(rule=rule, problem="the record does not say")
    there, back = (pair.to_crm, pair.to_erp) if from_erp else (pair.to_erp, pair.to_crm)
    may_go, may_return = (pair.may_to_crm, pair.may_to_erp)
    if not from_erp:
        may_go, may_return = may_return, may_go
    if not may_go:
        return TryLine(rule=rule, value=value, problem="it does not travel this way")
    becomes, refusal = _sent(there, value)
    comes_back, no_return = _sent(back, becomes) if may_return and not refusal else (UNSET, "")
    return TryLine(
        rule=rule,
        value=value,
        becomes=becomes,
        comes_back=comes_back,
        problem=refusal or no_return,
        same=comes_back is not UNSET and here.same(value, comes_back),
        broken=() if refusal else _broken(rule, value, from_erp=from_erp),
    )


def _sent(way: Callable[[Any], Value], value: Maybe) -> tuple[Maybe, str]:
    """What arrives, or why nothing does."""
    try:
        return way(value), ""
    except BadValue as error:
        return UNSET, str(error)


def _broken(rule: FieldRule, value: Value, *, from_erp: bool) -> list[str]:
    if value is None:
        return []
    given = {"erp_values" if from_erp else "crm_values": [value]}
    return [str(breach) for breach in broken_laws(rule.transform, **given)]
