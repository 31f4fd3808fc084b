"""Action: one line of a story."""

from typing import Protocol

from erplink.testing.simulation.world import World

__all__ = ["Action"]


class Action(Protocol):
    """Something that happens; told as one line, and done to a world."""

    def do(self, world: World) -> None:
        """Have it happen."""
        ...
