"""Import settings and staged rows: what may be chosen, and what is told of a row."""

import pytest

from erplink.domain.staging import (
    Action,
    Cell,
    Consent,
    ImportSettings,
    ListWish,
    OnAlone,
    OnDuplicate,
    OnManyValues,
    OnUnknownItem,
    Problem,
    Severity,
    StagedRow,
    Verdict,
    settings_from_toml,
    settings_to_data,
    settings_to_toml,
)
from erplink.errors import BadDocument, BadValue


def test_settings_are_as_usual_unless_said_otherwise():
    """Nobody has to choose: matched by the host's rules, only empty fields filled, linked."""
    usual = ImportSettings()

    assert "rules" == usual.key_of("company")
    assert OnDuplicate.MERGE is usual.on_duplicate
    assert OnAlone.SKIP is usual.on_alone
    assert OnManyValues.ADD is usual.many_values
    assert usual.link
    assert {} == settings_to_data(usual)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("company", ["name", "name and department", "number", "code", "VAT number", "id"]),
        ("contact", ["name", "e-mail", "mobile", "number", "id"]),
    ],
)
def test_companies_and_contacts_are_matched_by_one_of_these_keys(kind, keys):
    """Every key that a kind may be matched by is known; "none" and the host's rules always are."""
    for key in [*keys, "none", "rules"]:
        assert key == ImportSettings(match={kind: key}).key_of(kind)


def test_a_key_that_a_kind_does_not_have_is_refused_with_the_likely_one():
    """A misspelt key is told before anything is done."""
    with pytest.raises(BadValue, match="'VAT number'"):
        ImportSettings(match={"company": "VAT nummber"})


def test_a_list_is_wished_for_once_and_has_a_default_where_it_needs_one():
    """Two wishes for a list, a default without an item and an item without a use are refused."""
    with pytest.raises(BadValue, match="once"):
        ImportSettings(lists=[ListWish(list="terms"), ListWish(list="terms", unknown="add")])
    with pytest.raises(BadValue, match="default item"):
        ListWish(list="terms", unknown="default")
    with pytest.raises(BadValue, match="default item"):
        ListWish(list="terms", unknown="add", default="30")


def test_items_of_a_list_that_nothing_is_said_of_are_left_blank():
    """What nobody wished for is not guessed."""
    settings = ImportSettings(lists=[ListWish(list="terms", unknown="add")])

    assert OnUnknownItem.ADD is settings.wish("terms").unknown
    assert OnUnknownItem.BLANK is settings.wish("branch").unknown


def test_new_contacts_get_the_consent_and_new_records_their_defaults():
    """Consent goes to contacts only; an empty default is none."""
    settings = ImportSettings(
        consent=Consent(basis="contract", source="trade fair"),
        defaults={"contact": {"language": "no", "title": ""}, "company": {"category": "lead"}},
    )

    assert {
        "consent_basis": "contract",
        "consent_source": "trade fair",
        "language": "no",
    } == settings.new_values("contact")
    assert {"category": "lead"} == settings.new_values("company")
    assert {} == ImportSettings().new_values("contact")
    assert {"consent_basis": "contract"} == Consent(basis="contract").values


def test_a_template_is_a_text_that_a_person_can_read():
    """Settings are written as TOML without what is as usual, and read back."""
    settings = ImportSettings(
        match={"company": "VAT number"},
        on_duplicate="replace",
        lists=[ListWish(list="terms", unknown="default", default="30")],
    )
    document = settings_to_toml(settings)

    assert 'on_duplicate = "replace"' in document
    assert "many_values" not in document
    assert settings == settings_from_toml(document)


def test_a_template_tells_everything_that_is_wrong_with_it_at_once():
    """Each fault stands on its line, with where it is."""
    document = 'on_duplicate = "replce"\nmatch = 5\nlinked = true\n'
    with pytest.raises(BadDocument) as caught:
        settings_from_toml(document)

    told = str(caught.value)
    assert "on_duplicate: 'replce' is unknown; did you mean 'replace'?" in told
    assert "match: a table is expected" in told
    assert "linked: the key is unknown" in told


def test_a_verdict_is_as_bad_as_its_worst_problem():
    """What stands out in a preview is the worst of a row."""
    mild, bad = Problem(Severity.HINT, "long name"), Problem(Severity.ERROR, "no name")

    assert 0 == Verdict(action=Action.NEW).severity
    assert Severity.ERROR == Verdict(action=Action.NOTHING, problems=[mild, bad]).severity


def test_a_verdict_is_told_in_one_line():
    """By its reason, or by what would be written."""
    cell = Cell("city", None, "Oslo")

    assert "nothing: it is as it is" == str(Verdict(action=Action.NOTHING, reason="it is as it is"))
    assert "changed: city: None -> 'Oslo'" == str(Verdict(action=Action.CHANGED, cells=[cell]))


def test_a_row_that_was_just_staged_is_checked_and_neither_planned_nor_run():
    """A new row is to be imported, unless a person says otherwise."""
    row = StagedRow(actor_kind="customer", key="K-7", values={"name": "Fjord Boats"})

    assert row.checked
    assert row.verdict is None
    assert row.fate is None
    assert {"name": "Fjord Boats"} == row.values
