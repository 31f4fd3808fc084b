"""The keys in which two writings of one identifier are equal."""

import pytest

from erplink.domain.fields import Sort
from erplink.domain.keys import (
    LEGAL_FORMS,
    code_key,
    company_key,
    email_key,
    folded_key,
    home_vat_key,
    key_of_sort,
    name_key,
    phone_key,
    plain_key,
    postcode_key,
    start_key,
    url_key,
    vat_key,
)


@pytest.mark.parametrize(
    ("normalise", "text", "key"),
    [
        (plain_key, " e\u0301 ", "\u00e9"),
        (folded_key, " ACME ", "acme"),
        (name_key, "  ACME,  Inc. ", "acme inc"),
        (name_key, "Straße & Söhne", "strasse söhne"),
        (name_key, "a_b", "a b"),
        (name_key, "\u212bs Verkstad", "ås verkstad"),
        (name_key, "!?", ""),
        (code_key, "SE 556036-0793", "se5560360793"),
        (code_key, "Ä-1", "ä1"),
        (vat_key, "SE 556036-0793 01", "se556036079301"),
        (vat_key, "556036-0793", "5560360793"),
        (vat_key, "n/a", ""),
        (vat_key, "00 000 000", ""),
        (postcode_key, "SW1A 1AA", "sw1a1aa"),
        (postcode_key, "111 22", "11122"),
        (postcode_key, "D-80331", "d80331"),
        (postcode_key, "-", ""),
        (phone_key, "+47 22 33", "+472233"),
        (phone_key, "0047 22 33", "+472233"),
        (phone_key, "+49 (0) 89 1", "+49891"),
        (phone_key, "089 / 1", "0891"),
        (phone_key, "00", "00"),
        (phone_key, "+", ""),
        (phone_key, "none", ""),
        (email_key, " Info@ACME.example ", "info@acme.example"),
        (email_key, "mailto:info@acme.example", "info@acme.example"),
        (url_key, "https://www.ACME.example/", "acme.example"),
        (url_key, "acme.example/shop", "acme.example/shop"),
        (company_key, "ACME GmbH & Co. KG", "acme"),
        (company_key, "A.C.M.E. B.V.", "acme"),
        (company_key, "ACME Sp. z o.o.", "acme"),
        (company_key, "AB ACME", "acme"),
        (company_key, "ACME", "acme"),
        (company_key, "AB", "ab"),
        (company_key, "Ltd GmbH", "ltd"),
        (company_key, "", ""),
        (start_key, "The ACME Ltd.", "thea"),
    ],
)
def test_what_a_key_keeps(normalise, text, key):
    """A key keeps what tells two identifiers apart, and nothing else."""
    assert key == normalise(text)


@pytest.mark.parametrize(
    ("normalise", "one", "other"),
    [
        (vat_key, "SE 556036-0793", "556036-0793 01"),
        (vat_key, "SE556036079301", "556036079301"),
        (postcode_key, "D-80331", "F-80331"),
        (postcode_key, "12345-6789", "12345"),
        (name_key, "ACME GmbH", "ACME AG"),
        (name_key, "\u0915\u093f", "\u0915\u0940"),  # two words that differ in a vowel sign alone
        (code_key, "\u0915\u093f", "\u0915\u0940"),
        (phone_key, "+47 22", "47 22"),
        (url_key, "acme.example", "acme.example/shop"),
    ],
)
def test_what_might_differ_is_never_made_equal(normalise, one, other):
    """Two identifiers that may be two have two keys."""
    assert normalise(one) != normalise(other)


def test_a_number_without_a_prefix_is_one_of_the_home_country():
    """Where the host says so, a number that starts with a digit is given its country's prefix."""
    swedish = home_vat_key("SE")

    assert swedish("556036-0793 01") == swedish("SE 556036079301") == vat_key("SE556036079301")
    assert "no987654321" == swedish("NO 987 654 321")
    assert "" == swedish("-")


def test_legal_forms_are_written_as_a_key_has_them():
    """Every legal form is what a key makes of it, for else it would never be found."""
    assert LEGAL_FORMS == {code_key(form) for form in LEGAL_FORMS}


@pytest.mark.parametrize("sort", Sort)
def test_a_text_without_a_key_keys_as_it_stands(sort):
    """Among many values, one that the normaliser makes nothing of is still told from others."""
    key_of = key_of_sort(sort)

    assert "-" == key_of(" - ") if sort is Sort.PHONE else key_of("x")
    assert key_of("+47 22") == key_of("+47 22 ")
