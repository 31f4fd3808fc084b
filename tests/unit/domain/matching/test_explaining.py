"""What a search says of itself."""

import pytest

from erplink.domain.matching import (
    COMPANY_RULES,
    Candidate,
    Certainty,
    Evidence,
    Finding,
    Matcher,
    MatchOutcome,
    MatchReason,
    Thresholds,
)
from erplink.domain.matching.evidence import score_of

ACME = {"vat_number": "SE 556036-0793 01", "name": "ACME AB", "code": "A-1"}

EXPLAINED = """\
match: 'c1' agrees in VAT number and name, but contradicts in code
1. VAT number: 1 candidate
2. organisation number: the record does not have it
3. code: not needed
4. e-mail: not needed
5. name and postcode: not needed
6. name: not needed
'c1' scores 0.49, possible
  VAT number agrees: 'se556036079301' and 'SE 556036-0793 01' (0.95)
  code contradicts: 'B-2' and 'A-1' (score times 0.5)
  name agrees: 'acme ab' and 'ACME AB' (0.50)"""


def test_a_result_explains_itself_as_a_waterfall():
    """The explanation tells every rule in its turn, and every value that counted, on both sides."""
    record = {"vat_number": "se556036079301", "name": "acme ab", "code": "B-2"}

    assert EXPLAINED == Matcher(COMPANY_RULES).index([("c1", ACME)]).match(record).explain()


def test_a_linked_candidate_is_told_to_what():
    """The explanation names what a candidate is linked to."""
    companies = Matcher(COMPANY_RULES).index([("c1", ACME)], linked={"c1": "erp/customer/9"})
    lines = companies.match({"name": "ACME AB"}).explain().splitlines()

    assert lines[0] == "linked: 'c1' agrees in name, and is already linked to erp/customer/9"
    assert "'c1' scores 0.50, possible, already linked to erp/customer/9" in lines


def test_every_reason_belongs_to_one_outcome():
    """The outcomes and reasons are closed sets, and every outcome has a reason."""
    assert set(MatchOutcome) == {reason.outcome for reason in MatchReason}
    assert 8 == len(MatchReason)


def evidence(finding, weight=0.0):
    """A finding of some rule."""
    return Evidence("rule", finding, weight, ("a",), ("b",))


@pytest.mark.parametrize(
    ("findings", "score"),
    [
        ([], 0.0),
        ([evidence(Finding.AGREES, 0.8)], 0.8),
        ([evidence(Finding.AGREES, 0.8), evidence(Finding.RESEMBLES, 0.5)], 0.9),
        ([evidence(Finding.AGREES, 0.8), evidence(Finding.CONTRADICTS)], 0.4),
        ([evidence(Finding.AGREES, 1.0), evidence(Finding.CONTRADICTS)], 0.5),
        ([evidence(Finding.AGREES, 1.0), evidence(Finding.VETOES)], 0.0),
    ],
)
def test_the_score_follows_from_the_evidence(findings, score):
    """Doubts are multiplied, a contradiction halves what is reached, and a veto takes all."""
    assert score == score_of(findings)


def test_a_veto_says_so():
    """Evidence against a candidate says what it does to the score."""
    assert "rule vetoes: 'a' and 'b' (a veto)" == str(evidence(Finding.VETOES))
    assert "rule contradicts: 'a' and 'b' (score times 0.5)" == str(evidence(Finding.CONTRADICTS))


@pytest.mark.parametrize(
    ("score", "certainty"),
    [
        (1.0, Certainty.CERTAIN),
        (0.9, Certainty.CERTAIN),
        (0.89, Certainty.LIKELY),
        (0.6, Certainty.LIKELY),
        (0.59, Certainty.POSSIBLE),
    ],
)
def test_thresholds_say_how_far_a_score_can_be_relied_on(score, certainty):
    """A score is certain or likely from its threshold on, and else possible."""
    assert certainty is Thresholds().certainty(score)


@pytest.mark.parametrize(
    ("best", "other", "leads"),
    [(0.9, 0.8, True), (0.9, 0.81, False), (1.0, 0.9, True), (1.0, 1.0, False), (0.5, 0.0, True)],
)
def test_the_best_leads_where_its_doubt_is_half(best, other, leads):
    """A lead is clear where the doubt about the best is at most half of that about the next."""
    assert leads == Thresholds(lead=0.5001).leads(best, other)


def test_a_candidate_does_not_show_all_its_evidence():
    """A candidate's repr counts what was found."""
    candidate = Candidate("c1", 0.8, Certainty.LIKELY, (evidence(Finding.AGREES, 0.8),))

    assert "evidence=1 findings" in repr(candidate)
