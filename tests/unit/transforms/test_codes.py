"""Transforms of words for yes and no, and of countries, by example."""

import pytest

from erplink.domain.transforms import Laws, boolean_words, country_code
from erplink.domain.transforms.codes import WORDS_MAX
from erplink.domain.transforms.countries import COUNTRY_CODES
from erplink.errors import BadName, BadValue

YES_OR_NO = boolean_words(true=("yes", "Y", "1"), false=("no", "N", "0"))


@pytest.mark.parametrize(
    ("text", "meaning", "written"),
    [("yes", True, "yes"), (" y ", True, "yes"), ("NO", False, "no"), ("0", False, "no")],
)
def test_words_are_read_in_any_case_and_the_first_is_written(text, meaning, written):
    """The ERP's many words for yes become one."""
    trial = YES_OR_NO.try_out(text)

    assert (meaning, written) == (trial.becomes, trial.comes_back)
    assert Laws.CANONICALISING is YES_OR_NO.laws


def test_a_blank_is_neither_yes_nor_no_unless_it_is_a_word():
    """Many ERPs say no by saying nothing, but not all."""
    assert YES_OR_NO.to_crm(" ") is None
    assert boolean_words("X", "").to_crm(" ") is False
    assert "" == boolean_words("X", "").to_erp(False)


def test_other_words_are_refused():
    """A word nobody explained is neither."""
    with pytest.raises(BadValue, match="neither a word for yes nor one for no"):
        YES_OR_NO.to_crm("perhaps")


@pytest.mark.parametrize("given", [1, "yes"])
def test_a_checkbox_holds_yes_or_no(given):
    """What only looks true is not written as yes."""
    with pytest.raises(BadValue, match="True or False is expected"):
        YES_OR_NO.to_erp(given)


@pytest.mark.parametrize(
    ("true", "false"), [("y", "Y"), ((), "n"), ("y", ["n"] * (WORDS_MAX + 1)), (1, 0), ([1], "n")]
)
def test_words_without_sense_are_refused(true, false):
    """A word for both, no word at all, too many, and what is no word."""
    with pytest.raises(BadValue):
        boolean_words(true, false)


@pytest.mark.parametrize(
    ("erp", "crm", "given", "becomes", "comes_back"),
    [
        ("alpha-3", "alpha-2", "SWE", "SE", "SWE"),
        ("numeric", "alpha-2", "752", "SE", "752"),
        ("alpha-2", "alpha-3", " se ", "SWE", "SE"),
        ("alpha-2", "alpha-2", "de", "DE", "DE"),
        ("numeric", "alpha-3", "004", "AFG", "004"),
    ],
)
def test_a_country_is_the_same_in_every_form(erp, crm, given, becomes, comes_back):
    """A code is read in any case, and comes back in capitals."""
    trial = country_code(erp, crm).try_out(given)

    assert (becomes, comes_back) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize("given", ["XX", "SWE", "Sweden", "UK", 752])
def test_what_is_no_code_is_refused(given):
    """Codes of another form, names, and what only looks like a code are not guessed at."""
    with pytest.raises(BadValue):
        country_code("alpha-2", "alpha-3").to_crm(given)


def test_a_blank_text_is_no_country():
    """An ERP that writes nothing says that there is nothing."""
    assert country_code("alpha-2", "alpha-3").to_crm("") is None


def test_a_misspelt_form_is_refused():
    """The form comes with the likely spelling."""
    with pytest.raises(BadName, match="did you mean 'alpha-2'"):
        country_code("alpha2", "alpha-3")


def test_the_table_of_countries_is_whole():
    """ISO 3166-1 has 249 countries, and no code stands for two of them."""
    alpha_2, alpha_3, numeric = (set(codes) for codes in zip(*COUNTRY_CODES, strict=True))

    assert (249, 249, 249) == (len(alpha_2), len(alpha_3), len(numeric))
    assert all(len(code) == 2 and code.isalpha() and code.isupper() for code in alpha_2)
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in alpha_3)
    assert all(len(code) == 3 and code.isdigit() for code in numeric)
    assert {
        ("AT", "AUT", "040"),
        ("CH", "CHE", "756"),
        ("DE", "DEU", "276"),
        ("GB", "GBR", "826"),
        ("RS", "SRB", "688"),
        ("SE", "SWE", "752"),
        ("SS", "SSD", "728"),
        ("US", "USA", "840"),
    } <= set(COUNTRY_CODES)
