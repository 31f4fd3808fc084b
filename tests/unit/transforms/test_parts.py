"""Transforms between one value and the parts of a compound one, by example."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from erplink.domain.transforms import (
    Laws,
    flip,
    join_lines,
    join_words,
    money,
    money_text,
    template,
)
from erplink.domain.values import UNSET
from erplink.errors import BadName, BadValue


@pytest.mark.parametrize(
    ("transform", "given", "becomes", "comes_back"),
    [
        (join_words(), ("ACME", "Ltd"), "ACME Ltd", ("ACME", "Ltd")),
        (join_words(), ("A", " Nordic  Trading "), "A Nordic Trading", ("A", "Nordic Trading")),
        (join_words(), ("ACME Nordic", "Ltd"), "ACME Nordic Ltd", ("ACME", "Nordic Ltd")),
        (join_words(rest="first"), ("A Nordic", "Ltd"), "A Nordic Ltd", ("A Nordic", "Ltd")),
        (join_words(), ("ACME", None), "ACME", (None, "ACME")),
        (join_words(rest="first"), (None, "ACME"), "ACME", ("ACME", None)),
        (join_words(parts=3), ("A", None, "B"), "A B", ("A", None, "B")),
        (join_words(parts=3), ("A", "B", "C D"), "A B C D", ("A", "B", "C D")),
        (join_words(parts=3, rest="first"), ("A B", "C", "D"), "A B C D", ("A B", "C", "D")),
        (join_words(", "), ("Ltd", "ACME, Nordic"), "Ltd, ACME, Nordic", ("Ltd", "ACME, Nordic")),
        (join_words(" - "), ("A-B", "C"), "A-B - C", ("A-B", "C")),
        (join_words(), (None, ""), None, None),
        (join_lines(), ("Main Street 1", "Town"), "Main Street 1\nTown", ("Main Street 1", "Town")),
        (join_lines(3), ("A", None, "B"), "A\nB", ("A", "B", None)),
        (join_lines(2), ("A\r\nB", ""), "A\nB", ("A", "B")),
        (join_lines(2), (None, None), None, None),
        (join_lines(), (), None, None),
        (template("{0} ({1})"), ("ACME", 7), "ACME (7)", None),
        (template("{1}{{{0}}}"), ("a", "b"), "b{a}", None),
        (template("No. {0}"), Decimal("1E+2"), "No. 100", None),
        (template("{0} {0}"), date(2026, 1, 31), "2026-01-31 2026-01-31", None),
        (template("{0}"), datetime(2026, 1, 31, tzinfo=UTC), "2026-01-31T00:00:00+00:00", None),
        (template("{0}, {1}"), ("ACME", None), "ACME, ", None),
        (template("{0}, {1}"), (None, ""), None, None),
        (money("EUR"), (Decimal("12.50"), "EUR"), Decimal("12.50"), (Decimal("12.50"), "EUR")),
        (money("EUR"), (5, "eur "), 5, (5, "EUR")),
        (money("EUR"), (None, "USD"), None, None),
        (money_text("EUR", "en"), "1,012.50 EUR", Decimal("1012.50"), "1012.50 EUR"),
        (money_text("EUR", "de"), "EUR 1.012,50", Decimal("1012.50"), "1012,50 EUR"),
        (money_text("EUR", "de"), "-3eur", Decimal(-3), "-3 EUR"),
        (money_text("EUR", "de"), "  ", None, None),
    ],
)  # fmt: skip
def test_what_parts_become_and_come_back_as(transform, given, becomes, comes_back):
    """Parts are put together, and come back as far as the law goes."""
    trial = transform.try_out(given)

    assert "" == trial.problem
    assert (becomes, comes_back) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize(
    ("transform", "law"),
    [
        (join_words(), Laws.CANONICALISING),
        (join_lines(), Laws.CANONICALISING),
        (template("{0}"), Laws.TO_CRM_ONLY),
        (money("EUR"), Laws.CANONICALISING),
        (money_text("EUR", "en"), Laws.CANONICALISING),
    ],
)
def test_the_law_each_declares(transform, law):
    """Blanks and words too many do not come back as they were."""
    assert law is transform.laws


@pytest.mark.parametrize(
    ("transform", "given", "rule"),
    [
        (join_words(), ("a", "b", "c"), "2 parts are expected"),
        (join_words(), ("a", UNSET), "a part was not said, so the whole cannot be told"),
        (join_words(), ("a", 5), "a text is expected"),
        (join_words(), "a b", "a tuple is expected"),
        (join_words(), ("a",) * 1001, "more than 1000 parts"),
        (join_lines(2), ("a", "b", "c"), "2 parts are expected"),
        (join_lines(2), ("a\nb", "c"), "more than 2 lines"),
        (flip(join_lines(2)), "a\nb\nc", "more than 2 lines"),
        (template("{1}"), ("a",), "the value has no part 1"),
        (template("{1}"), "a", "the value has no part 1"),
        (template("{0}"), (UNSET,), "a part was not said, so the whole cannot be told"),
        (template("{0}"), True, "say which words mean yes and no first"),
        (template("{0}"), ("a" * 1_000_001,), "longer than 1000000 characters"),
        (money("EUR"), (5, "USD"), "it is not in EUR, and amounts are never converted"),
        (money("EUR"), (5, None), "it names no currency, and EUR is not assumed"),
        (money("EUR"), (5, UNSET), "a part was not said, so the whole cannot be told"),
        (money("EUR"), (5,), "an amount and a currency are expected"),
        (money("EUR"), ("5", "EUR"), "a number is expected"),
        (money("EUR"), (5, 978), "a text is expected"),
        (money_text("EUR", "en"), "12.50 USD", "it is not in EUR, and amounts are never converted"),
        (money_text("EUR", "en"), "12.50", "it names no currency, and EUR is not assumed"),
        (money_text("EUR", "en"), "EUR 5 USD", "an amount with its currency is expected"),
        (money_text("EUR", "en"), "12 EURO", "an amount with its currency is expected"),
        (money_text("EUR", "en"), "1" * 200 + "EUR", "an amount with its currency is expected"),
        (money_text("EUR", "en"), "1.234,50 EUR", "it is not a number written as expected"),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_refused(transform, given, rule):
    """A part that is missing, not said, or of another currency is never made up."""
    with pytest.raises(BadValue) as caught:
        (transform.to_crm or transform.to_erp)(given)

    assert rule == caught.value.rule


def test_a_join_that_cannot_be_told_apart_again_is_refused():
    """Words that run together with the separator would be dealt out anew with every trip."""
    transform = join_words("--")

    assert "a--b" == transform.to_crm(("a", "b"))
    with pytest.raises(BadValue, match="change with every trip"):
        transform.to_crm(("-", "b"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: join_words(""),
        lambda: join_words(parts=1),
        lambda: join_words(parts=21),
        lambda: join_lines(0),
        lambda: template(""),
        lambda: template("no place"),
        lambda: template("{0} and {"),
        lambda: template("{0.__class__}"),
        lambda: template("{0!r}"),
        lambda: template("{name}"),
        lambda: template("{}"),
        lambda: money("eur"),
        lambda: money("EURO"),
        lambda: money_text(978, "en"),
    ],
)
def test_parameters_without_sense_are_refused(make):
    """A template reaches for parts only, never into them; a currency is a code."""
    with pytest.raises(BadValue):
        make()


def test_misspelt_words_are_refused():
    """The part that takes the rest is the first or the last."""
    with pytest.raises(BadName, match="did you mean 'last'"):
        join_words(rest="lats")
    with pytest.raises(BadName, match="unknown locale"):
        money_text("EUR", "xx")


def test_flipping_gives_the_parts_to_the_crm():
    """Where the ERP has the name in one text, the pair is turned round."""
    transform = flip(join_words())

    assert ("ACME", "Ltd") == transform.to_crm("ACME Ltd")
    assert "ACME Ltd" == transform.to_erp(("ACME", "Ltd"))
