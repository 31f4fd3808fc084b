"""Place: how far the changes were read that triggers keep."""

from typing import Any

from attrs import frozen

from erplink.errors import Refused

__all__ = ["Place"]


@frozen(order=True)
class Place:
    """A place in a change table: after this change of this transaction."""

    xid: int = 0
    seq: int = 0

    def __str__(self) -> str:
        """As it stands in a cursor."""
        return f"{self.xid}.{self.seq}"

    @classmethod
    def of(cls, text: Any) -> "Place":
        """Read what stands in a cursor."""
        try:
            xid, _, seq = text.partition(".")
            return cls(int(xid), int(seq))
        except (AttributeError, ValueError):
            reason = "the cursor is of another way to tell changes; read from the beginning"
            raise Refused(reason, code="bad-cursor") from None
