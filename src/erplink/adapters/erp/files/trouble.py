"""FileTrouble: what is wrong with a file, told once for people and for programs."""

from collections.abc import Iterator
from contextlib import contextmanager

from erplink.errors import Refused, SessionError, Unauthorised, Unavailable

__all__ = ["FileTrouble", "translated"]

_RIGHTS = frozenset({"not-readable", "not-writable"})


class FileTrouble(Exception):
    """A file, or what was set for it, cannot be used as it is."""

    def __init__(
        self, code: str, message: str, technical: str = "", *, passing: bool = False
    ) -> None:
        """Say what is wrong.

        Args:
            code: A stable word for programs, such as ``duplicate-keys``.
            message: One sentence for the user: what is so, and what to do.
            technical: What helps to find the place.
            passing: Whether it may mend itself, so that trying again later makes sense.
        """
        self.code, self.message, self.technical, self.passing = code, message, technical, passing
        super().__init__(code, message, technical)

    def __str__(self) -> str:
        """The sentence, and the place."""
        return f"{self.message} ({self.technical})" if self.technical else self.message

    def as_error(self) -> SessionError:
        """What a session raises for it."""
        if self.passing:
            return Unavailable(str(self))
        if self.code in _RIGHTS:
            return Unauthorised(str(self), code=self.code)
        return Refused(str(self), code=self.code)


@contextmanager
def translated() -> Iterator[None]:
    """Let troubles out of the block as the errors that a session may raise."""
    try:
        yield
    except FileTrouble as trouble:
        raise trouble.as_error() from trouble
