"""What can be wrong with the default values of a mapping."""

from collections.abc import Iterator

from erplink.domain.canonical import canonical
from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping.mapping import DefaultValue, How
from erplink.domain.mapping.problems.case import Case, ended, hint
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.values import Value, is_empty
from erplink.errors import BadValue

__all__ = [
    "ask_without_mandatory",
    "default_does_not_fit",
    "default_of_read_only_field",
    "default_of_unknown_field",
    "default_without_value",
    "mandatory_neither_set_nor_asked",
]


def default_of_unknown_field(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """A default is for a field that the ERP does not have."""
    if default.field not in case.actor_fields:
        yield Problem(
            ProblemCode.DEFAULT_OF_UNKNOWN_FIELD,
            default.field,
            ended(
                f"The ERP has no field {default.field!r}{hint(default.field, case.actor_fields)}"
            ),
            "Correct the name, or remove the default if the field is gone.",
        )


def default_of_read_only_field(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """A default is for a field that nothing may write."""
    field = case.actor_fields.get(default.field)
    if field is not None and field.why_not_writable:
        yield Problem(
            ProblemCode.DEFAULT_OF_READ_ONLY_FIELD,
            default.field,
            f"{case.erp(default.field)} takes no default: {field.why_not_writable}.",
            "Remove the default.",
        )


def default_does_not_fit(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """The value of a default is none that its field could hold."""
    field = case.actor_fields.get(default.field)
    if field is None or field.why_not_writable or is_empty(default.value):
        return
    misfit = _misfit(field, default.value) or _no_item(case, field, default.value)
    if misfit:
        yield Problem(
            ProblemCode.DEFAULT_DOES_NOT_FIT,
            default.field,
            ended(f"The default of {case.erp(default.field)} does not fit: {misfit}"),
            "Give a value that the field can hold.",
        )


def _misfit(field: Field, value: Value) -> str:
    try:
        canonical(field, value)
    except BadValue as error:
        return error.rule
    return ""


def _no_item(case: Case, field: Field, value: Value) -> str:
    items = case.lists.erp.get(field.list_name)
    if field.type is not FieldType.LIST or items is None or value in items:
        return ""
    return f"the list {field.list_name!r} has no item {value!r}{hint(str(value), items)}"


def default_without_value(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """A default that sets or suggests a value has none."""
    purpose = {How.SET: "set", How.BOTH: "suggest"}.get(default.how)
    refused = default.mandatory and default.how is How.SET  # MANDATORY_NEITHER_SET_NOR_ASKED
    if purpose and is_empty(default.value) and not refused:
        yield Problem(
            ProblemCode.DEFAULT_WITHOUT_VALUE,
            default.field,
            f"The default of {case.erp(default.field)} has no value to {purpose}.",
            "Give it a value, or let it ask only.",
        )


def mandatory_neither_set_nor_asked(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """A value is mandatory, and is neither set nor asked for."""
    if default.mandatory and default.how is How.SET and is_empty(default.value):
        yield Problem(
            ProblemCode.MANDATORY_NEITHER_SET_NOR_ASKED,
            default.field,
            f"{case.erp(default.field)} must be given a value, which is neither set nor asked for.",
            "Set a value, or let the user be asked for it.",
        )


def ask_without_mandatory(case: Case, default: DefaultValue) -> Iterator[Problem]:
    """The user is asked for what the ERP needs, and may leave it empty."""
    field = case.actor_fields.get(default.field)
    if field is None or not field.mandatory or not default.how.asks or default.mandatory:
        return
    if default.field not in case.writers("ERP"):
        yield Problem(
            ProblemCode.ASK_WITHOUT_MANDATORY,
            default.field,
            f"{case.erp(default.field)} is mandatory, and the user who is "
            "asked for it may leave it empty.",
            "Make the default mandatory, or map the field to one of the CRM.",
        )
