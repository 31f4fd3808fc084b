"""Moments: what a clock on the wall of the configured zone shows, and the moment it means."""

from datetime import datetime, timedelta

from erplink.domain.transforms import Transform, local_time

__all__ = ["Moments"]


class Moments:
    """Between moments in UTC and the times that a file tells without a zone."""

    def __init__(self, zone: str) -> None:
        """Know the zone of the file's clock by its name."""
        self._by_text: Transform = local_time(zone)
        self.zone = zone

    def at(self, clock: datetime) -> datetime:
        """The moment when the clock shows this; refused where it shows it twice or never."""
        assert self._by_text.to_crm is not None  # noqa: S101 - it is two-way
        seconds = clock.replace(tzinfo=None, microsecond=0)
        moment = self._by_text.to_crm(seconds.isoformat(" "))
        assert isinstance(moment, datetime)  # noqa: S101 - no text was blank
        return moment + timedelta(microseconds=clock.microsecond)

    def shown(self, moment: datetime) -> datetime:
        """What the clock shows at a moment; refused where it shows it twice."""
        assert self._by_text.to_erp is not None  # noqa: S101 - it is two-way
        text = self._by_text.to_erp(moment.replace(microsecond=0))
        shown = datetime.fromisoformat(str(text))
        return shown.replace(microsecond=moment.microsecond)
