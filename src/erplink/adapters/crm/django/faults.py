"""Faults: what an error of Django or of the database means to erplink."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, connections

from erplink.adapters.crm.django.assembly import ModelKind
from erplink.connectors import EditRefused
from erplink.errors import Refused, SessionError, Unavailable, Unknown

__all__ = ["REFUSALS", "refusal", "told_by_django"]

REFUSALS: Final = (ValidationError, PermissionDenied, IntegrityError)
"""What the host or its database raise about one record alone."""

_CHARACTERS_MAX: Final = 200


def refusal(kind: ModelKind, error: Exception) -> EditRefused:
    """The answer to the edit that is at fault, with the field where one is named."""
    if isinstance(error, ValidationError):
        return _invalid(kind, error)
    said = _said(error)
    if isinstance(error, PermissionDenied):
        return EditRefused(said or "it is not permitted", code="denied")
    table = kind.model._meta.db_table  # noqa: SLF001 - Django's own way to ask
    names = {each.target.column: each.key for each in kind.columns if each.target is not None}
    found = (key for name, key in names.items() if f"{table}.{name}" in said or f"({name})" in said)
    return EditRefused(said, next(found, ""), code="constraint")


def _invalid(kind: ModelKind, error: ValidationError) -> EditRefused:
    if not hasattr(error, "error_dict"):
        return EditRefused(" ".join(error.messages), code="invalid")
    names = {each.target.name: each.key for each in kind.columns if each.target is not None}
    told = error.message_dict
    name = next(iter(told))
    rest = [text for key, texts in told.items() if key != name for text in texts]
    reason = " ".join([*told[name], *rest])
    return EditRefused(reason, "" if name == NON_FIELD_ERRORS else names.get(name, ""), "invalid")


def _said(error: Exception) -> str:
    text = " ".join(str(error).splitlines()[:2])
    return text if len(text) <= _CHARACTERS_MAX else f"{text[: _CHARACTERS_MAX - 1]}…"


@contextmanager
def told_by_django(using: str, *, writes: bool = False) -> Iterator[None]:
    """Raise what an error of the database means; a broken connection is made anew next time."""
    told: SessionError
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        connection = connections[using]
        lost = not connection.in_atomic_block and not _is_usable(using)
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        told = Unknown(_said(error)) if lost and writes else Unavailable(_said(error))
    except DatabaseError as error:
        told = Refused(_said(error), code="database")
    else:
        return
    raise told from None


def _is_usable(using: str) -> bool:
    connection = connections[using]
    return connection.connection is not None and connection.is_usable()
