"""Transforms of numbers and of the texts that write them, by example."""

from decimal import Decimal, getcontext, localcontext

import pytest

from erplink.domain.fields import FieldType, Rounding
from erplink.domain.transforms import Laws, parse_number, percent, round_to, scale
from erplink.domain.transforms.locales import LOCALES
from erplink.errors import BadName, BadValue


@pytest.mark.parametrize(
    ("transform", "given", "becomes", "comes_back"),
    [
        (scale("0.01"), 1250, "12.50", "1250"),
        (scale(1000), Decimal("1.5"), "1500.0", "1.5"),
        (scale(Decimal(3)), 2, "6", "2"),
        (percent(), Decimal("0.25"), "25", "0.25"),
        (percent(), Decimal(-1), "-100", "-1"),
        (round_to(2), Decimal("2.675"), "2.68", "2.68"),
        (round_to(2, "half_even"), Decimal("2.665"), "2.66", "2.66"),
        (round_to(0, Rounding.DOWN), Decimal("-0.9"), "0", "0"),
    ],
)
def test_what_a_number_becomes_and_comes_back_as(transform, given, becomes, comes_back):
    """Numbers are computed to the last digit, and come back as their law says."""
    trial = transform.try_out(given)

    assert "" == trial.problem
    assert (Decimal(becomes), Decimal(comes_back)) == (trial.becomes, trial.comes_back)


def test_a_counterpart_with_digits_without_end_is_refused():
    """A third of a piece is not rounded behind anybody's back."""
    pieces_to_packs_of_three = scale(3)

    with pytest.raises(BadValue, match="cannot be told exactly"):
        pieces_to_packs_of_three.to_erp(Decimal(7))


def test_the_arithmetic_of_the_process_plays_no_part():
    """A host that computes with three digits still gets all of its own numbers back."""
    with localcontext() as context:
        context.prec = 3

        assert Decimal("123456.78") == scale("0.01").to_crm(12345678)
        assert Decimal("-1234.5678") == parse_number("en").to_crm("-1,234.5678")
        assert "-1234.5678" == parse_number("en").to_erp(Decimal("-1234.5678"))
    assert getcontext().prec > 3


@pytest.mark.parametrize("given", [True, "5", Decimal("NaN"), Decimal("1E+61"), Decimal("1E-61")])
def test_what_is_no_bearable_number_is_refused(given):
    """Texts, yes and no, what is not finite, and what has too many digits are no numbers."""
    with pytest.raises(BadValue):
        percent().to_crm(given)


def test_far_too_many_digits_are_refused_as_well():
    """A number longer than the arithmetic itself is refused like any other long one."""
    for number in (Decimal("0." + "1" * 300), 10**5000):
        with pytest.raises(BadValue, match="more than 60 digits"):
            percent().to_crm(number)


def test_zeros_at_the_far_end_mean_nothing():
    """A number is refused for its digits, not for its zeros."""
    assert Decimal(150) == percent().to_crm(Decimal("1.5" + "0" * 80))
    assert Decimal(0) == percent().to_crm(Decimal("0E-80"))


@pytest.mark.parametrize("factor", [0, "0.00", "ten", True, None, "NaN", "1E+99"])
def test_a_factor_is_a_number_other_than_zero(factor):
    """A transform that could not lead back is not made."""
    with pytest.raises(BadValue, match="a factor is a number other than 0"):
        scale(factor)


def test_one_factor_makes_one_transform():
    """However a factor is written, the transform is the same."""
    assert scale("0.010") == scale(Decimal("0.01"))
    assert scale("1E+2") == scale(100)


def test_rounding_is_checked_when_it_is_made():
    """Digits out of bounds and misspelt ways of rounding are refused."""
    with pytest.raises(BadValue, match="decimals must be a whole number from 0 to 60"):
        round_to(-1)
    with pytest.raises(BadName, match="did you mean 'half_up'"):
        round_to(2, "halfup")


@pytest.mark.parametrize(
    ("locale", "text", "number", "written"),
    [
        ("en", "1,234.50", "1234.50", "1234.50"),
        ("en", "-1,234,567", "-1234567", "-1234567"),
        ("de", "1.355,90", "1355.90", "1355,90"),
        ("de", "9,99", "9.99", "9,99"),
        ("de", "1.355,90-", "-1355.90", "-1355,90"),
        ("fr", "1\u202f234,5", "1234.5", "1234,5"),
        ("fr", "1 234,5", "1234.5", "1234,5"),
        ("sv", "\u22121\u00a0234,5", "-1234.5", "-1234,5"),
        ("de-CH", "1'234.50", "1234.50", "1234.50"),
        ("de-CH", "1\u2019234.50", "1234.50", "1234.50"),
        ("en-IN", "12,34,567.8", "1234567.8", "1234567.8"),
        ("en-IN", "1,234", "1234", "1234"),
        ("es-MX", "1,234.5", "1234.5", "1234.5"),
        ("en", "+ 7", "7", "7"),
        ("en", ".5", "0.5", "0.5"),
        ("en", "007", "7", "7"),
        ("en", "-0", "0", "0"),
        ("en", " 12 ", "12", "12"),
    ],
)
def test_a_locale_says_what_a_number_is(locale, text, number, written):
    """The same text is one number in one country and another in the next."""
    trial = parse_number(locale).try_out(text)

    assert (Decimal(number), written) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "1,23,4"),
        ("en", "1,2345"),
        ("en", "0,123"),
        ("en", "1,234 567"),
        ("fr", "1 234\u202f567"),
        ("en", "1.234,5"),
        ("de", "1.5"),
        ("en", "1."),
        ("en", "-"),
        ("en", "."),
        ("en", "-1-"),
        ("en", "1E5"),
        ("en", "12 EUR"),
        ("en", "\u0661"),
        ("en-IN", "123,456"),
        ("en", "1" * 201),
        ("en", "1" * 70),
    ],
)
def test_a_number_written_otherwise_is_refused(locale, text):
    """Wrong groups, foreign signs and what is no number at all are never guessed at."""
    with pytest.raises(BadValue):
        parse_number(locale).to_crm(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.355,90", "1355.90"),
        ("9,99", "9.99"),
        ("1,234,567", "1234567"),
        ("0,123", "0.123"),
        ("1234,567", "1234.567"),
        ("1 234", "1234"),
        ("1'234", "1234"),
        ("1234", "1234"),
        ("12,34,567", "1234567"),
    ],
)
def test_without_a_locale_only_what_has_one_reading_is_taken(text, number):
    """Where every country reads the same number, no locale need be named."""
    assert Decimal(number) == parse_number().to_crm(text)


