"""What can be wrong with the values on their way: types, parts, transforms, and who wins."""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from erplink.domain.fields import FieldType
from erplink.domain.mapping.problems.case import Case, End, Line, ended, hint
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.mapping.rules import Direction, FieldRule
from erplink.domain.policy import Rule
from erplink.domain.transforms import Laws, OneWay, Transform, breaches_between, identity

__all__ = [
    "broken_transform",
    "cannot_convert",
    "compound_without_transform",
    "many_and_single",
    "one_way_transform",
    "union_of_single_values",
    "unknown_merge_rule",
    "wrong_number_of_parts",
]

PARTS_MAX = 20
"""The most parts that a transform is tried with."""

_TEXTUAL: Final = frozenset({FieldType.TEXT, FieldType.LIST})

#: The types whose values a field of another type stores as they are, or nearly so.
_FITTING: Final = frozenset(
    {
        (FieldType.INTEGER, FieldType.DECIMAL),
        (FieldType.DECIMAL, FieldType.INTEGER),  # what is no whole number is DIGITS_LOST
        (FieldType.LIST, FieldType.TEXT),
    }
)


def cannot_convert(_case: Case, line: Line) -> Iterator[Problem]:
    """The values of one field are none that the other could hold."""
    if not line.is_known:
        return
    for erp, crm in _parts(line):
        if erp.is_many is crm.is_many and not _converts(line, erp, crm):
            yield Problem(
                ProblemCode.CANNOT_CONVERT,
                line.rule.key,
                f"{erp} is {_a(erp)} and {crm} is {_a(crm)}, which do not convert in the direction"
                f" {line.rule.direction.value}{_by(line)}.",
                "Choose a transform that converts them, another direction, or another field.",
            )


def many_and_single(_case: Case, line: Line) -> Iterator[Problem]:
    """One field has many values, and the other a single one."""
    if not line.is_known:
        return
    for end in line.ends:
        for field in end.fields if end.is_compound else ():
            if field.type is FieldType.TEXTS:
                yield Problem(
                    ProblemCode.MANY_AND_SINGLE,
                    line.rule.key,
                    f"{evolve(end, keys=(field.key,))} has many values, and a part has one.",
                    "Give it a rule of its own.",
                )
    for erp, crm in _parts(line):
        if erp.is_many is not crm.is_many and not _converts(line, erp, crm):
            many, single = (erp, crm) if erp.is_many else (crm, erp)
            yield Problem(
                ProblemCode.MANY_AND_SINGLE,
                line.rule.key,
                f"{many} has many values, and {single} has a single one.",
                "Choose a transform that joins or picks them, or another field.",
            )


def _parts(line: Line) -> Iterator[tuple[End, End]]:
    """What must convert into each other: the fields, or the parts of two compound ones."""
    if not (line.erp.is_compound or line.crm.is_compound):
        yield line.erp, line.crm
    elif _goes_part_by_part(line):
        for erp, crm in zip(line.erp.keys, line.crm.keys, strict=True):
            yield evolve(line.erp, keys=(erp,)), evolve(line.crm, keys=(crm,))


def _goes_part_by_part(line: Line) -> bool:
    return line.rule.transform == identity() and len(line.erp.keys) == len(line.crm.keys)


def _converts(line: Line, erp: End, crm: End) -> bool:
    given = _gives(line.rule.transform, erp.type)
    if line.list_map is not None:
        return bool(given & _TEXTUAL) and {erp.type, crm.type} <= _TEXTUAL
    to_crm = any(_fits(kind, crm.type) for kind in given)
    to_erp = any(_fits(crm.type, kind) for kind in given)
    direction = line.rule.direction
    return (to_crm or not direction.to_crm) and (to_erp or not direction.to_erp)


def _gives(transform: Transform, erp: FieldType) -> frozenset[FieldType]:
    try:
        return frozenset(transform.gives(erp))
    except Exception:  # noqa: BLE001 - a host's own function, and "none" is what comes of it
        return frozenset()


def _fits(kind: FieldType, other: FieldType) -> bool:
    return kind is other or (kind, other) in _FITTING


def _a(end: End) -> str:
    return f"of the type {end.type.value}"


def _by(line: Line) -> str:
    name = line.rule.transform.name
    return "" if line.rule.transform == identity() else f" by {name}"


