"""Story: a setting and what happens in it, drawn from a seed, and told line by line."""

from collections.abc import Iterable
from random import Random
from typing import Any

from attrs import field as attr
from attrs import frozen

from erplink.domain.links import Pin
from erplink.domain.records import CRM
from erplink.sync.state import Side
from erplink.testing.faults import Faults
from erplink.testing.simulation import operators as op
from erplink.testing.simulation import passes, people
from erplink.testing.simulation.action import Action
from erplink.testing.simulation.setting import ALPHABET, ERPS, FIELDS, Setting

__all__ = ["Story", "draw"]

_CALLS = 60
_SLOTS = 6


def _in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    return tuple(actions)


@frozen
class Story:
    """A history that can be played again and again."""

    setting: Setting
    actions: tuple[Action, ...] = attr(converter=_in_order)

    def __str__(self) -> str:
        """The whole story, a line for each thing that happens."""
        lines = [f"{number:4}. {action}" for number, action in enumerate(self.actions, 1)]
        return "\n".join([f"seed {self.setting.seed}: {self.setting}", *lines])


def draw(seed: int, steps: int) -> Story:
    """The story with ``seed``, in which ``steps`` things happen."""
    author = _Writer(Random(f"story {seed}"))  # noqa: S311 - a simulation is to be repeated
    return Story(Setting.draw(seed), tuple(author.anything() for _ in range(steps)))


