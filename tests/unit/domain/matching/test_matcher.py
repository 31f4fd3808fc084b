"""How a record's counterpart is searched, and what each search comes to."""

from decimal import Decimal

import pytest

from erplink.domain.matching import (
    CANDIDATES_MAX,
    COMPANY_RULES,
    COMPARED_MAX,
    CONTACT_RULES,
    LIKENESS_LENGTH_MAX,
    VALUES_MAX,
    Certainty,
    Contradiction,
    KeyPart,
    Likeness,
    Matcher,
    MatchOutcome,
    MatchReason,
    MatchRule,
    Normalisers,
    Thresholds,
    Tried,
)
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue

ACME = {"vat_number": "SE 556036-0793 01", "name": "ACME AB", "postcode": "111 22", "code": "A-1"}
NAME = MatchRule("name", KeyPart("name", "name"), 5, 0.5)
CODE = MatchRule("code", KeyPart("code", "code"), 1, 0.9)


def index(*candidates, rules=COMPANY_RULES, linked=None, **more):
    """An index of candidates named c1, c2 and so on."""
    numbered = [(f"c{at}", values) for at, values in enumerate(candidates, 1)]
    return Matcher(rules, **more).index(numbered, linked=linked or {})


def found(result):
    """The reason, and the keys of the candidates."""
    return result.reason, [each.key for each in result.candidates]


def test_one_candidate_is_the_match():
    """A record that shares an identifier with one candidate is matched with it."""
    result = index(ACME, {"name": "Other"}).match({"vat_number": "se556036079301"})

    assert (MatchReason.ONE_CANDIDATE, ["c1"]) == found(result)
    assert (MatchOutcome.MATCH, Certainty.CERTAIN) == (result.outcome, result.certainty)
    assert ("c1", 0.95) == (result.candidate.key, result.candidate.score)
    assert "'c1' agrees in VAT number" == result.sentence


def test_the_strongest_key_decides():
    """What a stronger key finds is not put in doubt by what a weaker one would have found."""
    result = index({"code": "A1"}, {"name": "ACME"}).match({"code": "a-1", "name": "ACME"})

    assert (MatchReason.ONE_CANDIDATE, ["c1"]) == found(result)
    assert [Tried.NO_KEY, Tried.NO_KEY, Tried.FOUND, *[Tried.NOT_NEEDED] * 3] == [
        attempt.tried for attempt in result.attempts
    ]


def test_a_weaker_key_is_tried_where_a_stronger_one_finds_nothing():
    """The rules are tried in the order of their priority until one finds something."""
    result = index({"name": "ACME", "postcode": "11122"}).match(ACME | {"name": "Acme"})

    assert (MatchReason.ONE_CANDIDATE, ["c1"]) == found(result)
    assert ("name and postcode",) == result.candidate.agreeing


def test_rules_of_one_priority_are_tried_together():
    """Two rules of one priority that find different candidates leave the choice to a person."""
    together = [MatchRule("code", KeyPart("code")), MatchRule("number", KeyPart("number"))]
    result = index({"code": "1"}, {"number": "2"}, rules=together).match(
        {"code": "1", "number": "2"}
    )

    assert (MatchReason.SEVERAL_CANDIDATES, ["c1", "c2"]) == found(result)
    assert MatchOutcome.AMBIGUOUS is result.outcome
    assert "2 candidates agree in code or number" == result.sentence
    assert (None, None) == (result.candidate, result.certainty)


def test_of_several_one_may_lead_clearly():
    """Of two that share a VAT number, the one that shares the name and postcode too is matched."""
    branch = {"vat_number": ACME["vat_number"], "name": "ACME Branch"}
    result = index(branch, ACME).match(ACME | {"code": ""})

    assert (MatchReason.BEST_CANDIDATE, ["c2", "c1"]) == found(result)
    assert [0.99, 0.95] == [each.score for each in result.candidates]
    assert "'c2' agrees in VAT number and name and postcode, and leads clearly among 2" == (
        result.sentence
    )


def test_no_lead_is_clear_where_the_host_wants_none():
    """With a lead of 0, every choice among several is left to a person."""
    branch = {"vat_number": ACME["vat_number"]}
    result = index(branch, ACME, thresholds=Thresholds(lead=0)).match(ACME)

    assert MatchReason.SEVERAL_CANDIDATES is result.reason


