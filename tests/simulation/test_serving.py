"""People go first within a bound, nothing waits for ever, and no budget is overdrawn."""

from erplink.testing.simulation.serving import serve


def test_everybody_is_served_in_time_and_no_system_is_asked_too_often():
    """Forty days of floods, with slow systems and narrow budgets."""
    assert {} == {seed: told for seed in range(40) if (told := serve(seed, 1500))}
