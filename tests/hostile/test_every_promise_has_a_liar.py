"""A promise without a liar is not tested, and a liar whom no check catches is a missing promise."""

import runpy
from pathlib import Path

from erplink.testing.checks import ALL_CHECKS


def _liars():
    for path in sorted(Path(__file__).parent.glob("test_liars_*.py")):
        yield from runpy.run_path(str(path))["LIARS"]


def test_every_promise_has_a_liar_who_breaks_it():
    """Of every check there is a connector whom it must catch."""
    caught = {
        name
        for liar in _liars()
        for name in (*getattr(liar, "caught", ()), *getattr(liar, "at_least", ()))
    }

    assert {check.promise.name for check in ALL_CHECKS} == caught


def test_who_is_caught_by_nothing_says_that_they_are_honest():
    """Only those who lie in nothing are caught by nothing."""
    expected = {"IsHonest", "IsHonestAndRaw", "DeclinesWhatItCannot", "OnlyReadsAndIsHonest"}

    assert expected == {liar.__name__ for liar in _liars() if not getattr(liar, "caught", "?")}
