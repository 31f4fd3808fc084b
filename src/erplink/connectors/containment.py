"""Containment: runs the code of a plug-in, and lets nothing out that its contract does not know."""

from collections.abc import Callable
from math import inf
from typing import TypeVar

from erplink.connectors.inspection import Broken
from erplink.connectors.redaction import Redactor
from erplink.domain.values import shorten
from erplink.errors import (
    BrokenPromise,
    ErplinkError,
    PluginError,
    PluginFailed,
    Refused,
    SessionError,
    Unavailable,
)

__all__ = ["Containment"]

T = TypeVar("T")


class Containment:
    """Runs the code of one plug-in, for one connection.

    What the contract knows passes, its texts cleared of secrets. A broken promise becomes a
    BrokenPromise, and anything else a PluginFailed; so does SystemExit, for no plug-in ends the
    program. KeyboardInterrupt is the user's own, and passes.
    """

    __slots__ = ("plugin", "redactor")

    def __init__(self, plugin: str, redactor: Redactor) -> None:
        """Run what belongs to ``plugin``; ``redactor`` knows the secrets it was given."""
        self.plugin, self.redactor = plugin, redactor

    def run(self, operation: str, do: Callable[[], T]) -> T:
        """What ``do`` gives; ``operation`` is what it is called in messages."""
        try:
            return do()
        except Broken as broken:
            raise self.broken(operation, str(broken)) from None
        except (SessionError, PluginError) as error:
            rule = _what_is_wrong(error)
            if rule:
                raise self.broken(operation, f"it raised {type(error).__name__}; {rule}") from None
            self.redactor.clean(error)
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plug-in may raise anything
            # The original is not chained: its text and its frames may hold a secret.
            told = self.redactor.describe(error)
            said = f"connector {self.plugin!r} failed in {operation}: {told}"
            raise PluginFailed(said) from None

    def broken(self, operation: str, promise: str) -> BrokenPromise:
        """The error for a promise that was not kept."""
        return BrokenPromise(self.plugin, operation, self.redactor.redact(promise))


def _what_is_wrong(error: ErplinkError) -> str:
    """The rule that an error of the contract breaks itself; empty where it is sound."""
    after = getattr(error, "retry_after", None)
    if isinstance(error, Unavailable) and after is not None and not _is_a_time(after):
        return f"retry_after is a number of seconds, not {shorten(after)}"
    if not all(type(getattr(error, name, None)) is str for name in _texts_of(error)):
        return "reason, field and code are texts"
    try:
        str(error)
    except Exception:  # noqa: BLE001 - it is of the plug-in's own class, and may do anything
        return "it cannot be told as a text"
    return ""


def _texts_of(error: ErplinkError) -> tuple[str, ...]:
    if isinstance(error, Refused):
        return ("reason", "field", "code")
    return ("reason",) if isinstance(error, Unavailable) else ()


def _is_a_time(seconds: object) -> bool:
    return type(seconds) in (int, float) and 0 <= seconds < inf  # type: ignore[operator] # a number