def test_a_candidate_that_is_linked_is_not_given_away_again():
    """A candidate that is linked elsewhere is found, told, and not matched."""
    result = index(ACME, linked={"c1": "erp/customer/9"}).match(ACME)

    assert (MatchOutcome.LINKED, MatchReason.ALREADY_LINKED) == (result.outcome, result.reason)
    assert "erp/customer/9" == result.candidate.linked_to
    assert result.sentence.endswith("and is already linked to erp/customer/9")


def test_a_free_candidate_beside_a_linked_one_is_a_question():
    """That one of two equal candidates is taken does not say that the other is meant."""
    result = index(ACME, ACME, linked={"c1": "erp/customer/9"}).match(ACME)

    assert MatchReason.SEVERAL_CANDIDATES is result.reason
    assert result.sentence.endswith("; 1 already linked")


def test_candidates_that_are_all_linked_are_linked():
    """Where every candidate is taken there is nothing to choose."""
    result = index(ACME, ACME, linked={"c1": "x", "c2": "y"}).match(ACME)

    assert (MatchOutcome.LINKED, "c1") == (result.outcome, result.candidate.key)


def test_the_leading_candidate_may_be_the_linked_one():
    """If the one that leads clearly is linked, the weaker one is not taken in its place."""
    weaker = {"vat_number": ACME["vat_number"]}
    result = index(weaker, ACME, linked={"c2": "erp/customer/9"}).match(ACME)

    assert (MatchReason.ALREADY_LINKED, ["c2", "c1"]) == found(result)


def test_a_record_without_a_key_is_told_from_one_without_a_candidate():
    """Nothing to search by, and nothing found, are two reasons."""
    candidates = index(ACME, {"name": ""}, {"name": "!?"})
    without_key, without_candidate = (
        candidates.match({"name": " "}),
        candidates.match({"name": "X"}),
    )

    assert MatchReason.NO_KEY is without_key.reason
    assert without_key.sentence.startswith("the record has no VAT number or organisation number or")
    assert MatchReason.NO_CANDIDATE is without_candidate.reason
    assert "no candidate shares its name" == without_candidate.sentence
    assert [MatchOutcome.NONE] * 2 == [without_key.outcome, without_candidate.outcome]


def test_another_vat_number_vetoes_what_a_name_says():
    """The same name with another VAT number is another company, and the veto is told."""
    result = index(ACME).match({"name": "ACME AB", "vat_number": "NO 987654321"})

    assert (MatchReason.CONTRADICTED, []) == found(result)
    assert "'c1' agrees in name, but contradicts in VAT number" == result.sentence
    assert (0.0, True) == (result.set_aside[0].score, result.set_aside[0].vetoed)
    assert "'c1' scores 0.00, vetoed" in result.explain()


def test_a_vetoed_candidate_does_not_stop_the_search():
    """A weaker key may find another candidate than the one that was vetoed, which stays told."""
    vetoed = {"email": "info@acme.example", "vat_number": "NO 1"}
    result = index(vetoed, {"name": "ACME"}).match(
        {"email": "info@acme.example", "vat_number": "SE 2", "name": "Acme"}
    )

    assert (MatchReason.ONE_CANDIDATE, ["c2"]) == found(result)
    assert ["c1"] == [each.key for each in result.set_aside]


def test_a_vetoed_candidate_is_set_aside_once():
    """However many keys find it again, a vetoed candidate is judged and told once."""
    result = index(ACME).match(ACME | {"vat_number": "NO 1", "code": ""})

    assert ["c1"] == [each.key for each in result.set_aside]


@pytest.mark.parametrize("other", ["556036-0793", "55 60 36", "556036079301", "", None, UNSET])
def test_a_number_that_may_be_the_same_is_no_contradiction(other):
    """A number that is a part of the other, or is missing, contradicts nothing."""
    result = index(ACME).match({"name": "ACME AB", "vat_number": other})

    assert MatchReason.ONE_CANDIDATE is result.reason
    assert () == result.candidate.contradicting


def test_another_code_lowers_the_score():
    """Two codes of which neither is a part of the other halve what the rest is worth."""
    result = index(ACME).match({"vat_number": ACME["vat_number"], "code": "B-2"})

    assert (0.475, Certainty.POSSIBLE) == (result.candidate.score, result.certainty)
    assert "'c1' agrees in VAT number, but contradicts in code" == result.sentence


def test_a_field_of_many_values_matches_by_any_of_them():
    """Phones and e-mails match when one on either side is equal, and the values are told."""
    contacts = index({"mobile": ("+47 1", "+47 22 33")}, rules=CONTACT_RULES)
    result = contacts.match({"mobile": ("0047 2233", "5")})

    assert MatchReason.ONE_CANDIDATE is result.reason
    assert (("0047 2233",), ("+47 22 33",)) == (
        result.candidate.evidence[0].record,
        result.candidate.evidence[0].candidate,
    )


