"""Notation: how the texts of a file write numbers, days and times."""

import re
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.files.moments import Moments
from erplink.domain.transforms import OneWay, Transform, parse_date, parse_number
from erplink.errors import BadValue

__all__ = ["ISO_DATE", "ISO_MOMENT", "Notation", "back", "there"]

ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ISO_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SAMPLE_DAY: Final = date(2003, 4, 5)


@frozen
class Notation:
    """A locale, or none; and the zone of times that name no zone.

    Without a locale only what every machine writes is read: digits, with a point before the
    decimals, and days as in ``2024-01-31``.
    """

    locale: str = ""
    zone: str = "UTC"
    moments: Moments = attr(init=False, eq=False, repr=False)
    numbers: Transform = attr(init=False, eq=False, repr=False)
    wholes: Transform = attr(init=False, eq=False, repr=False)
    #: How the locale writes days; None without a locale.
    days: Transform | None = attr(init=False, eq=False, repr=False)

    @moments.default
    def _moments(self) -> Moments:
        return Moments(self.zone)

    @numbers.default
    def _numbers(self) -> Transform:
        return parse_number(self.locale) if self.locale else parse_number(decimal_point=".")

    @wholes.default
    def _wholes(self) -> Transform:
        if self.locale:
            return parse_number(self.locale, whole=True)
        return parse_number(decimal_point=".", whole=True)

    @days.default
    def _days(self) -> Transform | None:
        try:
            return parse_date(self.locale) if self.locale else None
        except BadValue:
            return None  # the language leaves open whether the day or the month comes first

    @property
    def point(self) -> str:
        """What stands before the decimals."""
        return str(back(self.numbers)(Decimal("0.5")))[1]

    @property
    def day_layout(self) -> str:
        """How the locale lays out days, as ``DD.MM.YYYY``."""
        assert self.days is not None  # noqa: S101 - whoever asks has looked
        text = str(back(self.days)(_SAMPLE_DAY))
        return text.replace("2003", "YYYY").replace("04", "MM").replace("05", "DD")


def there(transform: Transform) -> OneWay:
    """The way from a text to its value."""
    assert transform.to_crm is not None  # noqa: S101 - every transform of this module has it
    return transform.to_crm


def back(transform: Transform) -> OneWay:
    """The way from a value to its text."""
    assert transform.to_erp is not None  # noqa: S101 - every transform of this module has it
    return transform.to_erp
