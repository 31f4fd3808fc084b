"""VAT and company numbers, by the check digits of the [match] extra."""

import importlib
import sys

import pytest

from erplink.adapters.matching import plugin
from erplink.connectors import Registry
from erplink.errors import BadName

pytest.importorskip("stdnum", reason="python-stdnum is not installed: erplink[match]")

from erplink.adapters.matching.company_numbers import (
    company_number_key,
    valid_vat_key,
)


@pytest.mark.parametrize(
    ("home", "text", "expected"),
    [
        ("", "SE 556036-0793 01", "se556036079301"),
        ("se", "5560360793 01", "se556036079301"),
        ("se", "DE 136 695 976", "de136695976"),
        ("", "GR 094259216", "el094259216"),
        ("gr", "EL094259216", "el094259216"),
        ("gr", "094259216", "el094259216"),
        ("", "FR 40 303 265 045", "fr40303265045"),
        ("", "GB 980 7806 84", "gb980780684"),
        ("gb", "980 7806 84", "gb980780684"),
        ("", "NO 995 525 828 MVA", "no995525828mva"),
        ("no", "995 525 828 MVA", "no995525828mva"),
        ("", "CHE-107.787.577 MWST", "che107787577"),
        ("", "CHE-107.787.577 IVA", "che107787577"),
    ],
)
def test_all_writings_of_a_vat_number_have_one_key(home, text, expected):
    """It has its country's prefix, and neither spaces nor signs."""
    assert expected == valid_vat_key(home)(text)


@pytest.mark.parametrize("text", ["", "n/a", "SE 556036-0794 01", "136695976", "US 123456789"])
def test_what_is_no_vat_number_has_no_key(text):
    """A digit that is wrong, a number of no country, and words: nothing can be told from them."""
    assert "" == valid_vat_key()(text)


@pytest.mark.parametrize(
    ("country", "text", "expected"),
    [
        ("no", "974 760 673", "no974760673"),
        ("se", "556036-0793", "se5560360793"),
        ("dk", "DK 1358 5628", "dk13585628"),
        ("fi", "2077474-0", "fi20774740"),
        ("fr", "552 008 443", "fr552008443"),
        ("ch", "CHE-100.155.212", "che100155212"),
        ("no", "974 760 674", ""),
        ("no", "Ltd", ""),
    ],
)
def test_a_company_number_has_a_key_where_its_digits_are_right(country, text, expected):
    """It stands behind its country's letters, so that no two countries share a key."""
    assert expected == company_number_key(country)(text)


def test_an_unknown_country_is_named():
    """The error lists what there is."""
    with pytest.raises(BadName, match="'xx'"):
        valid_vat_key("xx")
    with pytest.raises(BadName, match="'us'"):
        company_number_key("us")


def test_they_are_announced():
    """A registry has them by country."""
    normalisers = Registry().normalisers()

    assert "se556036079301" == normalisers["vat-valid"]("SE556036079301")
    assert "se556036079301" == normalisers["vat-se"]("556036079301")
    assert "se5560360793" == normalisers["company-number-se"]("556036-0793")


def test_without_the_extra_nothing_is_announced(monkeypatch):
    """Where the packages are missing, the plug-in is there and has nothing to offer."""
    monkeypatch.setattr(plugin, "find_spec", lambda _name: None)

    assert {} == plugin.erplink_normalisers()
    assert {} == plugin.erplink_transforms()


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    """Where the package is missing, the error names the extra."""
    monkeypatch.setitem(sys.modules, "stdnum.ch", None)
    monkeypatch.delitem(sys.modules, "erplink.adapters.matching.company_numbers")

    with pytest.raises(ImportError, match=r"pip install 'erplink\[match\]'"):
        importlib.import_module("erplink.adapters.matching.company_numbers")