def test_many_values_contradict_only_if_none_may_be_the_same():
    """Of several VAT numbers it is enough that one may be the same one."""
    company = {"name": "ACME", "vat_number": ("SE 111", "NO 222")}
    candidates = index(company)

    assert MatchReason.ONE_CANDIDATE is candidates.match(company | {"vat_number": "222"}).reason
    assert MatchReason.CONTRADICTED is candidates.match(company | {"vat_number": "3"}).reason


def test_every_part_of_a_key_must_be_equal():
    """A name under another parent is not the same contact."""
    contacts = index({"name": "Kim", "parent": "p1"}, rules=CONTACT_RULES)

    assert MatchReason.ONE_CANDIDATE is contacts.match({"name": "kim", "parent": "p1"}).reason
    assert MatchReason.NO_CANDIDATE is contacts.match({"name": "kim", "parent": "P1"}).reason
    assert MatchReason.NO_KEY is contacts.match({"name": "kim"}).reason


def test_the_sides_may_name_a_field_differently():
    """A part says what the field is called on either side."""
    rule = MatchRule("number", KeyPart("customer_no", "code", "number"))
    result = index({"number": "A-1"}, rules=[rule]).match({"customer_no": "a1"})

    assert MatchReason.ONE_CANDIDATE is result.reason


@pytest.mark.parametrize("number", [42, Decimal(42), Decimal("42.00"), "42"])
@pytest.mark.parametrize("other", [42, Decimal("42.0")])
def test_a_number_is_matched_however_it_is_typed(number, other):
    """An id that a spreadsheet took for a number is the same id."""
    ids = index({"id": other}, rules=[MatchRule("id", KeyPart("id"))])

    assert MatchReason.ONE_CANDIDATE is ids.match({"id": number}).reason


def test_a_rule_that_says_less_adds_nothing():
    """Agreement in the name is not counted again beside agreement in name and postcode."""
    result = index(ACME).match({"name": "ACME AB", "postcode": "11122"})

    assert (("name and postcode",), 0.8) == (result.candidate.agreeing, result.candidate.score)


def test_a_key_that_too_many_share_tells_nothing():
    """A key of CANDIDATES_MAX candidates is looked at, one of more is not, and it says so."""
    same_name = [{"name": "ACME"}] * CANDIDATES_MAX
    few, many = index(*same_name), index(*same_name, {"name": "ACME"})

    assert CANDIDATES_MAX == len(few.match({"name": "ACME"}).candidates)
    result = many.match({"name": "ACME"})

    assert (MatchReason.TOO_COMMON, []) == found(result)
    assert MatchOutcome.AMBIGUOUS is result.outcome
    assert "too many share its name" == result.sentence
    assert "6. name: too many candidates have it" in result.explain()


def test_a_weaker_key_may_tell_where_a_stronger_one_is_too_common():
    """A placeholder that everyone has instead of a code does not end the search."""
    placeholder = [{"code": "NONE"}] * (CANDIDATES_MAX + 1)
    result = index(*placeholder, {"name": "ACME"}).match({"code": "none", "name": "ACME"})

    assert MatchReason.ONE_CANDIDATE is result.reason


def test_of_many_values_the_common_one_is_passed_over():
    """Where a contact has the switchboard's number and one of their own, the own one tells."""
    switchboard = [{"mobile": "1"}] * (CANDIDATES_MAX + 1)
    contacts = index(*switchboard, {"mobile": "2"}, rules=CONTACT_RULES)

    assert MatchReason.ONE_CANDIDATE is contacts.match({"mobile": ("1", "2")}).reason
    assert MatchReason.TOO_COMMON is contacts.match({"mobile": ("1", "3")}).reason


def test_many_values_that_find_too_many_tell_nothing():
    """Values that are each found seldom may still find too many together."""
    crowd = [{"mobile": str(at)} for at in range(VALUES_MAX)] * 3
    contacts = index(*crowd, rules=CONTACT_RULES)
    numbers = tuple(str(at) for at in range(VALUES_MAX))

    assert MatchReason.TOO_COMMON is contacts.match({"mobile": numbers}).reason


def test_only_so_many_values_are_looked_at():
    """Of a field of many values, the first VALUES_MAX are looked at."""
    numbers = tuple(str(at) for at in range(VALUES_MAX + 1))
    contacts = index({"mobile": numbers}, rules=CONTACT_RULES)

    assert MatchReason.ONE_CANDIDATE is contacts.match({"mobile": numbers[-2]}).reason
    assert MatchReason.NO_CANDIDATE is contacts.match({"mobile": numbers[-1]}).reason


