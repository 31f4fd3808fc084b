"""Apart: the records whose link a person took away; no pass ties them to anything again.

A person may. Without this, a mapping that links or makes counterparts would undo a disconnection
the next time that either record is edited.
"""

from datetime import datetime

from erplink.domain.links import Link
from erplink.domain.records import Ref
from erplink.sync.store import Transaction

__all__ = ["bring_together", "keep_apart", "kept_apart"]


def keep_apart(state: Transaction, link: Link, principal: str, now: datetime) -> None:
    """Leave both records of a link alone from now on."""
    told = {"by": principal, "at": now.isoformat(), "link": link.key}
    for name in _names(link):
        state.settings.put(name, told)


def bring_together(state: Transaction, link: Link) -> None:
    """Forget that the records of a link were to be left alone."""
    for name in _names(link):
        state.settings.put(name, None)


def kept_apart(state: Transaction, connection: str, actor_kind: str) -> frozenset[str]:
    """The names of the records of a mapping that are to be left alone."""
    start = _start(connection, actor_kind)
    return frozenset(name.removeprefix(start) for name in state.settings.under(start))


def _names(link: Link) -> list[str]:
    start = _start(link.connection, link.actor.kind)
    refs: tuple[Ref, ...] = (link.entity, link.actor)
    return [f"{start}{ref}" for ref in refs]


def _start(connection: str, actor_kind: str) -> str:
    return f"apart/{connection}/{actor_kind}/"
