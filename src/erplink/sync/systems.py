"""Systems: the sessions of one pass, opened when they are first needed and closed together."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, Self, TypeVar

from erplink.connectors import Kind, KindCapabilities, Record, RelaySession, Session
from erplink.errors import BadName, NotNow
from erplink.sync.effort import Meter

__all__ = ["Opener", "Systems"]

T = TypeVar("T")

_WRITES: Final = frozenset({"save", "delete", "add_item"})

Opener = Callable[[str], Session]
"""Opens a session to a system, the CRM among them; raises what a session may raise."""


class Systems:
    """Sessions by system; whoever made it closes it."""

    def __init__(
        self, opener: Opener, *, read_only: bool = False, meter: Meter | None = None
    ) -> None:
        """Open sessions with ``opener``.

        Args:
            opener: Opens a session to a system.
            read_only: Whether none of them writes anything, which a preview is held to.
            meter: Counts what the systems are asked.
        """
        self._opener, self._read_only, self._meter = opener, read_only, meter
        self._sessions: dict[str, Session] = {}
        self._kinds: dict[str, dict[str, Kind]] = {}

    def __enter__(self) -> Self:
        """Nothing is opened yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close every session."""
        self.close()

    def session(self, system: str) -> Session:
        """The session of ``system``, opened if need be."""
        if system not in self._sessions:
            opened = self._opener(system)
            if self._read_only:
                opened = RelaySession(opened, _read_only)
            if self._meter is not None:
                opened = RelaySession(opened, self._meter.of(system))
            self._sessions[system] = opened
        return self._sessions[system]

    def kind(self, system: str, name: str) -> Kind:
        """How ``system`` describes a kind of its records."""
        if system not in self._kinds:
            self._kinds[system] = {kind.name: kind for kind in self.session(system).kinds()}
        kinds = self._kinds[system]
        if name not in kinds:
            raise BadName.among(f"kind of {system}", name, kinds)
        return kinds[name]

    def claims(self, system: str, kind: str) -> KindCapabilities:
        """What ``system`` claims about a kind."""
        return self.session(system).capabilities.of(kind)

    def get(
        self, system: str, kind: str, keys: Sequence[str], fields: Sequence[str]
    ) -> dict[str, Record]:
        """The records with ``keys`` that there are, by the key they were asked for."""
        found: dict[str, Record] = {}
        if not keys:
            return found
        session, most = self.session(system), self.claims(system, kind).page_max
        for start in range(0, len(keys), most):
            part = keys[start : start + most]
            records = zip(part, session.get(kind, part, fields), strict=True)
            found.update((key, record) for key, record in records if record is not None)
        return found

    def close(self) -> None:
        """Close every session, the last opened first; one that fails keeps no other one open."""
        opened, self._sessions = self._sessions, {}
        with ExitStack() as stack:
            for session in opened.values():
                stack.callback(session.close)


def _read_only(operation: str, call: Callable[[], T]) -> T:
    if operation in _WRITES:
        raise NotNow(f"a preview would have written: {operation}")
    return call()