def test_an_index_grows():
    """What an import has just made can be found, and what it has just linked is taken."""
    companies = index()
    companies.add("c1", ACME)

    assert (1, MatchReason.ONE_CANDIDATE) == (len(companies), companies.match(ACME).reason)
    companies.link("c1", "erp/customer/9")
    companies.add("c2", {"name": "Other"}, linked_to="erp/customer/8")

    assert MatchReason.ALREADY_LINKED is companies.match(ACME).reason
    assert MatchReason.ALREADY_LINKED is companies.match({"name": "other"}).reason


def test_a_candidate_has_a_key_of_its_own():
    """A key that is used twice, or that nobody has, is an error."""
    companies = index(ACME)

    with pytest.raises(BadValue, match="two candidates have one key"):
        companies.add("c1", ACME)
    with pytest.raises(BadValue, match="no candidate has this key"):
        companies.link("c9", "erp/customer/9")


def test_a_matcher_says_which_fields_are_missing():
    """The fields that rules look at and that the data does not have are named, in their order."""
    matcher = Matcher(CONTACT_RULES)

    assert ("mobile", "parent") == matcher.missing(["email", "name", "other"])
    assert Thresholds() == matcher.thresholds


def test_rules_are_tried_by_priority_and_then_as_given():
    """A matcher sorts its rules by priority and changes nothing else about their order."""
    second, first = MatchRule("b", KeyPart("b"), 1), MatchRule("a", KeyPart("a"), 0)
    third = MatchRule("c", KeyPart("c"), 1)

    assert (first, second, third) == Matcher([second, first, third]).rules


@pytest.mark.parametrize(
    ("rules", "rule"),
    [([], "a matcher needs a rule"), ([NAME, NAME], "two match rules have one name")],
)
def test_rules_that_cannot_be_told_apart_are_refused(rules, rule):
    """A matcher needs rules, each with a name of its own."""
    with pytest.raises(BadValue, match=rule):
        Matcher(rules)


def test_a_normaliser_that_nobody_offers_is_refused_with_a_hint():
    """A misspelt normaliser is an error that proposes the likely spelling."""
    with pytest.raises(BadName, match="unknown normaliser 'emial'; did you mean 'email'"):
        Matcher([MatchRule("e-mail", KeyPart("email", "emial"))])


def test_a_host_can_bring_a_normaliser():
    """A rule finds a host's normaliser by the name that the host gave it."""
    normalisers = Normalisers({"last": lambda text: text[-2:]})
    rule = MatchRule("code", KeyPart("code", "last"))

    assert MatchReason.ONE_CANDIDATE is (
        index({"code": "x42"}, rules=[rule], normalisers=normalisers).match({"code": "y42"}).reason
    )


# likeness -----------------------------------------------------------------------------------------

ALIKE = MatchRule(
    "similar name",
    KeyPart("postcode", "postcode"),
    6,
    0.6,
    likeness=Likeness(KeyPart("name", "name"), 0.75),
)


def letters_in_common(one, other):
    """How many letters stand at the same place, of the longer text."""
    equal = sum(mine == theirs for mine, theirs in zip(one, other, strict=False))
    return equal / max(len(one), len(other))


def alike(*candidates, rules=(ALIKE,), similarity=letters_in_common):
    """An index of candidates that are compared by likeness."""
    return index(*candidates, rules=rules, similarity=similarity)


def test_names_that_are_alike_are_found_where_they_share_a_key():
    """A misspelt name is found in the same postcode, scores by its similarity, and says so."""
    companies = alike({"name": "acme", "postcode": "11122"}, {"name": "acme", "postcode": "999"})
    result = companies.match({"name": "acne", "postcode": "111 22"})

    assert (MatchReason.ONE_CANDIDATE, ["c1"]) == found(result)
    assert 0.45 == result.candidate.score
    assert (
        "  similar name resembles: '111 22' + 'acne' and '11122' + 'acme' (0.45, 75% alike)"
    ) == result.explain().splitlines()[-1]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"name": "bcne", "postcode": "11122"}, MatchReason.NO_CANDIDATE),
        ({"name": "", "postcode": "11122"}, MatchReason.NO_KEY),
        ({"name": "acme"}, MatchReason.NO_KEY),
    ],
)
def test_names_that_are_not_alike_enough_are_not_found(record, reason):
    """What is less alike than the rule asks for is not found, nor what has no name or postcode."""
    companies = alike({"name": "acme", "postcode": "11122"}, {"postcode": "11122"})

    assert reason is companies.match(record).reason


