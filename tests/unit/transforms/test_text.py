"""Transforms of texts, by example."""

import sys

import pytest

from erplink.domain.transforms import (
    Laws,
    case,
    pad_zeros,
    prefix,
    remove,
    replace,
    strip_zeros,
    substring,
    suffix,
    trim,
)
from erplink.domain.transforms.text import TEXT_LENGTH_MAX
from erplink.errors import BadName, BadValue


@pytest.mark.parametrize(
    ("transform", "given", "becomes", "comes_back"),
    [
        (trim(), "  ACME  Ltd\t", "ACME  Ltd", "ACME  Ltd"),
        (trim(inner=True), "  ACME  Ltd\t", "ACME Ltd", "ACME Ltd"),
        (case("upper"), "Straße", "STRASSE", "STRASSE"),
        (case("lower"), "ACME", "acme", "acme"),
        (case("title"), "ACME-NORD o'hara LTD", "Acme-Nord O'hara Ltd", "Acme-Nord O'hara Ltd"),
        (replace("&amp;", "&"), "A &amp; B", "A & B", "A &amp; B"),
        (replace("&amp;", "&"), "A & B", "A & B", "A &amp; B"),
        (remove(" -"), "556036-0793", "5560360793", "5560360793"),
        (prefix("K-"), "K-100", "100", "K-100"),
        (prefix("K-"), "K-K-1", "K-1", "K-K-1"),
        (suffix("/SE"), "100/SE", "100", "100/SE"),
        (pad_zeros(8), "00001234", "1234", "00001234"),
        (pad_zeros(3), "000", "0", "000"),
        (strip_zeros(), "00120", "120", "120"),
        (strip_zeros(), "000", "0", "0"),
        (substring(2, 3), "SE5560", "556", None),
        (substring(2), "SE5560", "5560", None),
        (substring(9, 1), "SE", "", None),
    ],
)
def test_what_a_text_becomes_and_comes_back_as(transform, given, becomes, comes_back):
    """Each does what its name says, and the ERP gets back what its law allows."""
    trial = transform.try_out(given)

    assert "" == trial.problem
    assert (becomes, comes_back) == (trial.becomes, trial.comes_back)


@pytest.mark.parametrize(
    ("transform", "law"),
    [
        (trim(), Laws.CANONICALISING),
        (case("lower"), Laws.CANONICALISING),
        (replace("a", "b"), Laws.CANONICALISING),
        (remove("-"), Laws.CANONICALISING),
        (prefix("K-"), Laws.LOSSLESS),
        (suffix("-K"), Laws.LOSSLESS),
        (pad_zeros(8), Laws.LOSSLESS),
        (strip_zeros(), Laws.CANONICALISING),
        (substring(0, 3), Laws.TO_CRM_ONLY),
    ],
)
def test_the_law_each_declares(transform, law):
    """What cannot come back as it was is not called lossless."""
    assert law is transform.laws


@pytest.mark.parametrize(
    ("transform", "given", "rule"),
    [
        (trim(), 5, "a text is expected"),
        (trim(), ("a",), "a text is expected"),
        (prefix("K-"), "100", "it does not begin with 'K-'"),
        (suffix("-K"), "100", "it does not end with '-K'"),
        (pad_zeros(8), "1234", "it does not have 8 digits"),
        (pad_zeros(8), "0000A234", "digits only are expected"),
        (strip_zeros(), "²", "digits only are expected"),
        (strip_zeros(), "", "digits only are expected"),
    ],
)
def test_a_text_that_does_not_fit_is_refused(transform, given, rule):
    """A value from the ERP that a transform cannot take is refused, with the reason."""
    with pytest.raises(BadValue) as caught:
        transform.to_crm(given)

    assert rule == caught.value.rule


@pytest.mark.parametrize("given", ["01234", "123456789", "", "12a"])
def test_padding_refuses_what_would_not_come_back(given):
    """A CRM's number with zeros of its own, or too many digits, would come back as another one."""
    with pytest.raises(BadValue):
        pad_zeros(8).to_erp(given)


def test_a_replacement_that_gets_entangled_is_refused():
    """A value that would change with every round trip is not let through."""
    transform = replace("/", "--")

    assert "a/b" == transform.to_erp("a--b")
    with pytest.raises(BadValue, match="it would come back as '---', and change with every trip"):
        transform.to_erp("-/")


@pytest.mark.parametrize("change", [str.upper, str.lower, case("title").to_crm])
def test_changing_the_case_twice_is_changing_it_once(change):
    """No letter of Unicode, alone or in a word, changes again the second time."""
    every = map(chr, range(sys.maxunicode + 1))
    cased = [one for one in every if {one.upper(), one.lower(), one.title()} != {one}]
    changed = change(" ".join([*cased, *(f"a{one}b" for one in cased)]))

    assert changed == change(changed)


@pytest.mark.parametrize(
    "make",
    [
        lambda: prefix(""),
        lambda: prefix(5),
        lambda: suffix("x" * 1001),
        lambda: replace("a", "a"),
        lambda: replace("a", ""),
        lambda: remove(""),
        lambda: pad_zeros(0),
        lambda: pad_zeros("8"),
        lambda: pad_zeros(width=True),
        lambda: substring(-1),
        lambda: substring(0, 0),
        lambda: trim(inner="yes"),
    ],
)
def test_parameters_without_sense_are_refused(make):
    """A transform that could do nothing, or nothing good, is not made."""
    with pytest.raises(BadValue):
        make()


def test_a_misspelt_case_is_named_with_the_likely_one():
    """A word that is not among the choices is refused with a hint."""
    with pytest.raises(BadName, match="did you mean 'upper'"):
        case("uper")


@pytest.mark.parametrize(
    ("transform", "given"),
    [
        (trim(), "x" * (TEXT_LENGTH_MAX + 1)),
        (replace("a", "b" * 1000), "a" * 2000),
        (case("upper"), "ß" * (TEXT_LENGTH_MAX - 1)),
    ],
)
def test_texts_are_bounded_on_the_way_in_and_on_the_way_out(transform, given):
    """Neither a long text nor one that would grow long is let through."""
    with pytest.raises(BadValue, match=f"longer than {TEXT_LENGTH_MAX} characters"):
        transform.to_crm(given)
