"""Attempts: writes of one transaction, each of which may be refused without undoing the others."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from erplink.adapters.erp.sql.faults import Fault, fault_of
from erplink.adapters.erp.sql.rows import RowReader
from erplink.connectors import EditRefused, EditStale, Redactor

__all__ = ["attempt_each", "not_done"]

T = TypeVar("T")
R = TypeVar("R")


def attempt_each(
    connection: sa.Connection,
    tasks: Sequence[T],
    write: Callable[[T], R],
    refuse: Callable[[T, Fault], R],
    redactor: Redactor,
) -> list[R]:
    """Write every task; answer those that the database refuses.

    First all together, as mostly none is refused; where one is, each by itself. A fault that is
    not about one task, such as a lost connection, goes through.
    """
    if len(tasks) > 1:
        try:
            with connection.begin_nested():
                return [write(task) for task in tasks]
        except DBAPIError as error:
            if not fault_of(error, redactor).is_of_the_edit:
                raise
    answers: list[R] = []
    for task in tasks:
        try:
            with connection.begin_nested():
                answers.append(write(task))
        except DBAPIError as error:
            fault = fault_of(error, redactor)
            if not fault.is_of_the_edit:
                raise
            answers.append(refuse(task, fault))
    return answers


def not_done(
    reader: RowReader, before: Sequence[Any], now: Sequence[Any] | None
) -> EditStale | EditRefused:
    """Why the database took a write of a row and did nothing, by what the row held and holds."""
    if now is not None and reader.version(now) == reader.version(before):
        return EditRefused("the database passed over the change", code="no-change")
    return EditStale(None if now is None else reader.record(now))
