"""Shrink: makes a story shorter as long as it still breaks the same law."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import evolve

from erplink.testing.simulation.action import Action
from erplink.testing.simulation.story import Story

__all__ = ["shrink", "smallest"]

T = TypeVar("T")


def shrink(story: Story, fails: Callable[[Story], bool], *, tries_max: int = 2000) -> Story:
    """The story with as little of what happens in it as needed for ``fails`` to hold."""
    tries = 0

    def still_fails(actions: Sequence[Action]) -> bool:
        nonlocal tries
        tries += 1
        return tries <= tries_max and fails(evolve(story, actions=tuple(actions)))

    return evolve(story, actions=tuple(smallest(story.actions, still_fails)))


def smallest(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """As few of the ``items`` as needed for ``fails`` to hold; ever smaller parts are left out."""
    size = max(1, len(items) // 2)
    while True:
        start = 0
        shorter = False
        while start < len(items):
            rest = [*items[:start], *items[start + size :]]
            if fails(rest):
                items, shorter = rest, True
            else:
                start += size
        if size == 1 and not shorter:
            return items
        size = max(1, size // 2)
