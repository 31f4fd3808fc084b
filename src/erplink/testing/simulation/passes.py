"""Passes: what erplink is told to do, and what happens to it meanwhile."""

from collections.abc import Callable

from attrs import frozen

from erplink.errors import ErplinkError
from erplink.sync.engine import Engine
from erplink.sync.passes import PassResult
from erplink.sync.state import Side
from erplink.testing.simulation.action import Action
from erplink.testing.simulation.setting import ACTOR
from erplink.testing.simulation.world import World

__all__ = ["Mishap", "Notify", "Preview", "Resync", "Sync", "SyncRecord"]


@frozen(kw_only=True)
class Mishap:
    """What happens while a command is carried out."""

    #: At which call to the outside the process dies; None for at none.
    dies_in: int | None = None
    #: How many seconds later it is started again.
    lapse: float = 0.0
    #: What others do meanwhile, after so many calls to a system.
    meanwhile: tuple[tuple[int, Action], ...] = ()

    def __str__(self) -> str:
        """The rest of a line of a story."""
        told = "".join(f"\n      at call {count}: {act}" for count, act in self.meanwhile)
        if self.dies_in is not None:
            told += f"\n      at call {self.dies_in} of any kind the process dies;"
            told += f" {self.lapse:g} seconds later it is started again"
        return told


@frozen(kw_only=True)
class _Command:
    """Something that erplink is told to do."""

    mishap: Mishap = Mishap()
    #: Whether another process does it, on the same store.
    elsewhere: bool = False

    def do(self, world: World) -> None:
        """Tell erplink."""
        if self.elsewhere:
            world.command(
                lambda engine: self.carry_out(world, engine), engine=world.another_engine()
            )
            return
        meanwhile = [(count, _doing(act, world)) for count, act in self.mishap.meanwhile]
        world.command(
            lambda engine: self.carry_out(world, engine),
            dies_in=self.mishap.dies_in,
            lapse=self.mishap.lapse,
            meanwhile=meanwhile,
        )

    def carry_out(self, world: World, engine: Engine) -> "list[PassResult] | None":
        """Give the command to ``engine``."""
        raise NotImplementedError

    def __str__(self) -> str:
        """One line for a story."""
        other = "another process" if self.elsewhere else "erplink"
        return f"{other} {self.told()}{self.mishap}"

    def told(self) -> str:
        """What is done, for a story."""
        raise NotImplementedError


def _doing(act: Action, world: World) -> Callable[[], object]:
    return lambda: act.do(world)


@frozen(kw_only=True)
class Sync(_Command):
    """A pass over everything that changed, or over everything there is."""

    connection: str | None = None
    full: bool = False

    def carry_out(self, world: World, engine: Engine) -> list[PassResult]:  # noqa: ARG002
        """Give the command to ``engine``."""
        return engine.sync(self.connection, full=self.full)

    def told(self) -> str:
        """What is done, for a story."""
        return f"syncs {self.connection or 'all'}{' in full' if self.full else ''}"


@frozen(kw_only=True)
class SyncRecord(_Command):
    """One record is synced now, because somebody asked for it."""

    slot: int

    def carry_out(self, world: World, engine: Engine) -> list[PassResult] | None:
        """Give the command to ``engine``."""
        link = world.pick_link(self.slot)
        return None if link is None else engine.sync_record(link.entity, principal="somebody")

    def told(self) -> str:
        """What is done, for a story."""
        return f"syncs the entity of link {self.slot} now"


@frozen(kw_only=True)
class Resync(_Command):
    """An operator repairs: one side overwrites the other."""

    connection: str
    from_crm: bool
    keep_filled: bool = False

    def carry_out(self, world: World, engine: Engine) -> list[PassResult]:
        """Give the command to ``engine``."""
        begin = len(world.chronicle.entries)
        try:
            if self.from_crm:
                world.kept_filled |= {self.connection} if self.keep_filled else set()
                return engine.resync_from_crm(self.connection, keep_filled=self.keep_filled)
            return engine.resync_from_erp(self.connection)
        finally:
            world.overruled.append((begin, len(world.chronicle.entries)))

    def told(self) -> str:
        """What is done, for a story."""
        if self.from_crm:
            blanks = ", but for what is empty there" if self.keep_filled else ""
            return f"overwrites {self.connection} with what the CRM says{blanks}"
        return f"overwrites the CRM with what {self.connection} says"


@frozen(kw_only=True)
class Notify(_Command):
    """A webhook says that something happened to a record."""

    connection: str
    side: Side
    slot: int

    def carry_out(self, world: World, engine: Engine) -> None:
        """Give the command to ``engine``."""
        system = self.connection if self.side is Side.ERP else "crm"
        key = world.pick(system, self.slot)
        if key is not None:
            engine.notify(self.connection, ACTOR, self.side, [key])

    def told(self) -> str:
        """What is done, for a story."""
        system = self.connection if self.side is Side.ERP else "crm"
        return f"hears that record {self.slot} of {system} changed, for {self.connection}"


@frozen(kw_only=True)
class Preview(_Command):
    """Somebody looks at what a pass would do, and perhaps has it done later."""

    connection: str
    full: bool = False
    apply: bool = False
    #: What happens between the preview and its approval.
    between: tuple[Action, ...] = ()

    def carry_out(self, world: World, engine: Engine) -> list[PassResult] | None:
        """Give the command to ``engine``."""
        before = world.chronicle.requests
        try:
            shown = engine.plan(self.connection, ACTOR, full=self.full)
        except ErplinkError as error:
            world.said.append(str(error))
            return None
        if before != world.chronicle.requests:
            world.raised.append("a preview wrote")
        for act in self.between:
            act.do(world)
        return [engine.apply(shown, principal="somebody")] if self.apply else None

    def told(self) -> str:
        """What is done, for a story."""
        between = "".join(f"\n      then: {act}" for act in self.between)
        applied = f"{between}\n      and does just that" if self.apply else ""
        return f"shows what a pass over {self.connection} would do{applied}"