def test_the_most_alike_of_many_values_counts():
    """Of several names, the two that are most alike are compared."""
    companies = alike({"name": ("zzzz", "acme"), "postcode": "1"})
    result = companies.match({"name": ("xxxx", "acne"), "postcode": "1"})

    assert ("1", "acne") == result.candidate.evidence[0].record
    assert ("1", "acme") == result.candidate.evidence[0].candidate


def test_likeness_adds_nothing_to_equality():
    """A rule of likeness about fields that an earlier rule found equal is not counted again."""
    result = alike(
        {"name": "acme", "postcode": "1"}, rules=[NAME, ALIKE, *COMPANY_RULES[4:5]]
    ).match({"name": "acme", "postcode": "1"})

    assert ("name and postcode",) == result.candidate.agreeing


def test_only_so_many_candidates_are_compared():
    """A record is compared with COMPARED_MAX candidates of its block, and not with more."""
    block = [{"name": f"zz{at:04}", "postcode": "1"} for at in range(COMPARED_MAX - 1)]
    acme = {"name": "acme", "postcode": "1"}
    full = alike(*block, acme)

    assert MatchReason.ONE_CANDIDATE is full.match(acme).reason
    full.add("more", {"name": "zzzzzz", "postcode": "1"})

    assert MatchReason.TOO_COMMON is full.match(acme).reason


def test_too_many_that_are_alike_tell_nothing():
    """More than CANDIDATES_MAX that are all alike are too many to choose from."""
    crowd = [{"name": "acme", "postcode": "1"}] * (CANDIDATES_MAX + 1)

    assert MatchReason.TOO_COMMON is alike(*crowd).match({"name": "acne", "postcode": "1"}).reason


def test_only_the_beginning_of_a_very_long_text_is_compared():
    """A similarity is never given more than LIKENESS_LENGTH_MAX characters of a text."""
    seen = []

    def measuring(one, other):
        seen.append(max(len(one), len(other)))
        return 1.0

    alike({"name": "a" * 999, "postcode": "1"}, similarity=measuring).match(
        {"name": "b" * 999, "postcode": "1"}
    )

    assert {LIKENESS_LENGTH_MAX} == set(seen)


def test_a_rule_of_likeness_needs_a_similarity():
    """Without a function that compares, a rule of likeness is refused when it is compiled."""
    with pytest.raises(BadValue, match="needs a similarity function"):
        Matcher([ALIKE])


@pytest.mark.parametrize("wrong", [1.5, -0.1, float("nan")])
def test_a_similarity_out_of_bounds_is_refused(wrong):
    """A similarity function that does not tell a part of one is found out."""
    companies = alike({"name": "acme", "postcode": "1"}, similarity=lambda *_: wrong)

    with pytest.raises(BadValue, match="a similarity is between 0 and 1"):
        companies.match({"name": "acne", "postcode": "1"})


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        (lambda: MatchRule("", KeyPart("a")), "needs a name"),
        (lambda: MatchRule("a", ()), "needs a key that is equal"),
        (lambda: MatchRule("a", KeyPart("a"), weight=0), "a weight is above 0"),
        (lambda: MatchRule("a", KeyPart("a"), weight=1.1), "a weight is above 0"),
        (
            lambda: MatchRule("a", [KeyPart("a"), KeyPart("b")], contradiction="lowers"),
            "only a key of one part can contradict",
        ),
        (
            lambda: MatchRule(
                "a", KeyPart("a"), contradiction="vetoes", likeness=Likeness(KeyPart("b"))
            ),
            "only a key of one part can contradict",
        ),
        (lambda: Likeness(KeyPart("a"), 0), "a similarity is above 0"),
        (lambda: Likeness(KeyPart("a"), 1.1), "a similarity is above 0"),
        (lambda: Thresholds(certain=0.5, likely=0.6), "likely is not above certain"),
        (lambda: Thresholds(certain=1.5), "thresholds are between 0 and 1"),
        (lambda: Thresholds(lead=1), "a lead is at least 0 and below 1"),
    ],
)
def test_what_cannot_be_meant_is_refused(made, rule):
    """A rule, a likeness or thresholds that could never work are refused where they are made."""
    with pytest.raises(BadValue, match=rule):
        made()


def test_contradiction_is_a_closed_set():
    """What a contradiction means is nothing, a lower score or a veto."""
    assert ["means nothing", "lowers", "vetoes"] == [each.value for each in Contradiction]
