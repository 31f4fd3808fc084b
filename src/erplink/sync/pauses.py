"""Pause: why nothing is done for a connection, and until when."""

from datetime import datetime

from attrs import frozen

from erplink.sync.store import Transaction

__all__ = ["Pause", "pause_of", "put_pause"]


@frozen
class Pause:
    """Nothing is done for a connection."""

    reason: str
    #: When it ends by itself; None where a person has to end it.
    until: datetime | None = None


def pause_of(state: Transaction, connection: str) -> Pause | None:
    """Why a connection is paused; None where it is not."""
    told = state.settings.get(f"pause/{connection}")
    if told is None:
        return None
    until = told["until"]
    return Pause(told["reason"], None if until is None else datetime.fromisoformat(until))


def put_pause(state: Transaction, connection: str, pause: Pause | None) -> None:
    """Pause a connection, or end its pause."""
    told = None
    if pause is not None:
        until = None if pause.until is None else pause.until.isoformat()
        told = {"reason": pause.reason, "until": until}
    state.settings.put(f"pause/{connection}", told)
