"""What can become of one request on the wire, and the wire itself as a port."""

from enum import Enum
from typing import Protocol, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.adapters.http.call import Call
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.rates import SILENCE, Rate
from erplink.errors import ErplinkError

__all__ = ["Answered", "Failed", "Failure", "Happened", "Held", "Wire"]


class Failure(Enum):
    """At what point a request came to nothing; every failure is exactly one of these."""

    #: There was no connection, so nothing was sent.
    NO_CONNECTION = "no connection"
    #: There can be no trusted connection, now or later; nothing was sent.
    NO_TRUST = "no trust"
    #: The request is none that can be sent.
    UNSENDABLE = "unsendable"
    #: The connection broke, or fell silent, at some point after it stood.
    BROKEN = "broken"
    #: The answer came but is none that the client takes in.
    UNREADABLE = "unreadable"


@frozen
class Answered:
    """The system answered."""

    status: int
    headers: Headers
    body: bytes = attr(repr=False)
    rate: Rate = SILENCE
    #: What the caller's own translation made of it; None where it leaves that to the client.
    ruling: ErplinkError | None = None


@frozen
class Failed:
    """There is no answer."""

    failure: Failure
    #: A sentence without secrets.
    reason: str


@frozen
class Held:
    """The request was not sent: the budget, or the sign-in before it, said no."""

    error: ErplinkError


Happened: TypeAlias = Answered | Failed | Held


class Wire(Protocol):
    """Sends one request and takes in one answer; knows nothing of retries and meanings."""

    def exchange(self, call: Call) -> Answered | Failed:
        """Send ``call`` once and read the whole answer, or say what went wrong."""
        ...

    def close(self) -> None:
        """Close every connection."""
        ...
