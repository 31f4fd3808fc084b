"""The hooks of the plug-in contract: what a plug-in announces, and what it may observe.

A plug-in is a module or object with functions of these names, marked with :data:`hookimpl` and
offered under the entry point group ``erplink``. Hooks are for discovery; the work is done by the
plain objects that they announce.
"""

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from typing import Any

import pluggy
from attrs import field as attr
from attrs import frozen

from erplink.domain.keys import Normaliser

__all__ = ["PROJECT", "Announcement", "Event", "hookimpl", "hookspec"]

PROJECT = "erplink"
"""The name of the entry point group and the prefix of every hook."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
"""Marks a function of a plug-in as one of the hooks."""


@frozen
class Announcement:
    """Something a plug-in offers: its name, a title for people, and where to find it.

    ``target`` is the object itself or ``"package.module:name"``, which is imported when it is
    first used. A connector's target is the connector or a callable that makes it.
    """

    name: str
    target: Any = attr(repr=False)
    title: str = ""

    def load(self) -> Any:
        """The object, imported now if need be."""
        if not isinstance(self.target, str):
            return self.target
        module, _, name = self.target.partition(":")
        return getattr(import_module(module), name)


def _details(details: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(details)


@frozen
class Event:
    """Something that happened, for whoever observes: a name and plain details, no secrets."""

    name: str
    details: Mapping[str, Any] = attr(factory=dict, converter=_details)


@hookspec
def erplink_connectors() -> "Iterable[Announcement]":  # type: ignore[empty-body]
    """Announce connectors."""


@hookspec
def erplink_transforms() -> "Mapping[str, Callable[..., Any]]":  # type: ignore[empty-body]
    """Announce transforms: the factory by the name that mappings use."""


@hookspec
def erplink_normalisers() -> "Mapping[str, Normaliser]":  # type: ignore[empty-body]
    """Announce normalisers for match keys, by the name that match rules use."""


@hookspec
def erplink_runners() -> "Iterable[Announcement]":  # type: ignore[empty-body]
    """Announce runners."""


@hookspec
def erplink_event(event: Event) -> None:
    """Hear of something that happened; must return soon, and may not veto."""
