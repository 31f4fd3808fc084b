"""NumberStyle: how a country or a system writes numbers, read strictly and written plainly."""

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.domain.transforms.ways import tidy
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["APOSTROPHES", "NUMERAL_LENGTH_MAX", "SPACES", "NumberStyle", "is_whole", "read_numeral"]

NUMERAL_LENGTH_MAX = 200
"""The longest text that is read as a number."""

SPACES: Final = " \u00a0\u202f\u2009"
"""The blank and its no-break, narrow no-break and thin kin, which all stand between groups."""

APOSTROPHES: Final = "'\u2019"
"""The typewriter's apostrophe and the typesetter's."""

#: The hyphen comes first, where it stands for itself in a set of a regular expression.
_MINUS: Final = "-\u2212"


@frozen
class NumberStyle:
    """The decimal point, what may stand between groups of digits, and how long the groups are."""

    point: str
    #: Each of these characters may stand between groups, but one number keeps to one of them.
    groups: str = ""
    #: Whether all groups but the last have two digits, as in ``12,34,567``.
    lakhs: bool = False
    _regex: re.Pattern[str] = attr(init=False, eq=False, repr=False)

    @_regex.default
    def _compiled(self) -> re.Pattern[str]:
        shape = r"[1-9][0-9]?(?:{0}[0-9]{{2}})*{0}[0-9]{{3}}"
        if not self.lakhs:
            shape = r"[1-9][0-9]{{0,2}}(?:{0}[0-9]{{3}})+"
        wholes = "|".join([shape.format(re.escape(group)) for group in self.groups] + ["[0-9]+"])
        return re.compile(
            rf"(?P<before>[{_MINUS}+])? ?(?P<whole>{wholes})?"
            rf"(?:{re.escape(self.point)}(?P<fraction>[0-9]+))?(?P<behind>[{_MINUS}])?"
        )

    def read(self, text: str) -> Decimal | None:
        """The number that ``text`` writes in this style; None where it writes none."""
        match = self._regex.fullmatch(text)
        if match is None or not (match["whole"] or match["fraction"]):
            return None
        before, behind = match["before"], match["behind"]
        if before and behind:
            return None
        whole = "".join(filter(str.isdigit, match["whole"] or "0"))
        sign = "-" if (before or behind or "+") in _MINUS else ""
        return tidy(Decimal(f"{sign}{whole}.{match['fraction'] or ''}"))

    def write(self, number: Decimal) -> str:
        """The number in this style, without groups, and with all the digits it has."""
        return format(tidy(number), "f").replace(".", self.point)


def is_whole(number: Decimal) -> bool:
    """Whether nothing but zeros stands after the point."""
    return number == number.to_integral_value()


def read_numeral(text: str, styles: Collection[NumberStyle], *, whole: bool = False) -> Decimal:
    """The one number (of the ``whole`` ones) that ``text`` can be; BadValue for none or several."""
    if len(text) > NUMERAL_LENGTH_MAX:
        rule = f"longer than the {NUMERAL_LENGTH_MAX} characters of a number"
        raise BadValue(rule, value=shorten(text))
    readings = {style.read(text) for style in styles}
    numbers = (number for number in readings if number is not None)
    found = sorted(number for number in numbers if is_whole(number) or not whole)
    if len(found) == 1:
        return found[0]
    if not found:
        what = "whole number" if whole else "number"
        raise BadValue(f"it is not a {what} written as expected", value=shorten(text))
    several = " or ".join(format(number, "f") for number in found)
    rule = f"it can be read as {several}: name the locale it is written in"
    raise BadValue(rule, value=shorten(text))
