"""What can be wrong with the fields that a mapping names, and with those that it leaves out."""

from collections.abc import Callable, Iterator

from attrs import evolve

from erplink.domain.fields import Access, Field
from erplink.domain.mapping.mapping import DefaultValue
from erplink.domain.mapping.problems.case import Case, End, Line, ended, hint
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.values import is_empty

__all__ = [
    "form_field",
    "key_as_target",
    "mandatory_never_written",
    "mandatory_rule_syncs_nothing",
    "mandatory_without_direction",
    "read_only_target",
    "repeated_part",
    "two_into_one",
    "unknown_field",
    "write_once_target",
]


def unknown_field(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule names a field that its side does not have."""
    for end in line.ends:
        for key in dict.fromkeys(end.keys):
            if key not in end.known:
                yield Problem(
                    ProblemCode.UNKNOWN_FIELD,
                    line.rule.key,
                    ended(f"The {end.side} has no field {key!r}{hint(key, end.known)}"),
                    "Correct the name, or remove the rule if the field is gone.",
                )


def repeated_part(_case: Case, line: Line) -> Iterator[Problem]:
    """A compound field has one part twice."""
    for end in line.ends:
        for part in _single(end):
            if end.keys.count(part.keys[0]) > 1:
                yield Problem(
                    ProblemCode.REPEATED_PART,
                    line.rule.key,
                    f"{part} is a part of one compound field more than once.",
                    "Name each part once.",
                )


def _single(end: End) -> Iterator[End]:
    """Each part by itself."""
    for key in dict.fromkeys(end.keys):
        yield evolve(end, keys=(key,))


def _known(end: End) -> Iterator[tuple[End, Field]]:
    """Each part by itself, with its field."""
    for part in _single(end):
        if part.is_known:
            yield part, part.fields[0]


def form_field(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule syncs a password or a label, which only forms have."""
    for end in line.ends if line.rule.syncs else ():
        for part, field in _known(end):
            if field.type.only_in_forms:
                yield Problem(
                    ProblemCode.FORM_FIELD,
                    line.rule.key,
                    f"{part} is a {field.type.value}, which only forms have.",
                    "Remove the rule.",
                )


def key_as_target(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule writes to a record's own id."""
    return _closed(line, ProblemCode.KEY_AS_TARGET, lambda field: field.is_key)


def read_only_target(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule writes to a field that is read-only."""
    return _closed(
        line,
        ProblemCode.READ_ONLY_TARGET,
        lambda field: field.access is Access.READ_ONLY and not field.is_key,
    )


def _closed(line: Line, code: ProblemCode, is_closed: Callable[[Field], bool]) -> Iterator[Problem]:
    for end in line.targets:
        away = "> (ERP to CRM)" if end.side == "ERP" else "< (CRM to ERP)"
        for part, field in _known(end):
            if is_closed(field):
                yield Problem(
                    code,
                    line.rule.key,
                    f"{part} cannot be written: {field.why_not_writable}.",
                    f"Choose the direction {away}, or none.",
                )


def write_once_target(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule writes to a field that keeps the first value it gets."""
    for end in line.targets:
        for part, field in _known(end):
            if field.access is Access.WRITE_ONCE and not field.why_not_writable:
                yield Problem(
                    ProblemCode.WRITE_ONCE_TARGET,
                    line.rule.key,
                    f"{part} is written once, and later changes do not reach it.",
                    "Leave it if the first value is all you want; else choose another field.",
                )


def mandatory_rule_syncs_nothing(_case: Case, line: Line) -> Iterator[Problem]:
    """A rule makes a value mandatory and takes it nowhere."""
    if line.rule.mandatory and not line.rule.syncs:
        yield Problem(
            ProblemCode.MANDATORY_RULE_SYNCS_NOTHING,
            line.rule.key,
            f"{line.erp} must be given a value, and the rule has no direction to take it.",
            "Choose a CRM field and a direction, or do not make the value mandatory.",
        )


def two_into_one(case: Case) -> Iterator[Problem]:
    """Two rules write the same field."""
    for side, end_of in (("ERP", case.erp), ("CRM", case.crm)):
        for key, lines in case.writers(side).items():
            if len(lines) > 1:
                rules = " and ".join(repr(str(line.rule)) for line in lines)
                yield Problem(
                    ProblemCode.TWO_INTO_ONE,
                    lines[-1].rule.key,
                    f"{end_of(key)} is written by {len(lines)} rules: {rules}.",
                    "Let one rule write it, and give the others another direction or field.",
                )


def mandatory_without_direction(case: Case) -> Iterator[Problem]:
    """No rule and no default has a value for a field that the ERP refuses to be without."""
    for field in _to_be_filled(case):
        if not _is_synced(case, field):
            yield Problem(
                ProblemCode.MANDATORY_WITHOUT_DIRECTION,
                field.key,
                f"{case.erp(field.key)} is mandatory, and has neither a direction nor a default.",
                "Map it to a CRM field with the direction < or <>, or give it a default.",
            )


def mandatory_never_written(case: Case) -> Iterator[Problem]:
    """A mandatory field is left to the person who creates a record."""
    for field in _to_be_filled(case):
        if _is_synced(case, field):
            yield _never_written(case.erp(field.key), "<")
    written = case.writers("CRM")
    for field in case.entity_fields.values():
        if _must_be_given(field) and field.key not in written:
            yield _never_written(case.crm(field.key), ">")


def _never_written(end: End, towards: str) -> Problem:
    return Problem(
        ProblemCode.MANDATORY_NEVER_WRITTEN,
        end.keys[0],
        f"{end} is mandatory, and no rule writes it: whoever creates a record must fill it in.",
        f"Give it a rule with the direction {towards} or <>, if records are to be created.",
    )


def _to_be_filled(case: Case) -> Iterator[Field]:
    """The ERP's mandatory fields that neither a rule nor a default fills."""
    given = {each.field for each in case.mapping.defaults if _gives_value(each)}
    filled = given | case.writers("ERP").keys()
    for field in case.actor_fields.values() if case.creates else ():
        if _must_be_given(field) and field.key not in filled:
            yield field


def _must_be_given(field: Field) -> bool:
    return field.mandatory and not field.why_not_writable and is_empty(field.default)


def _gives_value(default: DefaultValue) -> bool:
    return default.how.asks or not is_empty(default.value)


def _is_synced(case: Case, field: Field) -> bool:
    return any(field.key in line.erp.keys for line in case.lines if line.rule.syncs)
