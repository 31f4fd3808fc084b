import pytest

from erplink.adapters.erp.sql.form import FORM
from erplink.adapters.erp.sql.settings import SqlSettings, TableSettings
from erplink.domain.secret import Secret
from erplink.errors import Refused


def test_a_form_with_nothing_but_an_address_is_enough():
    """Everything else has a default, and the form shows the same ones."""
    settings = SqlSettings.of({"url": " sqlite:// ", "schema": None, "tables": None})

    assert ("sqlite://", None, (), ()) == (
        settings.url, settings.schema, settings.tables, settings.lists
    )  # fmt: skip
    shown = {field.key: field.default for field in FORM if field.default is not None}
    assert shown == {
        "zone": settings.zone.key,
        "commit_lag": settings.commit_lag,
        "timeout": settings.timeout,
        "read_only": settings.read_only,
    }


def test_what_is_said_of_tables_is_read():
    """A section for each table; a column may stand by itself where several may."""
    text = """
        [customer]
        key = ["a", "b"]
        version = ""
        active = "in use"
        ["odd . name"]
        key = "id"
        parent = ""
    """

    settings = SqlSettings.of({"url": "sqlite://", "columns": text})

    assert TableSettings(key=("a", "b"), version="", active="in use") == settings.of_table(
        "customer"
    )
    assert TableSettings(key=("id",), parent=()) == settings.of_table("odd . name")
    assert TableSettings() == settings.of_table("other")


def test_nothing_secret_is_shown():
    """Neither the address nor the password is in a repr."""
    settings = SqlSettings.of({"url": "sqlite:///hidden", "password": Secret("s3")})

    assert "SqlSettings(0 tables named)" == repr(settings)
    assert Secret("s3") == settings.password
    assert SqlSettings.of({"url": "x", "password": Secret("")}).password is None


BAD = [
    ({"url": 5}, "url", "a text"),
    ({"url": "x" * 100_001}, "url", "a text"),
    ({"password": "plain"}, "password", "a Secret"),
    ({"tables": "customer"}, "tables", "a list of names"),
    ({"lists": (5,)}, "lists", "a list of names"),
    ({"zone": "Mars/Olympus"}, "zone", "no time zone 'Mars/Olympus'"),
    ({"zone": "../etc/passwd"}, "zone", "no time zone"),
    ({"zone": "Europe"}, "zone", "no time zone"),
    ({"commit_lag": -1}, "commit_lag", "from 0"),
    ({"commit_lag": True}, "commit_lag", "a whole number"),
    ({"timeout": 0}, "timeout", "from 1"),
    ({"timeout": 10**9}, "timeout", "to 86400"),
    ({"columns": "not toml"}, "columns", "TOML"),
    ({"columns": "x = 1"}, "columns", "'x' is to be a section"),
    ({"columns": "[x]\nkye = 'a'"}, "columns", "unknown option 'kye'; did you mean 'key'"),
    ({"columns": "[x]\nkey = 1"}, "columns", "x.key: a column, or a list"),
    ({"columns": "[x]\nkey = [1]"}, "columns", "x.key: the name of a column"),
    ({"columns": "[x]\nversion = 1"}, "columns", "x.version: the name of a column"),
    ({"columns": "[x]\ndeleted = 'a'\nactive = 'b'"}, "columns", "not both"),
]


@pytest.mark.parametrize(("config", "field", "reason"), BAD)
def test_what_cannot_be_used_is_refused_by_field(config, field, reason):
    """The refusal names the field of the form, and what is expected there."""
    with pytest.raises(Refused) as caught:
        SqlSettings.of({"url": "sqlite://", **config})

    assert field == caught.value.field
    assert reason in caught.value.reason
