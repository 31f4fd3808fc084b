"""People: what somebody does who works in one of the systems, and knows nothing of the others."""

from attrs import frozen

from erplink.domain.values import Value
from erplink.testing.simulation.chronicle import Author
from erplink.testing.simulation.setting import Telling
from erplink.testing.simulation.world import World

__all__ = ["Hire", "Merge", "PersonAction", "Remove", "Renumber", "Type"]


@frozen
class PersonAction:
    """Something that a person does in a system, to one of the records there."""

    system: str
    #: Which record, counted through those that there are.
    slot: int

    def do(self, world: World) -> None:
        """Do it; where there is no record, nothing happens."""
        key = world.pick(self.system, self.slot)
        erp = world.systems[self.system]
        if key is not None:
            with erp.by(Author.PERSON):
                self.act(world, key)
            world.look_at_links()

    def act(self, world: World, key: str) -> None:
        """Do it to the record with ``key``."""
        raise NotImplementedError


def _says_nothing(world: World, system: str) -> bool:
    """Whether nobody would learn that a record of the system has a new key."""
    return world.systems[system].telling is not Telling.ALL


@frozen
class Type(PersonAction):
    """A person types a value into a field."""

    field: str
    value: Value

    def act(self, world: World, key: str) -> None:
        """Type."""
        kind = world.kind(self.system)
        world.systems[self.system].put(kind, key, {self.field: self.value})

    def __str__(self) -> str:
        """One line for a story."""
        return (
            f"somebody types {self.field}={self.value!r} into record {self.slot} of {self.system}"
        )


@frozen
class Hire(PersonAction):
    """A person makes a new record."""

    name: str

    def do(self, world: World) -> None:
        """Make it."""
        erp, kind = world.systems[self.system], world.kind(self.system)
        with erp.by(Author.PERSON):
            erp.put(kind, erp.next_key(kind), {"name": self.name, "city": "b"})

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody makes a record called {self.name!r} in {self.system}"


@frozen
class Remove(PersonAction):
    """A person removes a record."""

    def act(self, world: World, key: str) -> None:
        """Remove it."""
        world.systems[self.system].remove(world.kind(self.system), key)

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody removes record {self.slot} of {self.system}"


@frozen
class Renumber(PersonAction):
    """A person gives a record another number."""

    def act(self, world: World, key: str) -> None:
        """Renumber it, where anybody can learn of it."""
        if _says_nothing(world, self.system):
            return
        world.systems[self.system].renumber(world.kind(self.system), key)

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody renumbers record {self.slot} of {self.system}"


@frozen
class Merge(PersonAction):
    """A person merges a record into another one."""

    into: int

    def act(self, world: World, key: str) -> None:
        """Merge it, unless there is only one."""
        other = world.pick(self.system, self.into)
        if other is not None and other != key and not _says_nothing(world, self.system):
            world.systems[self.system].merge(world.kind(self.system), key, other)

    def __str__(self) -> str:
        """One line for a story."""
        return f"somebody merges record {self.slot} of {self.system} into record {self.into}"
