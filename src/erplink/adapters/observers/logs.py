"""LogObserver: writes what happens to a standard logger, one line an event, no secrets."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Final

from erplink.connectors import Event, Redactor, hookimpl
from erplink.domain.secret import Secret

__all__ = ["LogObserver"]

#: What a person should look at; the rest is for who wants to follow.
_WARNINGS: Final = frozenset(
    {"connection paused", "link died", "mapping suspended", "run held", "schema changed"}
)
_FIRST: Final = ("run", "connection", "kind", "mode", "state", "reason", "report")
_QUIET: Final = frozenset(
    {"at", "changes", "counts", "lag", "lane", "questions", "read", "requests", "seconds"}
    | {"started", "waited"}
)


class LogObserver:
    """A plug-in that logs every event; hand it to the registry.

    A run that failed and whatever waits for a person is a warning, the begin of a run is for
    debugging, the rest is information. All details are in the record's ``erplink`` attribute.
    """

    def __init__(
        self, logger: logging.Logger | None = None, *, secrets: Iterable[Secret] = ()
    ) -> None:
        """Write to ``logger``, or to ``erplink``, with ``secrets`` masked in every text."""
        self._logger = logger or logging.getLogger("erplink")
        self._redactor = Redactor(secrets)

    @hookimpl
    def erplink_event(self, event: Event) -> None:
        """Write one line."""
        level = _level(event)
        if not self._logger.isEnabledFor(level):
            return
        details = self._masked(event.details)
        told = " ".join(f"{name}={value!r}" for name, value in _shown(details) if value != "")
        self._logger.log(level, "%s %s", event.name, told, extra={"erplink": details})

    def _masked(self, details: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: self._redactor.redact(value) if isinstance(value, str) else value
            for name, value in details.items()
        }


def _level(event: Event) -> int:
    if event.name in _WARNINGS or event.details.get("state") == "failed":
        return logging.WARNING
    return logging.DEBUG if event.name == "run started" else logging.INFO


def _shown(details: Mapping[str, Any]) -> list[tuple[str, Any]]:
    names = [name for name in _FIRST if name in details]
    names += [name for name in details if name not in _FIRST and name not in _QUIET]
    return [(name, details[name]) for name in names]
