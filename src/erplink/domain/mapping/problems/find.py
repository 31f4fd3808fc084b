"""Find every problem of a mapping: the tables of the checks, and the function that runs them.

A check is a generator named as the code of its problem; it looks for that one kind and no other.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from erplink.domain.fields import Field
from erplink.domain.kinds import LinkablePairs
from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.mapping import DefaultValue, Mapping
from erplink.domain.mapping.problems import of_defaults, of_fields, of_lists, of_losses, of_values
from erplink.domain.mapping.problems.case import Case, Line, Lists
from erplink.domain.mapping.problems.problem import Problem, ProblemCode
from erplink.domain.policy import Policy

__all__ = ["problems"]


def problems(
    mapping: Mapping,
    actor_fields: Iterable[Field],
    entity_fields: Iterable[Field],
    *,
    lists: Lists | None = None,
    policy: Policy | None = None,
    pairs: LinkablePairs | None = None,
    creates: bool = True,
) -> tuple[Problem, ...]:
    """Everything that is wrong with ``mapping``, in its own order; it never raises.

    Args:
        mapping: What to look at, whether it is enabled or not.
        actor_fields: The fields that the ERP's kind of actor has.
        entity_fields: The fields that the CRM's kind of entity has.
        lists: The items of the lists; without them no item is checked.
        policy: Knows the names of the merge rules; without one there are only erplink's own.
        pairs: Which kinds may be linked; without them any may.
        creates: Whether actors may be created, which asks for a value in each mandatory field.
    """
    case = Case(
        mapping,
        {field.key: field for field in actor_fields},
        {field.key: field for field in entity_fields},
        lists or Lists(),
        policy or Policy(),
        pairs,
        creates,
    )
    return tuple(_found(case))


def _found(case: Case) -> Iterator[Problem]:
    for check in _OF_THE_WHOLE:
        yield from check(case)
    for line in case.lines:
        for check_line in _OF_A_RULE:
            yield from check_line(case, line)
    for list_map in case.mapping.lists:
        for check_list in _OF_A_LIST_MAP:
            yield from check_list(case, list_map)
    for default in case.mapping.defaults:
        for check_default in _OF_A_DEFAULT:
            yield from check_default(case, default)


def kinds_not_linkable(case: Case) -> Iterator[Problem]:
    """The mapping is for two kinds of records that are not linked to each other."""
    entity, actor = case.mapping.entity_kind, case.mapping.actor_kind
    if case.pairs is None or case.pairs.allows(entity, actor):
        return
    allowed = ", ".join(case.pairs.actor_kinds(entity))
    yield Problem(
        ProblemCode.KINDS_NOT_LINKABLE,
        "",
        f"The kind {entity!r} of the CRM is not linked to the kind {actor!r} of the ERP.",
        f"Choose one of {allowed}." if allowed else f"Choose another kind than {entity!r}.",
    )


_OF_THE_WHOLE: Final[tuple[Callable[[Case], Iterator[Problem]], ...]] = (
    kinds_not_linkable,
    of_fields.mandatory_without_direction,
    of_fields.mandatory_never_written,
    of_fields.two_into_one,
)

_OF_A_RULE: Final[tuple[Callable[[Case, Line], Iterator[Problem]], ...]] = (
    of_fields.unknown_field,
    of_fields.repeated_part,
    of_fields.form_field,
    of_fields.key_as_target,
    of_fields.read_only_target,
    of_fields.write_once_target,
    of_fields.mandatory_rule_syncs_nothing,
    of_values.cannot_convert,
    of_values.many_and_single,
    of_values.compound_without_transform,
    of_values.wrong_number_of_parts,
    of_values.one_way_transform,
    of_values.broken_transform,
    of_values.unknown_merge_rule,
    of_values.union_of_single_values,
    of_losses.text_too_long,
    of_losses.digits_lost,
    of_lists.list_without_map,
)

_OF_A_LIST_MAP: Final[tuple[Callable[[Case, ListMap], Iterator[Problem]], ...]] = (
    of_lists.unknown_list,
    of_lists.unknown_list_item,
    of_lists.double_mapped_item,
    of_lists.unmapped_items,
)

_OF_A_DEFAULT: Final[tuple[Callable[[Case, DefaultValue], Iterator[Problem]], ...]] = (
    of_defaults.default_of_unknown_field,
    of_defaults.default_of_read_only_field,
    of_defaults.default_does_not_fit,
    of_defaults.default_without_value,
    of_defaults.mandatory_neither_set_nor_asked,
    of_defaults.ask_without_mandatory,
)
