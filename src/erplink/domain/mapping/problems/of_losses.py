"""What can be lost on the way though the mapping is right: long texts, and digits."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from erplink.domain.canonical import canonical
from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping.problems.case import Case, Journey, Line
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.values import Value, check_value
from erplink.errors import BadValue

__all__ = ["digits_lost", "text_too_long"]

SAMPLE_LENGTH_MAX = 10_000
"""The longest text that is tried; of targets that store more, nobody is warned."""

_TEXTS: Final = frozenset({FieldType.TEXT, FieldType.TEXTS})
_NUMBERS: Final = frozenset({FieldType.DECIMAL, FieldType.INTEGER})

_NUMBER_DIGITS: Final = 12
_SECOND_DIGITS: Final = 6


def text_too_long(_case: Case, line: Line) -> Iterator[Problem]:
    """A text may be longer than what the target stores."""
    for journey, source, target in _between_single_fields(line):
        if {source.type, target.type} <= _TEXTS and _outgrows(journey, source, target):
            fate = "cut" if target.cuts else "refused"
            yield Problem(
                ProblemCode.TEXT_TOO_LONG,
                line.rule.key,
                f"{journey.target} stores at most {target.max_length} characters: a longer text of"
                f" {journey.source} is {fate}.",
                "Leave it if the texts are short in practice; else shorten them by a transform.",
            )


def _outgrows(journey: Journey, source: Field, target: Field) -> bool:
    limit, longest = target.max_length, source.max_length or SAMPLE_LENGTH_MAX + 1
    if not 0 < limit < longest or limit >= SAMPLE_LENGTH_MAX:
        return False
    text = "1" * (limit + 1)  # digits, for there are transforms that take nothing else
    sent = _sent(journey, (text,) if source.type is FieldType.TEXTS else text)
    parts = sent if isinstance(sent, tuple) else (sent,)
    return any(isinstance(part, str) and len(part) > limit for part in parts)


def digits_lost(_case: Case, line: Line) -> Iterator[Problem]:
    """A number or a moment may have more digits than the target stores."""
    for journey, source, target in _between_single_fields(line):
        finest = _finest(source, target)
        sent = None if finest is None else _sent(journey, finest)
        if sent is not None and _stored(target, sent) != sent:
            whole = target.type is FieldType.INTEGER
            fate = "refused" if whole else "rounded"
            yield Problem(
                ProblemCode.DIGITS_LOST,
                line.rule.key,
                f"{journey.target} stores {0 if whole else target.decimals} digits after the point:"
                f" a value of {journey.source} with more is {fate}.",
                "Leave it if that is what you want; else choose another field or direction.",
            )


def _finest(source: Field, target: Field) -> Value:
    """A value with as many digits as the source may have; None where there are none to lose."""
    if source.type is FieldType.DECIMAL and target.type in _NUMBERS:
        digits = _digits(source, _NUMBER_DIGITS)
        return Decimal(1).scaleb(-digits) if digits else None
    if source.type is target.type is FieldType.DATETIME:
        digits = _digits(source, _SECOND_DIGITS)
        moment = datetime(2026, 1, 31, 12, tzinfo=UTC)
        return moment.replace(microsecond=10 ** (_SECOND_DIGITS - digits)) if digits else None
    return None


def _digits(source: Field, most: int) -> int:
    return most if source.decimals is None else min(source.decimals, most)


def _between_single_fields(line: Line) -> Iterator[tuple[Journey, Field, Field]]:
    if line.is_known and line.list_map is None:
        for journey in line.journeys:
            if not (journey.source.is_compound or journey.target.is_compound):
                yield journey, journey.source.fields[0], journey.target.fields[0]


def _sent(journey: Journey, value: Value) -> Value:
    """What the transform makes of ``value``; None where it makes nothing of it."""
    try:
        return None if journey.way is None else check_value(journey.way(value))
    except Exception:  # noqa: BLE001 - a host's own function, whose faults are BROKEN_TRANSFORM
        return None


def _stored(target: Field, value: Value) -> Value:
    try:
        return canonical(target, value)
    except BadValue:
        return None
