"""An address leads to a store, or to a sentence that says what is wrong with it."""

import subprocess
import sys
from contextlib import closing

import pytest

from erplink.adapters.stores import open_store
from erplink.errors import BadName, BadValue, StoreError

PASSWORD = "let-me-in-4711"  # noqa: S105 - it guards nothing


@pytest.mark.parametrize(
    "url",
    ["", "erplink.db", "mysql://ann:let-me-in-4711@host/db", "postgres+x://u:let-me-in-4711@h/d"],
)
def test_an_address_of_another_kind_is_refused(url):
    """The kinds there are are named; nothing else of the address is shown."""
    with pytest.raises(
        BadName, match=r"kind of store.*(known|mean).*(sqlite|postgresql)"
    ) as caught:
        open_store(url)

    assert PASSWORD not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite://a/b.db", "sqlite:///a?b=c"])
def test_a_path_that_is_none_is_refused(url):
    """The three ways to write one are told."""
    with pytest.raises(BadValue, match="sqlite:///file"):
        open_store(url)


def test_a_store_stays_where_it_was_opened(tmp_path, monkeypatch):
    """Also when the process goes to another folder; whoever comes second finds the same file."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(open_store("sqlite:///erplink.db")) as store:
        with store.begin() as transaction:
            transaction.settings.put("x", 1)
        monkeypatch.chdir("elsewhere")
        with store.look(), store.look() as second:
            assert 1 == second.settings.get("x")

    assert [] == list((tmp_path / "elsewhere").iterdir())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:let-me-in-4711%zz@host/db",
        "postgresql://ann:let-me-in-4711@host:port:1/db",
        "postgresql://ann:let-me-in-4711@/db?host=/no/such/folder",
        "postgresql://ann@/db?host=/no/such/let-me-in-4711&password=let-me-in-4711",
    ],
)
def test_a_password_is_in_no_error(url):
    """Neither in the message nor in what led to it, whatever is wrong with the address."""
    pytest.importorskip("psycopg")
    with pytest.raises((StoreError, BadValue)) as caught:
        open_store(url)

    assert PASSWORD not in str(caught.value)
    assert PASSWORD not in repr(caught.value.__context__)
    assert PASSWORD not in repr(caught.value.__cause__)


def test_postgres_needs_an_extra(monkeypatch):
    """Without it the message says what to install."""
    monkeypatch.setitem(sys.modules, "erplink.adapters.stores.postgres.backend", None)

    with pytest.raises(StoreError, match=r"erplink\[postgres\]"):
        open_store("postgresql://host/db")


def test_a_store_is_opened_without_a_driver_that_it_does_not_need():
    """Whoever uses SQLite waits neither for psycopg nor for cryptography."""
    code = (
        "import sys; from erplink.adapters.stores import open_store; "
        "open_store('sqlite:///:memory:').close(); "
        "assert not {'psycopg', 'cryptography', 'cattrs', 'httpx'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
