"""Every law holds at the end of seeded histories of two ERPs, a CRM and the real engine."""

from erplink.testing.simulation import run

SEEDS = 200
STEPS = 50


def test_no_law_is_broken_in_any_of_the_histories():
    """Two hundred histories with faults of every kind, crashes, restarts and operators."""
    tally = run(range(SEEDS), STEPS, processes=2)

    assert {} == tally.broken
    assert SEEDS == tally.counts["histories"]
    assert tally.counts["crashes"] > 0
    assert tally.faults.total() > 0
