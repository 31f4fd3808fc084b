"""Operations: what every call on a Hub goes through before it does anything.

Who is acting is found out, what they see is looked at, the host is asked whether they may, and
observers are told. An operation is a method of a group that is marked as a query or a command.
"""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any, Concatenate, ParamSpec, TypeVar

from attrs import frozen

from erplink.connectors import Event
from erplink.domain.connections import Connection, Principal
from erplink.hub.hooks import HOST, Hooks
from erplink.hub.scope import Sight
from erplink.hub.wiring import Wiring

__all__ = ["Desk", "Group", "command", "query"]


@frozen(eq=False)
class Desk:
    """Where the groups of one Hub work: what is wired up, and on whose behalf."""

    wiring: Wiring
    hooks: Hooks
    bound: Principal | None = None

    @property
    def sight(self) -> Sight:
        """What whoever is acting sees."""
        return Sight(self.wiring.store, self.hooks.who(self.bound))

    @property
    def user(self) -> str:
        """The name under which history keeps what is done."""
        who = self.hooks.who(self.bound)
        return HOST if who is None else who.user


class Group:
    """Some operations of a Hub about one noun."""

    def __init__(self, desk: Desk) -> None:
        """Work at ``desk``."""
        self._desk = desk

    def __dir__(self) -> list[str]:
        """The operations, for a notebook's completion."""
        return [name for name in sorted(vars(type(self))) if not name.startswith("_")]

    def __repr__(self) -> str:
        """The operations there are."""
        return f"{type(self).__name__}: {', '.join(dir(self))}"


G = TypeVar("G", bound=Group)
P = ParamSpec("P")
T = TypeVar("T")


def query(method: Callable[Concatenate[G, P], T]) -> Callable[Concatenate[G, P], T]:
    """Mark an operation that changes nothing."""
    return _operation(method, changes=False)


def command(method: Callable[Concatenate[G, P], T]) -> Callable[Concatenate[G, P], T]:
    """Mark an operation that changes something: observers hear of it before and after."""
    return _operation(method, changes=True)


def _operation(
    method: Callable[Concatenate[G, P], T], *, changes: bool
) -> Callable[Concatenate[G, P], T]:
    takes = signature(method)

    @wraps(method)
    def operation(self: G, /, *args: P.args, **kwargs: P.kwargs) -> T:
        desk = self._desk
        action = f"{type(self).__name__.lower()}.{method.__name__}"
        sight = desk.sight
        about = sight.check(takes.bind(self, *args, **kwargs).arguments)
        desk.hooks.permit(sight.who, action, about)
        if not changes:
            return method(self, *args, **kwargs)
        return _told(desk, action, about, lambda: method(self, *args, **kwargs))

    operation.__dict__["changes"] = changes
    return operation


def _told(desk: Desk, action: str, about: Connection | None, do: Callable[[], T]) -> T:
    """Do it, and have observers hear of it before and after."""
    details: dict[str, Any] = {"user": desk.user, "connection": about.id if about else ""}
    notify = desk.wiring.registry.notify
    notify(Event(f"before {action}", details))
    try:
        result = do()
    except Exception as error:
        notify(Event(f"failed {action}", {**details, "error": type(error).__name__}))
        raise
    notify(Event(f"after {action}", details))
    return result
