"""Doors: packages that import what they offer when it is first asked for.

Python runs a package's ``__init__`` before any module in it. If that imported all the package
offers, everybody would wait for everything: a command line for the merge, before it prints a help.
"""

from collections.abc import Callable
from importlib import import_module
from sys import modules
from typing import Any

__all__ = ["on_demand"]


def on_demand(door: str, *rooms: str) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """The ``__getattr__`` and ``__dir__`` of the module ``door``, whose names are in ``rooms``.

    A name is looked for in one room after the other. They are given from the inside out, so that
    what a name does not need is not imported for it.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - this is what the door calls it
        offered = modules[door]
        if name in offered.__all__:
            for room in map(import_module, rooms):
                if name in room.__all__:
                    found = getattr(room, name)
                    setattr(offered, name, found)
                    return found
        raise AttributeError(f"module {door!r} has no attribute {name!r}")

    def __dir__() -> list[str]:  # noqa: N807 - this is what the door calls it
        offered = modules[door]
        return sorted({*vars(offered), *offered.__all__})

    return __getattr__, __dir__
