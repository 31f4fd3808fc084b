"""Layout: how a day or a time of day is written, such as ``DD.MM.YYYY hh:mm``.

``YYYY`` or ``YY``, ``MM`` or ``M``, ``DD`` or ``D``, ``hh``, ``mm``, ``ss``; a single ``M`` or
``D`` is read with one digit or two. Everything else stands for itself, and letters other than
``T`` are refused, so that a misspelt layout is found when it is made.
"""

import re
from collections.abc import Mapping
from itertools import pairwise, zip_longest
from typing import Final

from attrs import frozen

from erplink.domain.transforms.parameters import a_word
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["LAYOUT_LENGTH_MAX", "Layout", "layout_of"]

LAYOUT_LENGTH_MAX = 50
"""The longest layout, and the longest text that is read by one."""

_DAY: Final = {"year", "month", "day"}
_TIME: Final = {"hour", "minute"}
_NAMES: Final = {"Y": "year", "M": "month", "D": "day", "h": "hour", "m": "minute", "s": "second"}
_TOKEN: Final = re.compile("YYYY|YY|MM|M|DD|D|hh|mm|ss")
_STRANGE: Final = re.compile(r"[^\W_T]")


@frozen
class Layout:
    """How a day, or a day with a time, is written."""

    text: str
    _tokens: tuple[str, ...]
    _regex: re.Pattern[str]

    def read(self, text: str) -> dict[str, int] | None:
        """The year, month and so on that ``text`` writes; None where it is laid out otherwise."""
        match = self._regex.fullmatch(text)
        return match and {name: int(digits) for name, digits in match.groupdict().items()}

    def write(self, numbers: Mapping[str, int]) -> str:
        """The text that writes the year, month and so on."""
        return _TOKEN.sub(lambda token: _written(token[0], numbers), self.text)

    @property
    def short_year(self) -> bool:
        """Whether the century is left out."""
        return "YY" in self._tokens


def _written(token: str, numbers: Mapping[str, int]) -> str:
    number = numbers[_NAMES[token[0]]]
    # Cut as well as filled: YY is the end of a year.
    return str(number) if len(token) == 1 else f"{number:0{len(token)}}"[-len(token) :]


def layout_of(text: str, *, with_time: bool) -> Layout:
    """The layout that ``text`` describes; BadValue where days could be read two ways, or none."""
    a_word("layout", text, most=LAYOUT_LENGTH_MAX)
    found = list(_TOKEN.finditer(text))
    names = [_NAMES[token[0][0]] for token in found]
    wanted = _DAY | _TIME if with_time else _DAY
    if len(names) != len(set(names)) or set(names) - {"second"} != wanted:
        raise BadValue(f"a layout has one each of {', '.join(sorted(wanted))}", value=shorten(text))
    if ("second" in names and not with_time) or _STRANGE.search(_TOKEN.sub("", text)):
        rule = "a layout is made of YYYY, YY, MM, M, DD, D, hh, mm, ss, T and signs"
        raise BadValue(rule, value=shorten(text))
    if any(one.end() == two.start() and 1 in _widths(one, two) for one, two in pairwise(found)):
        rule = "something must stand beside a single M or D, to tell where its digits end"
        raise BadValue(rule, value=shorten(text))
    return Layout(text, tuple(token[0] for token in found), _regex_of(text))


def _widths(*tokens: re.Match[str]) -> list[int]:
    return [len(token[0]) for token in tokens]


def _regex_of(text: str) -> re.Pattern[str]:
    literals, regex = _TOKEN.split(text), ""
    for literal, token in zip_longest(literals, _TOKEN.findall(text), fillvalue=""):
        regex += re.escape(literal) + (token and _digits(token))
    return re.compile(regex)


def _digits(token: str) -> str:
    count = "{1,2}" if len(token) == 1 else f"{{{len(token)}}}"
    return f"(?P<{_NAMES[token[0]]}>[0-9]{count})"
