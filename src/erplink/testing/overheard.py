"""Overheard: whatever is logged, warned of or printed while a block runs."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO

from attrs import define, field

__all__ = ["Overheard", "overhearing"]


class _Keeps(logging.Handler):
    def __init__(self, heard: list[str]) -> None:
        super().__init__(logging.NOTSET)
        self._heard = heard
        self._formatter = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        extras = {key: value for key, value in vars(record).items() if key not in _USUAL}
        try:
            self._heard.append(f"{self._formatter.format(record)} {extras}")
        except Exception:  # noqa: BLE001 - a record that cannot be told tells nothing
            self._heard.append(record.name)


_USUAL = vars(logging.makeLogRecord({})).keys()


@define
class Overheard:
    """The texts that were heard."""

    logged: list[str] = field(factory=list)
    printed: StringIO = field(factory=StringIO)
    warned: list[str] = field(factory=list)

    def texts(self) -> list[str]:
        """All of them."""
        return [*self.logged, *self.warned, *self.printed.getvalue().splitlines()]


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Hear what is logged at any level, warned of or printed while the block runs."""
    heard = Overheard()
    root, handler = logging.getLogger(), _Keeps(heard.logged)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.NOTSET + 1)
    try:
        with (
            warnings.catch_warnings(record=True) as warned,
            redirect_stdout(heard.printed),
            redirect_stderr(heard.printed),
        ):
            warnings.simplefilter("always")
            yield heard
            heard.warned.extend(str(each.message) for each in warned)
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
