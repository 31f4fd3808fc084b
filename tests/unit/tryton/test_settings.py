"""A filled form."""

from datetime import timedelta

import pytest

from erplink.adapters.erp.tryton.form import FORM
from erplink.adapters.erp.tryton.settings import TrytonSettings
from erplink.domain.secret import Secret
from erplink.errors import Refused

NEEDED = {"url": " https://erp.example ", "database": "erp"}
LEAST = {**NEEDED, "user": "sync", "password": Secret("let me in")}


def test_what_is_not_said_has_a_default():
    """The defaults of the form are those that are used."""
    settings = TrytonSettings.of(LEAST)
    defaults = {field.key: field.default for field in FORM if field.default is not None}

    assert "https://erp.example" == settings.url
    assert timedelta(seconds=defaults.pop("overlap")) == settings.overlap
    assert defaults == {key: getattr(settings, key) for key in defaults}


def test_every_field_of_the_form_is_read():
    """And nothing else is."""
    assert {field.key for field in FORM} == {
        each.name.removesuffix("_") for each in TrytonSettings.__attrs_attrs__
    }


def test_it_shows_no_secret():
    """Not even the name of the user."""
    assert "TrytonSettings(erp)" == repr(TrytonSettings.of(LEAST))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": 7}, "url"),
        ({"database": None}, "database"),
        ({"user": ""}, "user"),
        ({"user": "a:b"}, "user"),
        ({"password": None}, "password"),
        ({"password": "plain"}, "password"),
        ({"key": Secret("two\nlines")}, "key"),
        ({"company": "Dunder"}, "company"),
        ({"overlap": -1}, "overlap"),
        ({"overlap": True}, "overlap"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "7"}, "timeout"),
        ({"vat_types": "eu_vat"}, "vat_types"),
        ({"vat_types": (7,)}, "vat_types"),
        ({"accepted_warnings": ("x",) * 101}, "accepted_warnings"),
        ({"customers": "x" * 2001}, "customers"),
    ],
)
def test_what_cannot_be_used_is_named(wrong, field):
    """The refusal names the field of the form, and shows no secret."""
    with pytest.raises(Refused) as refused:
        TrytonSettings.of(LEAST | wrong)

    assert (field, "bad-configuration") == (refused.value.field, refused.value.code)


def test_a_key_is_enough():
    """Who has the key of an application needs no user."""
    assert TrytonSettings.of({**NEEDED, "key": Secret("b6f3")}).auth() is not None
