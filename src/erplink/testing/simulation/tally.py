"""Tally: what many histories came to, added up and told as a table."""

from collections import Counter
from collections.abc import Iterable

from attrs import define, field

from erplink.testing.simulation.play import Played

__all__ = ["Tally"]


@define
class Tally:
    """The figures of all histories that were played."""

    counts: Counter[str] = field(factory=Counter)
    faults: Counter[str] = field(factory=Counter)
    #: The seeds whose histories broke a law, with what was wrong first.
    broken: dict[int, str] = field(factory=dict)

    @classmethod
    def of(cls, seed: int, steps: int, played: Played) -> "Tally":
        """The figures of one history."""
        first = next((str(each) for each in played.violations), "")
        counts = {
            "histories": 1,
            "steps": steps,
            "passes": played.passes,
            "edits": played.edits,
            "crashes": played.crashes,
            "conflicts": played.conflicts,
            "questions": played.questions,
        }
        return cls(Counter(counts), Counter(played.faults), {seed: first} if first else {})

    @classmethod
    def joined(cls, tallies: Iterable["Tally"]) -> "Tally":
        """All of them added up."""
        whole = cls()
        for each in tallies:
            whole.counts.update(each.counts)
            whole.faults.update(each.faults)
            whole.broken.update(each.broken)
        return whole

    def __str__(self) -> str:
        """The table."""
        rows = [*self.counts.items()]
        rows += [(f"faults: {name}", count) for name, count in sorted(self.faults.items())]
        lines = [f"{name:<22}{count:>12,}" for name, count in rows]
        return "\n".join([*lines, f"violations: {len(self.broken)}"])
