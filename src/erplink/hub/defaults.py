"""AskedValue: a default value of a mapping, with what a person gave for it."""

from collections.abc import Iterable, Mapping

from attrs import evolve, frozen

from erplink.domain.canonical import canonical
from erplink.domain.fields import Field
from erplink.domain.frozen import FrozenDict
from erplink.domain.mapping import DefaultValue, How
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.merge import FieldDecision, FieldWrite, Outcome
from erplink.domain.values import UNSET, Maybe, Value, is_empty

__all__ = ["AskedValue", "asked_values", "default_decisions"]


@frozen(repr=False)
class AskedValue:
    """A field of the ERP that has a default value, or that a person is asked for."""

    description: Field
    how: How
    suggestion: Value = None
    #: Whether no link is made without a value.
    mandatory: bool = False
    #: What a person said; UNSET where nothing was.
    said: Maybe = UNSET

    @property
    def field(self) -> str:
        """The key of the ERP's field."""
        return self.description.key

    @property
    def value(self) -> Value:
        """What the field would get: what was said, or else what is set or suggested."""
        if self.said is not UNSET:
            return self.said
        return self.suggestion if self.how is not How.ASK else None

    def given(self, value: Value) -> "AskedValue":
        """The same with what a person said; BadValue where the field cannot hold it."""
        return evolve(self, said=None if is_empty(value) else canonical(self.description, value))

    def __repr__(self) -> str:
        """The field, its value, and whether it has to have one."""
        need = ", mandatory" if self.mandatory else ""
        return f"{self.field} = {self.value!r} ({self.how.value}{need})"


def asked_values(mapping: FieldMapping, fields: Iterable[Field]) -> tuple[AskedValue, ...]:
    """The default values of a mapping, for the fields that there are."""
    known = {field.key: field for field in fields}
    return tuple(
        _asked(each, known[each.field]) for each in mapping.defaults if each.field in known
    )


def _asked(default: DefaultValue, field: Field) -> AskedValue:
    return AskedValue(field, default.how, default.value, default.mandatory)


def default_decisions(
    values: Iterable[AskedValue], held: Mapping[str, Value], connection: str
) -> list[FieldDecision]:
    """The default values as decisions, so that they are planned and told like any other write."""
    return [
        FieldDecision(
            each.field,
            Outcome.WRITE,
            "default",
            "a person gave it" if each.said is not UNSET else "the mapping's default value",
            value=each.value,
            writes=(
                FieldWrite(
                    connection,
                    each.field,
                    FrozenDict({each.field: each.value}),
                    held.get(each.field, UNSET),
                    each.value,
                ),
            ),
        )
        for each in values
        if not is_empty(each.value)
    ]
