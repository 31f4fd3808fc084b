"""Draft: what one write sends: the fields of a record, and its children one by one."""

from collections.abc import Mapping
from typing import Any

from attrs import define
from attrs import field as attr

__all__ = ["Draft", "Raw"]

Raw = Mapping[str, Any]
"""A record as the server told it, decoded; children stand under a name with a dot behind it."""


@define
class _Children:
    """What becomes of the children of one field; whoever is not named stays as they are."""

    created: list[dict[str, Any]] = attr(factory=list)
    written: dict[int, dict[str, Any]] = attr(factory=dict)
    added: list[int] = attr(factory=list)
    removed: list[int] = attr(factory=list)

    def commands(self) -> list[list[Any]]:
        commands: list[list[Any]] = [["write", [id_], set_] for id_, set_ in self.written.items()]
        if self.created:
            commands.append(["create", self.created])
        if self.added:
            commands.append(["add", self.added])
        if self.removed:
            commands.append(["remove", self.removed])
        return commands


@define
class Draft:
    """Gathered field by field; what several fields say of one child goes into one command."""

    #: The record as it is; None for one that is to be made.
    raw: Raw | None
    values: dict[str, Any] = attr(factory=dict)
    _children: dict[str, _Children] = attr(factory=dict, init=False)
    _new: dict[tuple[str, str], dict[str, Any]] = attr(factory=dict, init=False)

    def children(self, name: str) -> list[Raw]:
        """The children in the field ``name`` as they are, archived ones too."""
        return list(self.raw.get(f"{name}.") or ()) if self.raw is not None else []

    def write(self, name: str, id_: int, **values: Any) -> None:
        """Change a child."""
        self._of(name).written.setdefault(id_, {}).update(values)

    def create(self, name: str, **values: Any) -> None:
        """Make a child."""
        self._of(name).created.append(values)

    def one_new(self, name: str, what: str) -> dict[str, Any]:
        """The one new child that is ``what``, made when it is first asked for."""
        made = self._new.get((name, what))
        if made is None:
            made = self._new[name, what] = {}
            self._of(name).created.append(made)
        return made

    def add(self, name: str, *ids: int) -> None:
        """Have other records among those that the field refers to."""
        self._of(name).added.extend(ids)

    def remove(self, name: str, *ids: int) -> None:
        """Have records no more among those that the field refers to."""
        self._of(name).removed.extend(ids)

    def payload(self) -> dict[str, Any]:
        """What is sent; empty where nothing is to be changed."""
        children = {name: each.commands() for name, each in self._children.items()}
        return {**self.values, **{name: told for name, told in children.items() if told}}

    def _of(self, name: str) -> _Children:
        return self._children.setdefault(name, _Children())
