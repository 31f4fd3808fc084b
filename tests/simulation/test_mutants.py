"""Deliberate bugs of one line each: the simulation catches every one of them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import erplink

SEEDS = 200
STEPS = 50

MUTANTS = {
    "base advanced too far": (
        "domain/plan/outcome.py",
        "confirmed = {each.step: each for each in outcomes if each.result is StepResult.CONFIRMED}",
        "confirmed = {each.step: each for each in outcomes}",
    ),
    "base never advanced": (
        "sync/journal.py",
        "link.advance(agreements.get(step.link, {}))",
        "link",
    ),
    "cursor one too high": (
        "sync/journal.py",
        "state.pending.put([later])",
        "pass",
    ),
    "no read-back": (
        "sync/recover.py",
        "return read_back(step, record.fields, fields, record.version)",
        "return StepOutcome(step.id, StepResult.CONFIRMED, step.patch, record.version)",
    ),
    "step sent twice": (
        "sync/apply.py",
        "return session.save(batch.kind, edits)",
        "return session.save(batch.kind, edits) and session.save(batch.kind, edits)",
    ),
    "open writes never recovered": (
        "sync/passes.py",
        "orphans = state.intents.orphans(self._run.connection, self._bench.clock.now())",
        "orphans = []",
    ),
    "losing values not told": (
        "sync/settlement.py",
        "state.history.add(self._history)",
        "pass",
    ),
    "a secret in what is told": (
        "connectors/redaction.py",
        "text = text.replace(form, MASK)",
        "pass",
    ),
    "direction ignored": (
        "domain/merge/pair.py",
        "self.may_to_crm = rule.direction.to_crm and readable",
        "self.may_to_crm = readable",
    ),
    "deletions overlooked": (
        "sync/detect.py",
        "news += self._deletions(page, pending)",
        "pass",
    ),
    "one system that is down stops all": (
        "sync/reconcile.py",
        "continue  # its own pass will tell; here it counts as not having moved",
        "raise",
    ),
    "new keys not followed": (
        "sync/passes.py",
        "            self._follow(side, delivery.aliases)\n",
        "",
    ),
}

QUEUE_MUTANTS = {
    "lane ignored": (
        "sync/lanes.py",
        "(work.lane, work.rank, work.since, self._arrivals, work.key),",
        "(0, work.rank, work.since, self._arrivals, work.key),",
    ),
    "nothing ever overdue": (
        "sync/lanes.py",
        "key = overdue if overdue is not None and is_turn else urgent",
        "key = urgent",
    ),
    "budget overdrawn": (
        "connectors/budget.py",
        "if now < ready_at:",
        "if False:",
    ),
}

DAYS = f"""
import sys
from erplink.testing.simulation.serving import serve

for seed in range({SEEDS}):
    breaches = serve(seed, 1500)
    if breaches:
        sys.exit(f"seed {{seed}}: {{breaches[0]}}")
"""

HUNT = f"""
import sys
from erplink.testing.simulation import draw, play

for seed in range({SEEDS}):
    violations = play(draw(seed, {STEPS})).violations
    if violations:
        sys.exit(f"seed {{seed}}: {{violations[0]}}")
"""


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A copy of the package, to be spoilt."""
    folder = tmp_path_factory.mktemp("mutants")
    shutil.copytree(Path(erplink.__file__).parent, folder / "erplink")
    return folder


@pytest.mark.parametrize("bug", MUTANTS)
def test_the_simulation_catches(bug, copied):
    """Within two hundred histories, and as a breach of a law."""
    hunted(MUTANTS[bug], HUNT, copied)


@pytest.mark.parametrize("bug", QUEUE_MUTANTS)
def test_the_simulated_days_catch(bug, copied):
    """Within two hundred days at the queue."""
    hunted(QUEUE_MUTANTS[bug], DAYS, copied)


def hunted(mutant, hunt, copied):
    name, line, spoilt = mutant
    file = copied / "erplink" / name
    whole = file.read_text(encoding="utf-8")
    assert 1 == whole.count(line), f"{name} has the line no more: {line}"

    file.write_text(whole.replace(line, spoilt), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-c", hunt],
            env={**os.environ, "PYTHONPATH": str(copied)},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(whole, encoding="utf-8")

    assert 1 == done.returncode, "nobody noticed"
    assert done.stderr.startswith("seed "), done.stderr
