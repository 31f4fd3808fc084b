"""How good matching is, on pairs that a host has labelled."""

import pytest

from erplink.domain.matching import (
    Candidate,
    Certainty,
    MatchReason,
    MatchResult,
    Quality,
    assess,
    score_for,
)
from erplink.errors import BadName


def result(reason, key=None, score=0.9):
    """A result of one candidate, or of none."""
    candidates = () if key is None else (Candidate(key, score, Certainty.LIKELY, ()),)
    return MatchResult(reason, candidates)


MATCH = MatchReason.ONE_CANDIDATE
RESULTS = {
    "r1": result(MATCH, "c1"),
    "r2": result(MATCH, "c9", 0.5),
    "r3": result(MATCH, "c3", 0.7),
    "r4": result(MatchReason.NO_CANDIDATE),
    "r5": result(MatchReason.NO_KEY),
    "r6": result(MatchReason.SEVERAL_CANDIDATES, "c6"),
    "r7": result(MatchReason.ALREADY_LINKED, "c7"),
    "not labelled": result(MATCH, "c1"),
}
PAIRS = [
    ("r1", "c1"), ("r1", "c1 again"), ("r2", "c2"), ("r3", None), ("r4", "c4"), ("r5", None),
    ("r6", "c6"), ("r7", None),
]  # fmt: skip


def test_every_labelled_record_is_counted_once():
    """What became of each labelled record is exactly one of the seven counts."""
    quality = assess(RESULTS, PAIRS)

    assert Quality(1, 1, 1, 1, 1, 1, 1) == quality
    assert 7 == quality.records


def test_the_rates_are_those_of_the_counts():
    """Precision is of the matches, recall of the counterparts, asking of all records."""
    quality = Quality(
        right=6, mistaken=1, invented=1, missed=2, rightly_none=8, asked=1, asked_in_vain=1
    )

    assert (0.75, 0.6, 0.1) == (quality.precision, quality.recall, quality.asked_rate)
    assert "precision 75.0%, recall 60.0%, asked 10.0%, of 20 records" == str(quality)


def test_rates_of_nothing_are_unknown():
    """Without a labelled record there is no rate to tell."""
    quality = assess({}, [])

    assert (None, None, None) == (quality.precision, quality.recall, quality.asked_rate)
    assert "precision unknown, recall unknown, asked unknown, of 0 records" == str(quality)


def test_matches_that_score_too_low_are_left_to_a_person():
    """A host that confirms only the better matches asks for the rest."""
    quality = assess(RESULTS, PAIRS, at_least=0.8)

    assert Quality(right=1, missed=1, rightly_none=1, asked=2, asked_in_vain=2) == quality


@pytest.mark.parametrize(("precision", "score"), [(1.0, 0.9), (0.5, 0.7), (0.3, 0.5), (0.0, 0.5)])
def test_the_score_from_which_on_matches_are_precise_enough(precision, score):
    """The threshold is the lowest score that still gives the precision."""
    assert score == score_for(precision, RESULTS, PAIRS)


def test_no_score_gives_what_no_match_has():
    """Where even the best matches are wrong there is no threshold."""
    assert score_for(0.5, RESULTS, [("r2", "c2"), ("r4", None)]) is None


def test_a_labelled_record_that_was_never_matched_is_an_error():
    """A label without a result is a mistake of the one who measures, not of the matcher."""
    with pytest.raises(BadName, match="no result for the labelled record 'r9'"):
        assess(RESULTS, [("r9", "c9")])
