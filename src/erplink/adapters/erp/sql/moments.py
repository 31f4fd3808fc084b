"""Codecs of days and moments; some databases keep them as texts."""

from collections.abc import Hashable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from attrs import frozen

from erplink.domain.values import UNSET, Maybe, in_utc, shorten
from erplink.errors import BadValue

__all__ = ["DateCodec", "MomentCodec", "shortest", "utc_text"]


@frozen
class DateCodec:
    """Days."""

    #: Whether the database keeps them as texts.
    texts: bool = False

    def tell(self, raw: Any) -> Maybe:
        """The day."""
        if isinstance(raw, str) and self.texts:
            try:
                return date.fromisoformat(raw)
            except ValueError:
                return UNSET
        known = raw is None or (isinstance(raw, date) and not isinstance(raw, datetime))
        return raw if known else UNSET

    def keep(self, value: Any) -> Any:
        """The day, or its text."""
        return value.isoformat() if self.texts else value

    def operand(self, key: Hashable) -> Any:
        """The day, or its text."""
        known = isinstance(key, date) and not isinstance(key, datetime)
        return self.keep(key) if known else None


@frozen
class MomentCodec:
    """Moments, which are told in UTC."""

    #: The zone of what is kept without one; None where the database knows moments.
    zone: ZoneInfo | None = None
    #: Whether the database keeps them as texts.
    texts: bool = False
    #: How such a text ends; without a fraction where there is none, as SQLite itself writes them.
    timespec: str = "auto"

    def tell(self, raw: Any) -> Maybe:
        """The moment in UTC."""
        if raw is None:
            return None
        try:
            moment = datetime.fromisoformat(raw) if self.texts else raw
            if not isinstance(moment, datetime):
                return UNSET
            return in_utc(moment if moment.tzinfo else moment.replace(tzinfo=self.zone))
        except (ValueError, TypeError, OverflowError):
            return UNSET

    def keep(self, value: Any) -> Any:
        """The moment as the column has it."""
        if self.zone is None:
            return value
        try:
            local = value.astimezone(self.zone).replace(tzinfo=None, fold=0)
        except OverflowError:
            rule = "too near an end of the calendar to be told in the database's zone"
            raise BadValue(rule, value=shorten(value)) from None
        return local.isoformat(" ", self.timespec) if self.texts else local

    def operand(self, key: Hashable) -> Any:
        """The moment as the column has it; of texts, as all of them are compared."""
        if not isinstance(key, datetime):
            return None
        try:
            return utc_text(key) if self.texts else self.keep(key)
        except BadValue:
            return None


def utc_text(moment: datetime) -> str:
    """A moment as a text that stands in the order of time."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def shortest(text: str) -> str:
    """The shortest way to write a moment, which as a text comes before all others."""
    if "." in text:
        return text.rstrip("0")
    return text.removesuffix(":00").removesuffix(" 00:00")
