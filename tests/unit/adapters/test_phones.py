"""Phone numbers, by the numbering plans of the [match] extra."""

import importlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import Registry
from erplink.domain.transforms import broken_laws
from erplink.errors import BadName, BadValue

pytest.importorskip("phonenumbers", reason="phonenumbers is not installed: erplink[match]")

from erplink.adapters.matching.phones import (
    phone_e164_key,
    phone_number,
)

WRITINGS = [
    ("no", "55 01 02 03", "+4755010203"),
    ("no", "+47 55 01 02 03", "+4755010203"),
    ("no", "0047 55010203", "+4755010203"),
    ("NO", "+46 8 123 456 78", "+46812345678"),
    ("gb", "(020) 7946 0958", "+442079460958"),
    ("gb", "+44 (0)20 7946 0958", "+442079460958"),
    ("us", "(415) 555-2671 ext. 12", "+14155552671;ext=12"),
    ("it", "06 698 12345", "+390669812345"),
]


@pytest.mark.parametrize(("region", "text", "expected"), WRITINGS)
def test_all_writings_of_a_number_have_one_key(region, text, expected):
    """It is the form of E.164, with the prefix of the region where the number has none."""
    assert expected == phone_e164_key(region)(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("", ""), ("ask Kari", ""), ("12", "12"), ("+47 1", "+471")]
)
def test_what_is_no_number_has_the_key_that_it_had_without_the_extra(text, expected):
    """Nothing is lost: two equal writings stay equal, and words have no key."""
    assert expected == phone_e164_key("no")(text)


@given(st.sampled_from(WRITINGS))
def test_a_key_is_its_own_key(writing):
    """To normalise twice changes nothing."""
    region, text, _ = writing
    key = phone_e164_key(region)

    assert key(text) == key(key(text))


def test_an_unknown_region_is_named():
    """The error proposes the likely spelling."""
    with pytest.raises(BadName, match="'nox'"):
        phone_e164_key("nox")
    with pytest.raises(BadName, match=r"'natoinal'.*'national'"):
        phone_number("no", "natoinal")


def test_a_text_that_is_read_as_two_numbers_is_none():
    """Dialled from Brazil, 00 and a carrier's code are one number, and written out another one."""
    with pytest.raises(BadValue, match="not a phone number"):
        phone_number("br").to_crm("0047 55010203")


@pytest.mark.parametrize(
    ("erp", "written"),
    [("e164", "+4755010203"), ("international", "+47 55 01 02 03"), ("national", "55 01 02 03")],
)
def test_a_number_travels_both_ways(erp, written):
    """The CRM has E.164, and the ERP gets the form that it is used to."""
    way = phone_number("no", erp)

    assert "+4755010203" == way.to_crm(written)
    assert written == way.to_erp("+4755010203")


def test_a_foreign_number_is_never_written_as_one_of_the_country():
    """Where the ERP's form would be read as another number, the international one is written."""
    assert "+46 8 123 456 78" == phone_number("no", "national").to_erp("+46812345678")


@pytest.mark.parametrize("erp", ["e164", "international", "national"])
@pytest.mark.parametrize("region", ["NO", "GB", "IT", "US", "AR", "MX", "BR"])
def test_it_keeps_the_laws_that_it_declares(region, erp):
    """One round trip tidies a number up, and the next one changes nothing."""
    numbers = [text for _, text, _ in WRITINGS] + ["011 15 2345 6789", "+54 9 11 2345 6789"]

    assert [] == list(broken_laws(phone_number(region, erp), numbers))


@pytest.mark.parametrize("text", ["ask Kari", "12", "+14155552671 ext. 12", 4155552671])
def test_what_e164_cannot_hold_is_refused(text):
    """A word, a number too short, an extension, and what is no text."""
    with pytest.raises(BadValue):
        phone_number("us").to_crm(text)


def test_nothing_stays_nothing():
    """An empty field is no number."""
    assert phone_number("no").to_crm(None) is phone_number("no").to_erp("  ") is None


def test_it_is_announced():
    """A registry has the normaliser of every region, and the transform."""
    registry = Registry()

    assert "+4755010203" == registry.normalisers()["phone-no"]("55010203")
    assert registry.transforms()["phone_number"](region="no") == phone_number("NO")


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """Where the package is missing, the error names the extra."""
    monkeypatch.setitem(sys.modules, "phonenumbers", None)
    monkeypatch.delitem(sys.modules, "erplink.adapters.matching.phones")

    with pytest.raises(ImportError, match=r"pip install 'erplink\[match\]'"):
        importlib.import_module("erplink.adapters.matching.phones")
