"""Pauses: why nothing is done for a connection, until a person ends it."""

from erplink.sync.store import Transaction

__all__ = ["pause_of", "put_pause"]


def pause_of(state: Transaction, connection: str) -> str:
    """Why a connection is paused; empty where it is not."""
    told = state.settings.get(f"pause/{connection}")
    return str(told) if told else ""


def put_pause(state: Transaction, connection: str, reason: str) -> None:
    """Pause a connection for a reason, or end its pause with an empty one."""
    state.settings.put(f"pause/{connection}", reason or None)
