"""Warned: passes on the warnings that Tryton has for a person, unless they are to be accepted."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Final, TypeVar

from attrs import frozen

from erplink.adapters.erp.tryton.rpc import Caller
from erplink.errors import Refused

__all__ = ["Warned"]

T = TypeVar("T")
_MARK: Final = "warning:"
_WARNINGS_MAX: Final = 10


@frozen
class Warned:
    """Knows which warnings somebody has agreed to once and for all."""

    caller: Caller
    #: The names of warnings, in which ``*`` stands for anything.
    accepted: tuple[str, ...]

    def heeded(self, do: Callable[[], T]) -> T:
        """What ``do`` gives, done again where the warnings it met are accepted ones."""
        for _ in range(_WARNINGS_MAX):
            try:
                return do()
            except Refused as error:
                if not self._accept(error):
                    raise
        return do()

    def _accept(self, error: Refused) -> bool:
        name = error.code.removeprefix(_MARK)
        if name == error.code or not any(fnmatchcase(name, each) for each in self.accepted):
            return False
        self.caller.act("model.res.user.warning.skip", name)
        return True