@pytest.mark.parametrize("text", ["1,234", "1.234", "-12,345", "999.999"])
def test_an_ambiguous_number_without_a_locale_is_refused(text):
    """A thousand in one country is a fraction in another, and nobody said which it is."""
    with pytest.raises(BadValue, match=r"it can be read as .* or .*: name the locale"):
        parse_number().to_crm(text)


def test_without_a_locale_there_is_no_way_back():
    """Nobody said how the ERP would read what is written there."""
    assert Laws.TO_CRM_ONLY is parse_number().laws
    assert Laws.CANONICALISING is parse_number("de").laws


@pytest.mark.parametrize(
    ("params", "text", "number"),
    [
        ({"decimal_point": ","}, "1234,5", "1234.5"),
        ({"decimal_point": ",", "group": "_"}, "1_234,5", "1234.5"),
        ({"decimal_point": ".", "group": " "}, "1\u00a0234.5", "1234.5"),
    ],
)
def test_the_signs_can_be_named_one_by_one(params, text, number):
    """A system that writes numbers like no country at all can be read too."""
    assert Decimal(number) == parse_number(**params).to_crm(text)


@pytest.mark.parametrize(
    "params",
    [
        {"locale": "en", "decimal_point": "."},
        {"locale": "en", "group": ","},
        {"group": ","},
        {"decimal_point": ".", "group": "."},
        {"decimal_point": ""},
        {"decimal_point": ".."},
        {"decimal_point": " "},
        {"decimal_point": "5"},
        {"decimal_point": ".", "group": "-"},
        {"decimal_point": ".", "group": "\n"},
        {"whole": "yes"},
    ],
)
def test_signs_that_contradict_each_other_are_refused(params):
    """A locale and signs, or signs that cannot be told apart, are refused when they are named."""
    with pytest.raises(BadValue):
        parse_number(**params)


def test_an_unknown_locale_is_named_with_the_likely_one():
    """A country is never taken for its language: they may read a number differently."""
    with pytest.raises(BadName, match="unknown locale 'de_CH'; did you mean 'de-CH'"):
        parse_number("de_CH")
    with pytest.raises(BadName):
        parse_number("es-CL")


@pytest.mark.parametrize(("text", "number"), [("1.234", 1234), ("12,00", 12), ("-7", -7)])
def test_whole_numbers_have_nothing_behind_the_point(text, number):
    """A whole number is an int, whatever zeros are written."""
    transform = parse_number("de", whole=True)
    actual = transform.to_crm(text)

    assert (number, int) == (actual, type(actual))
    assert str(number) == transform.to_erp(Decimal(number))


def test_a_fraction_is_no_whole_number():
    """A fraction is refused either way."""
    transform = parse_number("de", whole=True)

    with pytest.raises(BadValue, match="not a whole number"):
        transform.to_crm("1,5")
    with pytest.raises(BadValue, match="a whole number is expected"):
        transform.to_erp(Decimal("1.5"))


def test_whole_numbers_leave_less_in_doubt():
    """What only one locale reads as a whole number is that one."""
    assert 1234 == parse_number(whole=True).to_crm("1,234")
    with pytest.raises(BadValue, match=r"it can be read as 1\.000 or 1000"):
        parse_number(whole=True).to_crm("1,000")


def test_a_blank_text_is_no_number():
    """An ERP that writes nothing says that there is nothing."""
    assert parse_number("en").to_crm("  ") is None


def test_the_types_a_number_text_fills():
    """A text fills a decimal field; a whole number fills either."""
    assert {FieldType.DECIMAL} == parse_number("en").gives(FieldType.TEXT)
    assert {FieldType.DECIMAL, FieldType.INTEGER} == parse_number("en", whole=True).gives(
        FieldType.TEXT
    )
    assert set() == parse_number("en").gives(FieldType.DATE)


def test_every_locale_reads_back_what_it_groups():
    """In every locale of the table, point and groups are told apart, and the order is one."""
    for locale in LOCALES.values():
        style = locale.numbers
        grouped = f"1{style.groups[0]}234{style.point}5"

        assert Decimal("1234.5") == style.read(grouped)
        assert (locale.order == "") == (locale.name == "en")
        assert sorted(locale.order) == sorted("dmy" if locale.order else "")
