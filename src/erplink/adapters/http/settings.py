"""Timeouts, Limits and Retries: how long, how much and how often a client tries."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from attrs import Attribute, frozen
from attrs import field as attr

from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["Limits", "Retries", "Timeouts"]

ATTEMPTS_MAX = 20


def _positive(_owner: object, attribute: "Attribute[Any]", value: Any) -> None:
    """Refuse what would switch a limit off."""
    if not (isinstance(value, int | float) and isfinite(value) and value > 0):
        rule = "there is always a limit: give a number above 0"
        raise BadValue(rule, value=shorten(value), field=attribute.name)


def _not_negative(_owner: object, attribute: "Attribute[Any]", value: int) -> None:
    if value < 0:
        raise BadValue("at least 0", value=shorten(value), field=attribute.name)


def _attempts(_owner: object, attribute: "Attribute[Any]", value: int) -> None:
    if not 1 <= value <= ATTEMPTS_MAX:
        rule = f"between 1 and {ATTEMPTS_MAX} attempts"
        raise BadValue(rule, value=shorten(value), field=attribute.name)


def _statuses(statuses: Iterable[int]) -> frozenset[int]:
    return frozenset(statuses)


@frozen(kw_only=True)
class Timeouts:
    """How many seconds the client waits for what; there is no way to wait for ever."""

    #: For a connection, its TLS included.
    connect: float = attr(default=10.0, validator=_positive)
    #: For the next bytes of the answer.
    read: float = attr(default=60.0, validator=_positive)
    #: For the next bytes of the request to be taken.
    write: float = attr(default=60.0, validator=_positive)
    #: For one of the client's connections to be free.
    pool: float = attr(default=30.0, validator=_positive)
    #: For the whole body of one answer, however steadily it drips.
    total: float = attr(default=300.0, validator=_positive)


@frozen(kw_only=True)
class Limits:
    """How much the client takes in from outside."""

    #: Of one answer, before and after it is unpacked.
    response_bytes_max: int = attr(default=64 * 1024 * 1024, validator=_positive)
    #: Of an answer that says no; what is beyond is not read.
    error_bytes_max: int = attr(default=64 * 1024, validator=_positive)
    redirects_max: int = attr(default=5, validator=_not_negative)
    #: How many requests may be under way at the same time; further ones wait.
    connections_max: int = attr(default=16, validator=_positive)


@frozen(kw_only=True)
class Retries:
    """How often the client repeats what may be repeated, and how long it pauses in between."""

    attempts_max: int = attr(default=4, validator=_attempts)
    #: No attempt begins later than this after the first; who would have to wait longer is told.
    seconds_max: float = attr(default=60.0, validator=_positive)
    #: The pause is drawn between 0 and this, doubled with each attempt.
    first_pause: float = attr(default=0.5, validator=_positive)
    pause_max: float = attr(default=20.0, validator=_positive)
    #: Answers by which this system surely says that it did not act. Add 503 only where the
    #: system's documentation promises it: a 503 may come from a gateway after the system acted.
    not_acted: frozenset[int] = attr(default=frozenset({425, 429}), converter=_statuses)
