"""Plans as documents: one canonical JSON text per plan, so that equal plans have equal texts.

What was previewed is what is applied: the fingerprint of a plan is that of its text.
cattrs is imported where it is first needed, for it costs more than the rest of the domain.
"""

import json
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, get_args, get_origin

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.frozen import FrozenDict
from erplink.domain.merge import FieldDecision
from erplink.domain.plan.plan import STEP_KINDS, Plan
from erplink.domain.plan.question import NewRecord
from erplink.domain.plan.steps import Step, Target
from erplink.domain.records import CRM, ActorRef, EntityRef, Mark, Ref
from erplink.domain.values import Maybe, Value, shorten
from erplink.errors import BadDocument, InputError

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = [
    "PLAN_CHARACTERS_MAX",
    "decision_from_data",
    "decision_to_data",
    "fingerprint",
    "plan_from_data",
    "plan_from_json",
    "plan_to_data",
    "plan_to_json",
]

PLAN_CHARACTERS_MAX = 256 * 1024 * 1024
"""The longest text that is read as a plan."""

_FORMAT: Final = 1


def plan_to_data(plan: Plan) -> dict[str, Any]:
    """The plan as plain data."""
    data: dict[str, Any] = _converter().unstructure(plan, Plan)
    return {"format": _FORMAT, **data}


def plan_from_data(data: Any) -> Plan:
    """The plan that ``data`` was made of; BadDocument names everything that is wrong with it."""
    from cattrs import BaseValidationError, transform_error  # noqa: PLC0415 - see the module's text

    if not isinstance(data, dict):
        raise BadDocument(f"a plan is a table, not {type(data).__name__}")
    rest = dict(data)
    found = rest.pop("format", None)
    if found != _FORMAT:
        raise BadDocument(f"this is no plan of format {_FORMAT}: its format is {found!r}")
    try:
        return _converter().structure(rest, Plan)
    except BaseValidationError as error:
        raise BadDocument("; ".join(transform_error(error, "plan", _sentence))) from error


def decision_to_data(decision: FieldDecision) -> dict[str, Any]:
    """A decision as plain data, for whoever keeps it beside its plan."""
    data: dict[str, Any] = _converter().unstructure(decision, FieldDecision)
    return data


def decision_from_data(data: Any) -> FieldDecision:
    """The decision that ``data`` was made of."""
    return _converter().structure(data, FieldDecision)


def _sentence(error: BaseException, kind: type | None) -> str:
    from cattrs.v import format_exception  # noqa: PLC0415 - see the module's text

    return str(error) if isinstance(error, InputError) else format_exception(error, kind)


def plan_to_json(plan: Plan) -> str:
    """The plan's one canonical text: equal plans have equal texts."""
    data = plan_to_data(plan)
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def plan_from_json(text: str) -> Plan:
    """The plan that ``text`` was made of."""
    if len(text) > PLAN_CHARACTERS_MAX:
        raise BadDocument(f"a plan's text has at most {PLAN_CHARACTERS_MAX} characters")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadDocument(f"this is not JSON: {error}") from error
    return plan_from_data(data)


def fingerprint(plan: Plan) -> str:
    """A short text that two plans share just when they say the same."""
    return sha256(plan_to_json(plan).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _converter() -> "Converter":
    from cattrs import Converter  # noqa: PLC0415 - see the module's text
    from cattrs.strategies import configure_tagged_union  # noqa: PLC0415 - see the module's text

    converter = Converter(forbid_extra_keys=True)
    _teach_values(converter)
    _teach_references(converter)
    configure_tagged_union(Step, converter, tag_generator=STEP_KINDS.__getitem__, tag_name="step")
    return converter


def _teach_values(converter: "Converter") -> None:
    encoded = (Value, Maybe, Mark)
    converter.register_unstructure_hook_func(lambda kind: kind in encoded, encode_value)
    converter.register_structure_hook_func(
        lambda kind: kind in encoded, lambda data, _: decode_value(data)
    )
    converter.register_unstructure_hook_factory(_is_frozen_dict, _items_writer)
    converter.register_structure_hook_factory(_is_frozen_dict, _items_reader)
    converter.register_unstructure_hook_func(lambda kind: kind == frozenset[str], sorted)


def _is_frozen_dict(kind: Any) -> bool:
    return get_origin(kind) is FrozenDict


def _items_writer(kind: Any, converter: "Converter") -> Callable[[Any], dict[str, Any]]:
    _, content = get_args(kind)
    write = converter.get_unstructure_hook(content)
    return lambda items: {key: write(value) for key, value in items.items()}


def _items_reader(kind: Any, converter: "Converter") -> Callable[[Any, Any], Any]:
    _, content = get_args(kind)
    return lambda data, _: FrozenDict(converter.structure(data, dict[str, content]))  # type: ignore[valid-type]


def _teach_references(converter: "Converter") -> None:
    # A record is a list of system, kind and key; a step's id is a text; a new record is a table.
    existing = ActorRef | EntityRef
    kinds = (ActorRef, EntityRef, existing, Target, Target | None, existing | NewRecord)
    converter.register_unstructure_hook_func(
        lambda kind: kind in kinds, lambda value: _written(converter, value)
    )
    converter.register_structure_hook_func(
        lambda kind: kind in kinds, lambda data, _: _read(converter, data)
    )


def _written(converter: "Converter", value: Any) -> Any:
    if isinstance(value, Ref):
        return [value.system, value.kind, value.key]
    return converter.unstructure(value)


def _read(converter: "Converter", data: Any) -> Any:
    if isinstance(data, list) and len(data) == len(("system", "kind", "key")):
        return (EntityRef if data[0] == CRM else ActorRef)(*data)
    if isinstance(data, dict):
        return converter.structure(data, NewRecord)
    if data is None or isinstance(data, str):
        return data
    raise BadDocument(f"a record is a list of system, kind and key, not {shorten(data)}")