class _Writer:
    """Makes things up."""

    def __init__(self, luck: Random) -> None:
        self.luck = luck
        # Some stories are all about people, some about bad wires, some about operators.
        self.wildness = luck.choice((0.0, 0.0, 0.5, 1.0, 2.0))
        self.storms = luck.choice((0.0, 0.5, 1.0, 3.0))
        self.mishaps = luck.choice((0.0, 0.15, 0.4))
        #: Few fields at a time, so that they are typed into again and again.
        self.fields = luck.sample(FIELDS, luck.choice((1, 2, 4, len(FIELDS))))

    def anything(self) -> Action:
        luck = self.luck
        makers = {
            self.types: 40.0,
            self.hires: 3.0,
            self.removes: 3.0,
            self.renumbers: 1.0,
            self.syncs: 22.0,
            self.syncs_record: 5.0,
            self.waits: 8.0,
            self.weather: 3.0 * self.storms,
            self.operates: 8.0 * self.wildness,
            self.previews: 1.0 * self.wildness,
            self.resyncs: 0.7 * self.wildness,
        }
        maker = luck.choices(list(makers), list(makers.values()))[0]
        return maker()

    def system(self) -> str:
        return self.luck.choice((CRM, *ERPS))

    def slot(self) -> int:
        return self.luck.randrange(_SLOTS)

    # people ---------------------------------------------------------------------------------------

    def types(self) -> Action:
        system, field = self.system(), self.luck.choice(self.fields)
        values = ALPHABET[field]
        if system != CRM and field == "code":
            values = ("a", "b", None)
        return people.Type(system, self.slot(), field, self.luck.choice(values))

    def hires(self) -> Action:
        return people.Hire(self.system(), 0, self.luck.choice("abc"))

    def removes(self) -> Action:
        return people.Remove(self.system(), self.slot())

    def renumbers(self) -> Action:
        if self.luck.random() < 0.5:
            return people.Renumber(self.system(), self.slot())
        return people.Merge(self.system(), self.slot(), self.slot())

    # erplink --------------------------------------------------------------------------------------

    def syncs(self) -> Action:
        luck = self.luck
        connection = luck.choice((None, None, *ERPS))
        return passes.Sync(connection=connection, full=luck.random() < 0.2, mishap=self.mishap())

    def syncs_record(self) -> Action:
        return passes.SyncRecord(slot=self.slot(), mishap=self.mishap())

    def resyncs(self) -> Action:
        luck = self.luck
        return passes.Resync(
            connection=luck.choice(ERPS),
            from_crm=luck.random() < 0.6,
            keep_filled=luck.random() < 0.5,
            mishap=self.mishap(),
        )

    def previews(self) -> Action:
        luck = self.luck
        between = tuple(self.meddles() for _ in range(luck.randrange(3)))
        return passes.Preview(
            connection=luck.choice(ERPS),
            full=luck.random() < 0.5,
            apply=luck.random() < 0.7,
            between=between,
            mishap=self.mishap() if not between else passes.Mishap(),
        )

    def mishap(self) -> passes.Mishap:
        luck = self.luck
        if luck.random() >= self.mishaps:
            return passes.Mishap()
        if luck.random() < 0.5:
            lapse = luck.choice((1.0, 61.0, 200.0))
            return passes.Mishap(dies_in=luck.randrange(_CALLS), lapse=lapse)
        count = luck.choice((1, 1, 2, 3))
        meanwhile = [(luck.randrange(_CALLS // 2), self.meddles()) for _ in range(count)]
        return passes.Mishap(meanwhile=tuple(sorted(meanwhile, key=lambda each: each[0])))

    def meddles(self) -> Action:
        """What others do while erplink is at work."""
        luck = self.luck
        makers = {
            self.types: 10.0,
            self.removes: 0.5,
            self.renumbers: 0.3,
            self.elsewhere: 3.0,
            self.notifies: 0.5,
            self.late: 1.5,
        }
        return luck.choices(list(makers), list(makers.values()))[0]()

    def elsewhere(self) -> Action:
        luck = self.luck
        if luck.random() < 0.6:
            return passes.SyncRecord(slot=self.slot(), elsewhere=True)
        return passes.Sync(
            connection=luck.choice((None, *ERPS)), full=luck.random() < 0.3, elsewhere=True
        )

    def late(self) -> Action:
        return op.Wait(self.luck.choice((5.0, 61.0)))

    def notifies(self) -> Action:
        side = self.luck.choice((Side.ERP, Side.CRM))
        return passes.Notify(connection=self.luck.choice(ERPS), side=side, slot=self.slot())

    # the world ------------------------------------------------------------------------------------

    def waits(self) -> Action:
        return op.Wait(self.luck.choice((1.0, 10.0, 100.0, 1000.0, 4000.0)))

    def weather(self) -> Action:
        luck = self.luck
        system = self.system()
        if luck.random() < 0.35:
            return op.Weather(system, Faults())
        # What strikes where creations are not idempotent, nobody can mend.
        usual = [kind for kind in Faults.kinds() if kind not in ("renumbered", "duplicated")]
        chosen = luck.sample(usual, luck.choice((1, 2, 4, len(usual))))
        rate = luck.choice((0.05, 0.2, 0.5))
        rates: dict[str, Any] = dict.fromkeys(chosen, rate)
        return op.Weather(system, Faults(seed=luck.randrange(1 << 30), **rates))

    # operators ------------------------------------------------------------------------------------

    def operates(self) -> Action:
        makers = {
            self.pauses: 1.0,
            self.switches: 1.0,
            self.pins: 2.0,
            self.suspends: 1.0,
            self.remaps: 1.0,
            self.answers: 2.0,
            self.decides: 1.0,
            self.replays: 1.0,
        }
        return self.luck.choices(list(makers), list(makers.values()))[0]()

    def connection(self) -> str:
        return self.luck.choice(ERPS)

    def pauses(self) -> Action:
        return op.Pause(self.connection(), resume=self.luck.random() < 0.6)

    def switches(self) -> Action:
        return op.Activate(self.connection(), active=self.luck.random() < 0.6)

    def pins(self) -> Action:
        pin = self.luck.choice((Pin.CRM, Pin.ERP, None))
        return op.PinField(self.slot(), self.luck.choice(self.fields), pin)

    def suspends(self) -> Action:
        return op.Suspend(self.slot(), resume=self.luck.random() < 0.6)

    def remaps(self) -> Action:
        direction = self.luck.choice(("<>", "<>", ">", "<"))
        return op.Remap(self.connection(), self.luck.choice(self.fields), direction)

    def answers(self) -> Action:
        return op.Answer(self.slot(), self.luck.randrange(5), self.luck.choice(("a", "b", None)))

    def decides(self) -> Action:
        return op.Decide(approve=self.luck.random() < 0.6)

    def replays(self) -> Action:
        return op.Replay(self.connection())
