"""What holds of every search for a counterpart, whatever the records and rules."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.keys import code_key, name_key
from erplink.domain.matching import (
    Contradiction,
    Finding,
    KeyPart,
    Matcher,
    MatchOutcome,
    MatchReason,
    MatchRule,
    Tried,
    assess,
)

RULES = (
    MatchRule("VAT number", KeyPart("vat_number", "code"), 1, 0.95, Contradiction.VETOES),
    MatchRule("code", KeyPart("code", "code"), 2, 0.9, Contradiction.LOWERS),
    MatchRule("name and town", (KeyPart("name", "name"), KeyPart("town", "name")), 3, 0.8),
    MatchRule("name", KeyPart("name", "name"), 4, 0.5),
    MatchRule("town", KeyPart("town", "name"), 4, 0.1),
)
NORMALISERS = {"code": code_key, "name": name_key}
TEXTS = st.sampled_from(["", "-", "a", "A", "b", "ab", "b c"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        field: TEXTS | st.none() | st.lists(TEXTS, max_size=3).map(tuple)
        for field in ("vat_number", "code", "name", "town")
    },
)
CANDIDATES = st.lists(RECORDS, max_size=6)
LINKED = st.dictionaries(st.integers(0, 5), st.just("elsewhere"), max_size=3)
MATCHER = Matcher(RULES)


def keys(record, part):
    """The keys of a record for a part of a rule, made anew."""
    value = record.get(part.field)
    texts = value if isinstance(value, tuple) else (value or "",)
    return {NORMALISERS[part.normaliser](text) for text in texts} - {""}


def agrees(rule, record, candidate):
    """Whether two records share every part of the rule's key."""
    return all(keys(record, part) & keys(candidate, part) for part in rule.parts)


def vetoed(record, candidate):
    """Whether two records have VAT numbers of which none is a part of another."""
    part = RULES[0].parts[0]
    pairs = list(product(keys(record, part), keys(candidate, part)))
    return bool(pairs) and not any(one in other or other in one for one, other in pairs)


def found_one_by_one(record, candidates):
    """The candidates that the first priority finds that finds any, by comparing with each."""
    for priority in sorted({rule.priority for rule in RULES}):
        tier = [rule for rule in RULES if rule.priority == priority]
        found = {
            at
            for at, candidate in enumerate(candidates)
            if any(agrees(rule, record, candidate) for rule in tier)
            and not vetoed(record, candidate)
        }
        if found:
            return found
    return set()


@given(RECORDS, CANDIDATES, LINKED)
def test_the_index_finds_what_comparing_with_each_would_find(record, candidates, linked):
    """A search by keys comes to the same candidates as a comparison with every one of them."""
    result = MATCHER.index(enumerate(candidates), linked=linked).match(record)
    expected = found_one_by_one(record, candidates)

    assert expected == {each.key for each in result.candidates}
    assert (not expected) == (result.outcome is MatchOutcome.NONE)


@given(RECORDS, CANDIDATES, LINKED)
def test_every_result_can_be_explained(record, candidates, linked):
    """A result has one reason, a sentence, scores in order, and a line for every rule."""
    result = MATCHER.index(enumerate(candidates), linked=linked).match(record)
    scores = [each.score for each in result.candidates]

    assert sorted(scores, reverse=True) == scores
    assert all(0 <= each.score <= 1 for each in (*result.candidates, *result.set_aside))
    assert [rule.name for rule in RULES] == [attempt.rule for attempt in result.attempts]
    assert result.sentence in result.explain().splitlines()[0]
    assert result.reason.outcome is result.outcome


@given(RECORDS, CANDIDATES, LINKED)
def test_the_reason_says_what_is_the_case(record, candidates, linked):
    """Each reason is given just when it holds."""
    result = MATCHER.index(enumerate(candidates), linked=linked).match(record)
    has_key = any(all(keys(record, part) for part in rule.parts) for rule in RULES)
    some_vetoed = any(
        vetoed(record, each) and any(agrees(rule, record, each) for rule in RULES)
        for each in candidates
    )
    match result.reason:
        case MatchReason.NO_KEY:
            assert not has_key
        case MatchReason.NO_CANDIDATE:
            assert has_key
            assert not some_vetoed
        case MatchReason.CONTRADICTED:
            assert some_vetoed
        case MatchReason.ONE_CANDIDATE:
            assert result.candidate.key not in linked
            assert 1 == len(result.candidates)
        case MatchReason.BEST_CANDIDATE:
            assert result.candidate.key not in linked
            assert result.candidates[0].score > result.candidates[1].score
        case MatchReason.ALREADY_LINKED:
            assert result.candidate.key in linked
        case reason:
            assert MatchReason.SEVERAL_CANDIDATES is reason
            assert len(result.candidates) > 1


@given(RECORDS, CANDIDATES, st.randoms())
def test_the_order_of_the_candidates_does_not_matter(record, candidates, random):
    """Whichever candidate comes first, the same ones are found, with the same scores and reason."""
    shuffled = list(enumerate(candidates))
    random.shuffle(shuffled)
    one, other = (MATCHER.index(each).match(record) for each in (enumerate(candidates), shuffled))

    assert one.reason is other.reason
    assert {each.key: each.score for each in one.candidates} == {
        each.key: each.score for each in other.candidates
    }


@given(RECORDS, CANDIDATES)
def test_evidence_tells_values_that_stand_there(record, candidates):
    """What a finding shows of either side is a value of it, and agreement is about one key."""
    result = MATCHER.index(enumerate(candidates)).match(record)
    for candidate in (*result.candidates, *result.set_aside):
        for each in candidate.evidence:
            rule = next(rule for rule in RULES if rule.name == each.rule)
            for part, mine, theirs in zip(rule.parts, each.record, each.candidate, strict=True):
                assert mine in as_texts(record[part.field])
                assert theirs in as_texts(candidates[candidate.key][part.field])
                same = NORMALISERS[part.normaliser](mine) == NORMALISERS[part.normaliser](theirs)
                assert same == (each.finding is Finding.AGREES)


def as_texts(value):
    """The texts of a value."""
    return value if isinstance(value, tuple) else (value,)


@given(CANDIDATES)
def test_what_has_no_keys_is_never_found(candidates):
    """Empty values and values without a key match nothing, not even each other."""
    empty = {"vat_number": "-", "code": "", "name": ("", "!"), "town": None}
    index = MATCHER.index(enumerate([*candidates, empty]))

    assert MatchReason.NO_KEY is index.match(empty).reason
    assert {Tried.NO_KEY} == {attempt.tried for attempt in index.match(empty).attempts}


@given(st.lists(RECORDS, min_size=1, max_size=6))
def test_a_record_finds_itself(candidates):
    """A record that has a key is among the candidates that are found for it."""
    index = MATCHER.index(enumerate(candidates))
    for at, record in enumerate(candidates):
        result = index.match(record)
        if result.reason is not MatchReason.NO_KEY:
            assert at in {each.key for each in result.candidates}


@given(st.lists(RECORDS, max_size=6), CANDIDATES, st.data())
def test_quality_counts_every_labelled_record_once(records, candidates, data):
    """However records are labelled, the counts add up to them."""
    index = MATCHER.index(enumerate(candidates))
    results = {at: index.match(record) for at, record in enumerate(records)}
    labels = st.none() | st.integers(0, 5)
    pairs = [(at, data.draw(labels)) for at in results]

    assert len(records) == assess(results, pairs).records
