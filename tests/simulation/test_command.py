"""The command line of the simulation: a table, a story that is repeated, and the shortest story."""

from attrs import evolve

from erplink.sync import engine
from erplink.testing.simulation import main, run


def told(*arguments):
    """The exit code, and what was said."""
    lines = []
    code = main(arguments, lines.append)
    return code, "\n".join(lines)


def test_the_table_tells_what_happened():
    """Histories, steps, edits, crashes, faults and violations."""
    code, table = told("--seeds", "0:3", "--steps", "20")

    assert 0 == code
    assert ["histories", "steps", "passes", "edits"] == [
        line.split()[0] for line in table.splitlines()[:4]
    ]
    assert table.endswith("violations: 0")


def test_a_seed_is_repeated_exactly():
    """The same seed tells the same story, to the letter."""
    first, second = told("--seed", "7", "--steps", "30"), told("--seed", "7", "--steps", "30")

    assert first == second
    assert "violations: 0" == first[1].splitlines()[-1]


def test_processes_share_the_work_and_come_to_the_same():
    """Two processes have the figures that one has."""
    assert run(range(4), 15) == run(range(4), 15, processes=2)


def test_a_violation_is_told_as_the_shortest_story(monkeypatch):
    """With its seed, and with how the whole history is repeated."""
    whole = engine.Engine.sync

    def careless(self, *args, **kwargs):
        """Tells a total that does not add up."""
        results = whole(self, *args, **kwargs)
        wrong = [evolve(each.report, read=each.report.read) for each in results]
        for report in wrong:
            object.__setattr__(report, "read", report.read + 1)
        return [evolve(each, report=one) for each, one in zip(results, wrong, strict=True)]

    monkeypatch.setattr(engine.Engine, "sync", careless)
    code, story = told("--seeds", "3:4", "--steps", "12")

    assert 1 == code
    assert "violations: 1" in story
    assert "violation: reports add up" in story
    assert "repeat the whole history with: --seed 3 --steps 12" == story.splitlines()[-1]