def compound_without_transform(_case: Case, line: Line) -> Iterator[Problem]:
    """A compound field meets a field that has no such parts, and no transform makes them."""
    if not line.is_known or not (line.erp.is_compound or line.crm.is_compound):
        return
    if not _goes_part_by_part(line) and (
        line.rule.transform == identity() or not _converts(line, line.erp, line.crm)
    ):
        yield Problem(
            ProblemCode.COMPOUND_WITHOUT_TRANSFORM,
            line.rule.key,
            f"{line.rule.transform.name} does not make {line.crm} of {line.erp}, or the reverse.",
            "Choose a transform that joins parts, such as join_words; flip it where the CRM has"
            " the parts.",
        )


def wrong_number_of_parts(_case: Case, line: Line) -> Iterator[Problem]:
    """A transform takes another number of parts than the compound field has."""
    transform = line.rule.transform
    for end, way in ((line.erp, transform.to_crm), (line.crm, transform.to_erp)):
        if not line.is_known or not end.is_compound or way is None:
            continue
        if _takes(way, len(end.keys)):
            continue
        taken = [str(count) for count in range(2, PARTS_MAX + 1) if _takes(way, count)]
        if taken:
            yield Problem(
                ProblemCode.WRONG_NUMBER_OF_PARTS,
                line.rule.key,
                f"{end} are {len(end.keys)} parts, and {transform.name} takes {taken[0]}.",
                "Name as many parts as the transform takes, or change the transform.",
            )


def _takes(way: OneWay, count: int) -> bool:
    """Whether a way takes so many parts; empty ones, for those break no other rule."""
    try:
        way((None,) * count)
    except Exception:  # noqa: BLE001 - a host's own function; what else it raises, others tell
        return False
    return True


def one_way_transform(_case: Case, line: Line) -> Iterator[Problem]:
    """The direction asks for a way that the transform does not have."""
    for journey in line.journeys:
        if journey.way is None:
            yield Problem(
                ProblemCode.ONE_WAY_TRANSFORM,
                line.rule.key,
                f"The direction {line.rule.direction.value} leads to the {journey.target.side}, and"
                f" {line.rule.transform.name} is {line.rule.transform.laws.value}.",
                "Choose the other direction, or a transform with a way back.",
            )


def broken_transform(_case: Case, line: Line) -> Iterator[Problem]:
    """A transform does not keep the laws it declares, tried on values of the two types."""
    transform = _as_used(line.rule)
    if not line.is_known or transform is None:
        return
    breaches = breaches_between(transform, line.erp.type, line.crm.type)
    if breaches:
        more = f"; and {len(breaches) - 1} times more" if len(breaches) > 1 else ""
        yield Problem(
            ProblemCode.BROKEN_TRANSFORM,
            line.rule.key,
            f"The transform breaks its laws: {breaches[0]}{more}.",
            "Choose another transform, or a single direction, and tell the transform's author.",
        )


def _as_used(rule: FieldRule) -> Transform | None:
    """The transform with the ways that the rule goes; None where it lacks one of them.

    A rule of one direction does not suffer from a bad way back.
    """
    transform, direction = rule.transform, rule.direction
    if direction is Direction.BOTH:
        return transform if transform.laws.two_way else None
    if direction is Direction.TO_CRM and transform.to_crm is not None:
        return evolve(transform, to_erp=None, laws=Laws.TO_CRM_ONLY)
    if direction is Direction.TO_ERP and transform.to_erp is not None:
        return evolve(transform, to_crm=None, laws=Laws.TO_ERP_ONLY)
    return None


def unknown_merge_rule(case: Case, line: Line) -> Iterator[Problem]:
    """A rule names a way of choosing the winner that the policy does not have."""
    name = line.rule.rule
    if name and name not in case.policy.rules:
        yield Problem(
            ProblemCode.UNKNOWN_MERGE_RULE,
            line.rule.key,
            ended(f"There is no merge rule {str(name)!r}{hint(name, case.policy.rules)}"),
            "Correct the name, or leave it empty for the usual rule.",
        )


def union_of_single_values(_case: Case, line: Line) -> Iterator[Problem]:
    """Values are to be united in a field that holds a single one."""
    if line.rule.rule == Rule.UNION and line.is_known and not line.crm.is_many:
        yield Problem(
            ProblemCode.UNION_OF_SINGLE_VALUES,
            line.rule.key,
            f"{line.crm} holds a single value, so nothing can be united in it.",
            "Choose another merge rule, or leave it empty for the usual one.",
        )
