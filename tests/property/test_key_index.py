"""The narrow way to a counterpart comes to what the wide way comes to."""

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.matching import CANDIDATES_MAX, Contradiction, KeyPart, Matcher, MatchRule

RULES = (
    MatchRule("code", KeyPart("code", "code"), 1, 0.9),
    MatchRule("mail", KeyPart("mail", "email"), 1, 0.7),
    MatchRule("name and town", (KeyPart("name", "name"), KeyPart("town", "name")), 2, 0.6),
    MatchRule("name", KeyPart("name", "name"), 3, 0.8),
)
TEXTS = st.sampled_from(["", "-", "a", "A", "b", "ab", "b c"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        field: TEXTS | st.none() | st.lists(TEXTS, max_size=3).map(tuple)
        for field in ("code", "mail", "name", "town")
    },
)
MATCHER = Matcher(RULES)


def found(record, candidates):
    """The candidates that the narrow way comes down to."""
    index = MATCHER.key_index()
    for key, values in candidates.items():
        index.add(key, values)
    return index.find(record)


def told(result):
    """What a search came to, whatever it tried on the way."""
    return result.outcome, [str(each.key) for each in result.candidates], result.reason


@given(RECORDS, st.lists(RECORDS, max_size=6))
def test_an_index_of_the_few_that_are_found_decides_as_one_of_all(record, rows):
    """Nobody who could be the counterpart is missing, and nobody else changes the decision."""
    candidates = {f"K{at}": values for at, values in enumerate(rows)}
    wide = MATCHER.index(candidates.items()).match(record)
    few = found(record, candidates)
    narrow = MATCHER.index((key, candidates[key]) for key in few).match(record)
    assert told(wide)[:2] == told(narrow)[:2]


@given(RECORDS, st.lists(RECORDS, max_size=6))
def test_a_single_one_is_the_counterpart(record, rows):
    """Where keys come down to one candidate, the whole search ends with it, and surely enough."""
    candidates = {f"K{at}": values for at, values in enumerate(rows)}
    few = found(record, candidates)
    wide = MATCHER.index(candidates.items()).match(record)
    if len(few) == 1:
        assert few == tuple(each.key for each in wide.candidates)
        assert wide.candidates[0].score >= MATCHER.thresholds.likely
    assert bool(few) is bool(wide.candidates)


def test_a_key_that_too_many_share_is_too_common_for_the_few_as_well():
    """It finds nobody by itself, and the next key decides."""
    rows = {f"K{at}": {"code": "same", "name": f"n{at}"} for at in range(CANDIDATES_MAX + 20)}
    for record in (
        {"code": "same"},
        {"code": "same", "name": "n119"},
        {"code": "same", "name": "x"},
    ):
        few = found(record, rows)
        narrow = MATCHER.index((key, rows[key]) for key in few).match(record)
        assert told(MATCHER.index(rows.items()).match(record)) == told(narrow)
        assert CANDIDATES_MAX < len(few) <= CANDIDATES_MAX + 2


def test_keys_that_together_are_too_common_find_nobody():
    """A record with two codes of sixty candidates each is as little told by them."""
    rows = {f"K{at}": {"code": f"c{at % 2}"} for at in range(CANDIDATES_MAX + 20)}
    record = {"code": ("c0", "c1")}
    few = found(record, rows)
    narrow = MATCHER.index((key, rows[key]) for key in few).match(record)
    assert told(MATCHER.index(rows.items()).match(record)) == told(narrow)


def test_there_is_no_narrow_way_where_a_candidate_may_be_spoken_against_or_is_weak():
    """A contradiction or a rule below the likely ones takes the whole of a candidate."""
    veto = MatchRule("code", KeyPart("code"), 1, 0.9, Contradiction.VETOES)
    weak = MatchRule("name", KeyPart("name"), 1, 0.5)
    assert [None, None] == [Matcher([rule]).key_index() for rule in (veto, weak)]
    assert Matcher([MatchRule("name", KeyPart("name"))]).key_index() is not None
