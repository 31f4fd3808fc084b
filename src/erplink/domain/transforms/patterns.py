"""Regular expressions from a host's configuration, and how long one may run.

Python's engine tries every way in which a pattern can match, and a bad pattern has very many. So
a pattern is read once more here: what can double the ways with each character is refused, and for
the rest the longest text is worked out that keeps the ways below :data:`WAYS_MAX`. The more a
pattern may repeat, the shorter the texts it takes.
"""

import re
from math import comb
from typing import Final

from attrs import define, frozen
from attrs import field as attr

from erplink.domain.transforms.parameters import a_word
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["PATTERN_LENGTH_MAX", "PATTERN_TEXT_MAX", "WAYS_MAX", "Pattern", "compile_pattern"]

PATTERN_LENGTH_MAX = 500
"""The longest pattern."""

PATTERN_TEXT_MAX = 10_000
"""The longest text that any pattern is tried on."""

WAYS_MAX = 100_000_000
"""The most ways of matching that a pattern may have on the longest text it is tried on."""

_TEXT_LEAST = 20
_TOKEN: Final = re.compile(
    r"""
      (?P<comment>\(\?\#[^)]*\))
    | (?P<back>\\[1-9]|\(\?P=\w+\))
    | (?P<other>\\.|\[\^?\]?(?:\\.|[^\]\\])*\])
    | (?P<flags>\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])
    | (?P<open>\((?:\?(?:P?<\w+>|<?[=!]|>|\(\w+\)))?)
    | (?P<close>\))
    | (?P<bar>\|)
    | (?P<repeat>(?:[*+?]|\{(?:\d+(?:,\d*)?|,\d*)\})[?+]?)
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDLESS: Final = (
    "part of it repeats what itself repeats, may be missing, or has alternatives: "
    "such a pattern can run for ever"
)


@frozen
class Pattern:
    """A pattern and the longest text it is tried on."""

    regex: re.Pattern[str]
    length_max: int

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in ``text``; BadValue where the text is too long for the pattern."""
        if len(text) > self.length_max:
            rule = f"longer than the {self.length_max} characters this pattern is tried on"
            raise BadValue(rule, value=shorten(text[:99]))
        return self.regex.search(text)


def compile_pattern(text: str) -> Pattern:
    """The pattern, or BadValue where it is none or could run for too long."""
    a_word("pattern", text, most=PATTERN_LENGTH_MAX)
    try:
        return Pattern(re.compile(text), _length_max(_Reading.of(text)))
    except (re.error, OverflowError, RecursionError) as error:
        raise BadValue(f"not a regular expression: {error}", value=shorten(text)) from None
    except _Unbearable as error:
        raise BadValue(str(error), value=shorten(text)) from None


class _Unbearable(Exception):
    """The pattern could run for too long, or cannot be told not to."""


@define
class _Group:
    #: How many alternatives were seen, less one.
    bars: int = 0
    #: Whether it can match in more ways than one.
    varies: bool = False


@define
class _Reading:
    """What was counted while a pattern was read."""

    #: How many parts may take any number of characters.
    stretches: int = 0
    #: How many ways the optional parts and alternatives make together.
    choices: int = 1
    _open: list[_Group] = attr(factory=lambda: [_Group()])
    _closed: _Group | None = None

    @classmethod
    def of(cls, text: str) -> "_Reading":
        """Read a pattern that is known to compile."""
        reading, position = cls(), 0
        while position < len(text):
            token = _TOKEN.match(text, position)
            reading._take(token)
            position = token.end() if token else position + 1
        reading.choices *= reading._open[0].bars + 1
        return reading

    def _take(self, token: re.Match[str] | None) -> None:
        kind = token.lastgroup if token else "other"
        if kind == "comment":
            return  # a sign behind it still repeats what stands before it
        closed, self._closed = self._closed, None
        if kind == "flags" and token:
            self._flag(token[0])
        elif kind == "open":
            self._open.append(_Group())
        elif kind == "close":
            self._close()
        elif kind == "bar":
            self._open[-1].bars += 1
        elif kind == "back":
            self.stretches += 1
        elif kind == "repeat" and token:
            self._repeat(token[0], closed)

    def _flag(self, flags: str) -> None:
        if "x" in flags:
            # With it, space may stand between a group and the sign that repeats the group.
            raise _Unbearable("patterns with space and comments in them (x) are not taken")
        if flags.endswith(":"):
            self._open.append(_Group())

    def _close(self) -> None:
        group = self._closed = self._open.pop()
        self.choices *= group.bars + 1
        group.varies = group.varies or group.bars > 0
        self._open[-1].varies |= group.varies

    def _repeat(self, quantifier: str, repeated: _Group | None) -> None:
        least, most = _bounds(quantifier)
        if repeated and repeated.varies and most != 1:
            raise _Unbearable(_ENDLESS)
        if least != most:
            self._open[-1].varies = True
            if most is None:
                self.stretches += 1
            else:
                self.choices *= most - least + 1


def _bounds(quantifier: str) -> tuple[int, int | None]:
    sign = quantifier[0]
    if sign != "{":
        return (1 if sign == "+" else 0), (1 if sign == "?" else None)
    least, comma, most = quantifier.strip("{}?+").partition(",")
    if not comma:
        return int(least), int(least)
    return int(least or 0), (int(most) if most else None)


def _length_max(reading: _Reading) -> int:
    # A match may begin anywhere, and each stretch may end anywhere behind the one before.
    ends = reading.stretches + 1
    shortest, longest = 0, PATTERN_TEXT_MAX
    while shortest < longest:
        length = (shortest + longest + 1) // 2
        if reading.choices * comb(length + ends, ends) <= WAYS_MAX:
            shortest = length
        else:
            longest = length - 1
    if shortest < _TEXT_LEAST:
        raise _Unbearable("it can match in too many ways: repeat less, or choose less")
    return shortest
