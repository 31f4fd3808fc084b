"""Form: a connector's configuration fields with what they hold, secrets masked."""

from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from erplink.connectors import Configuration
from erplink.domain.canonical import canonical
from erplink.domain.connections import Configured
from erplink.domain.fields import Field, FieldType
from erplink.domain.secret import MASK, Secret
from erplink.domain.values import Value, is_empty
from erplink.errors import BadName, BadValue, InputError, NotReady

__all__ = ["FormField", "filled", "form_of", "not_filled"]


@frozen
class FormField:
    """One line of a form."""

    field: Field
    #: What it holds; a mask where that is a secret.
    value: Value = None

    @property
    def is_secret(self) -> bool:
        """Whether what it holds is never shown."""
        return self.field.type is FieldType.PASSWORD


def form_of(fields: Iterable[Field], holds: Configuration | None = None) -> tuple[FormField, ...]:
    """The form, in the order in which it is shown: empty, or with what a configuration holds."""
    in_order = sorted(fields, key=lambda field: field.rank)
    return tuple(FormField(field, _shown(field, holds)) for field in in_order)


def _shown(field: Field, holds: Configuration | None) -> Value:
    if holds is None:
        return None if field.type is FieldType.PASSWORD else field.default
    value = holds.get(field.key)
    if isinstance(value, Secret):
        return MASK if value else None
    return value


def filled(
    fields: Iterable[Field], given: Mapping[str, Configured], holds: Configuration | None = None
) -> dict[str, Configured]:
    """The whole configuration once a form is filled with ``given``, over what it holds.

    A secret that is given as its mask stays as it is. Where anything does not fit its field,
    NotReady lists all of that.
    """
    known = {field.key: field for field in fields}
    start: dict[str, Configured] = dict(holds or {})
    if holds is None:
        start = {
            key: field.default
            for key, field in known.items()
            if field.default is not None and not field.type.only_in_forms
        }
    taken, faults = dict(start), list[str]()
    for key, value in given.items():
        try:
            taken.update(_fitted(known, key, value))
        except InputError as error:
            faults.append(str(error))
    if faults:
        raise NotReady("the configuration cannot be taken", faults)
    return {key: value for key, value in taken.items() if key in known}


def _fitted(
    known: Mapping[str, Field], key: str, value: Configured
) -> Iterator[tuple[str, Configured]]:
    if key not in known:
        raise BadName.among("configuration field", key, known)
    field = known[key]
    if field.type is FieldType.PASSWORD:
        if value != MASK:
            yield key, _secret(field, value)
    elif isinstance(value, Secret):
        raise BadValue("only a password is a secret", value=MASK, field=key)
    elif value is None:
        yield key, None  # a mandatory field may be empty until the form is looked at as a whole
    else:
        yield key, canonical(field, value)


def _secret(field: Field, value: Configured) -> Secret | None:
    if value is None or isinstance(value, Secret):
        return value
    if not isinstance(value, str):
        raise BadValue("a password is a text or a Secret", value=MASK, field=field.key)
    return Secret(value) if value else None


def not_filled(fields: Iterable[Field], holds: Configuration) -> tuple[str, ...]:
    """A sentence for each mandatory field that is empty."""
    return tuple(
        f"{field.title!r} must be filled"
        for field in fields
        if field.mandatory and _is_blank(holds.get(field.key))
    )


def _is_blank(value: Configured) -> bool:
    return not value if isinstance(value, Secret) else is_empty(value)
