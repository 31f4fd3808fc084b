"""Remarks: what the log says of a sheet; once for each content, and a few for its rows."""

import logging
from collections.abc import Sequence
from itertools import islice
from typing import Any, Final

from erplink.adapters.erp.files.cells import Row
from erplink.adapters.erp.files.snapshot import Snapshot

__all__ = ["Remarks"]

_ROWS_MAX: Final = 10


class Remarks:
    """Tells the log what a sheet holds that becomes no value."""

    def __init__(self, logger: logging.Logger | logging.LoggerAdapter[Any]) -> None:
        """Write to ``logger``."""
        self._logger = logger
        self._digests: dict[str, str] = {}
        self._rows: dict[str, int] = {}

    def on_sheet(self, snapshot: Snapshot) -> None:
        """Say how many rows have no key, where that was not said of this content."""
        name = snapshot.plan.name
        if self._digests.get(name) == snapshot.digest:
            return
        self._digests[name], self._rows[name] = snapshot.digest, 0
        if snapshot.unkeyed:
            place, rows = snapshot.plan.place.sheet, snapshot.unkeyed
            self._logger.warning("%s: %d rows have no key and are left out", place, rows)

    def on_row(self, snapshot: Snapshot, row: Row, fields: Sequence[str]) -> None:
        """Say which cells of a row fit no value; after a few rows, no more."""
        name = snapshot.plan.name
        said = self._rows.get(name, 0)
        if said >= _ROWS_MAX:
            return
        self._rows[name] = said + 1
        known = [key for key in fields if key in snapshot.plan.columns]
        for remark in islice(snapshot.misfits((row,), known), _ROWS_MAX):
            self._logger.warning("%s: %s; not told", snapshot.plan.place.sheet, remark)
