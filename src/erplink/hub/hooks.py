"""Hooks: what a host tells its Hub about its users: who is acting, and what they may do."""

from collections.abc import Callable
from typing import Final

from attrs import frozen

from erplink.domain.connections import Connection, Principal
from erplink.errors import NotAllowed

__all__ = ["HOST", "Hooks", "May"]

HOST: Final = "the host"
"""On whose behalf something is done by a Hub that is bound to no user."""

May = Callable[[Principal, str, Connection | None], bool]
"""Whether a user may do something: who, the operation such as ``"links.disconnect"``, and the
connection it is about, where it is about one."""


@frozen
class Hooks:
    """The host's own answers; without any, every user may do everything with what they see."""

    #: Who is acting now, for instance the user of the current request; asked on each call. With it,
    #: a call on behalf of nobody is refused.
    current: Callable[[], Principal | None] | None = None
    #: Whether a user may do something with a connection that they see. A host that is bound to no
    #: user is not asked about.
    may: May | None = None

    def who(self, bound: Principal | None) -> Principal | None:
        """Who is acting; None for the host itself."""
        if bound is not None or self.current is None:
            return bound
        found = self.current()
        if found is None:
            raise NotAllowed("nobody is acting; log in, or bind the Hub with as_user()")
        return found

    def permit(self, who: Principal | None, action: str, connection: Connection | None) -> None:
        """Refuse what the host does not allow."""
        if who is None or self.may is None or self.may(who, action, connection):
            return
        raise NotAllowed(f"{who.user!r} may not do this: {action}")
