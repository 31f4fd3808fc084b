"""Parameters: what the factories of transforms check before they make one."""

from collections.abc import Iterable
from typing import Any, Final

from erplink.domain.values import shorten
from erplink.errors import BadName, BadValue

__all__ = [
    "OTHERWISE",
    "PARAMETER_LENGTH_MAX",
    "a_choice",
    "a_switch",
    "a_whole",
    "a_word",
    "given",
]

PARAMETER_LENGTH_MAX = 1_000
"""The longest text a parameter may be."""

OTHERWISE: Final = ("refuse", "blank", "keep")
"""What may become of a value that a transform has no answer for."""


def a_whole(name: str, value: object, *, least: int, most: int) -> int:
    """The parameter as a whole number within its bounds."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    rule = f"{name} must be a whole number from {least} to {most}"
    raise BadValue(rule, value=shorten(value))


def a_word(name: str, value: object, *, least: int = 1, most: int = PARAMETER_LENGTH_MAX) -> str:
    """The parameter as a text within its bounds."""
    if isinstance(value, str) and least <= len(value) <= most:
        return value
    rule = f"{name} must be a text of {least} to {most} characters"
    raise BadValue(rule, value=shorten(value))


def a_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """The parameter as one of the words it may be."""
    word = a_word(name, value)
    if word not in choices:
        raise BadName.among(name, word, choices)
    return word


def a_switch(name: str, value: object) -> bool:
    """The parameter as a yes or no."""
    if isinstance(value, bool):
        return value
    raise BadValue(f"{name} must be True or False", value=shorten(value))


def given(**params: Any) -> dict[str, Any]:
    """The parameters that were given, for a transform to remember; None is not given."""
    return {name: value for name, value in params.items() if value is not None}
