"""Secrets are encrypted at rest, or kept as they are because the host said so; never silently."""

import sys

import pytest

from erplink.adapters.stores import make_key, open_store
from erplink.domain.connections import Connection
from erplink.domain.secret import Secret
from erplink.errors import BadVault, StoreError
from erplink.testing.stores.samples import NOW

PASSWORD = "sésame-ouvre-toi-4711"  # noqa: S105 - it guards nothing
CONNECTION = Connection(
    "erp", "ERP", "acme", {"password": Secret(PASSWORD), "url": "https://erp.example"}
)


@pytest.fixture
def opened(tmp_path, request):
    """Opens the store of this test."""

    def opened(**options):
        store = open_store(f"sqlite:///{tmp_path}/erplink.db", **options)
        request.addfinalizer(store.close)
        return store

    return opened


@pytest.fixture
def stored(tmp_path):
    """All bytes of the database."""
    return lambda: b"".join(file.read_bytes() for file in tmp_path.glob("erplink.db*"))


def put(store, connection=CONNECTION):
    with store.begin() as transaction:
        transaction.connections.put(connection)


def get(store):
    with store.look() as transaction:
        return transaction.connections.get("erp")


def test_a_secret_is_not_in_the_file(opened, stored):
    """With a key nothing of it is readable; the rest of the configuration is."""
    store = opened(keys=[make_key()])
    put(store)

    assert CONNECTION == get(store)
    assert b"erp.example" in stored()
    assert PASSWORD[-8:].encode() not in stored()


def test_a_secret_is_kept_as_it_is_where_the_host_says_so(opened, stored):
    """Then it is in the file, and every store can read it."""
    put(opened(secrets="plain"))

    assert PASSWORD[-8:].encode() in stored()
    assert CONNECTION == get(opened()) == get(opened(keys=[make_key()]))


def test_a_secret_is_refused_where_the_host_said_nothing(opened, stored):
    """The message says which choices there are; nothing is written."""
    store = opened()
    with pytest.raises(BadVault, match=r"'password' of connection 'erp'.*keys.*secrets='plain'"):
        put(store)

    assert None is get(store)
    assert b"erp.example" not in stored()
    put(store, Connection("erp", "ERP", "acme", {"url": "https://erp.example"}))


@pytest.mark.parametrize("options", [{}, {"secrets": "plain"}, {"keys": [make_key()]}])
def test_a_wrong_key_is_told(opened, options):
    """Which secret of which connection, without anything of the secret or of a key."""
    key = make_key()
    put(opened(keys=[key]))

    with pytest.raises(BadVault, match="'password' of connection 'erp'") as caught:
        get(opened(**options))
    said = repr(caught.getrepr(showlocals=False)) + str(caught.value)
    assert PASSWORD not in said
    assert all(each.reveal() not in said for each in [key, *options.get("keys", [])])


def test_a_key_can_be_rotated(opened):
    """The new key reads what the old one wrote; afterwards the old one is not needed."""
    old, new = make_key(), make_key()
    store = opened(keys=[old])
    put(store)
    put(store, Connection("gone", "Gone", "acme", {"password": Secret(PASSWORD)}))
    with store.begin() as transaction:
        transaction.connections.delete("gone", NOW)

    both = opened(keys=[new, old])
    assert CONNECTION == get(both)
    with pytest.raises(BadVault):
        get(opened(keys=[new]))

    assert 2 == both.rotate()
    assert CONNECTION == get(opened(keys=[new]))
    with opened(keys=[new]).look() as transaction:
        (gone,) = transaction.connections.all(deleted=True)
    assert Secret(PASSWORD) == gone.configuration["password"]
    with pytest.raises(BadVault):
        get(opened(keys=[old]))


def test_secrets_that_were_kept_as_they_are_can_be_encrypted_later(opened, stored):
    """By rotating once with a key; then nothing of them is left in the file."""
    put(opened(secrets="plain"))
    key = make_key()
    assert PASSWORD[-8:].encode() in stored()

    assert 1 == opened(keys=[key]).rotate()
    assert PASSWORD[-8:].encode() not in stored()
    with pytest.raises(BadVault):
        get(opened(secrets="plain"))
    assert CONNECTION == get(opened(keys=[key]))


def test_a_rotation_is_of_one_tenant(opened):
    """Another one's connection of the same id stays as it is."""
    key = make_key()
    mine, other = opened(keys=[key]), opened(keys=[key], tenant="other")
    put(mine)
    put(other, Connection("erp", "Other", "acme", {"password": Secret("other")}))

    assert 1 == mine.rotate()
    assert CONNECTION == get(mine)
    assert "Other" == get(other).name


def test_a_rotation_that_fails_changes_nothing(opened):
    """One secret that no key fits, and all stay as they were."""
    key, other = make_key(), make_key()
    put(opened(keys=[other]), Connection("z", "Z", "acme", {"password": Secret("x")}))
    put(opened(keys=[key]))
    with pytest.raises(BadVault, match="'z'"):
        opened(keys=[make_key(), key]).rotate()

    assert CONNECTION == get(opened(keys=[key]))


def test_what_is_no_key_is_refused(opened):
    """By its place, without showing it; and keys are not mixed with keeping secrets as they are."""
    with pytest.raises(BadVault, match="key 2") as caught:
        opened(keys=[make_key(), Secret("my-own-password")])
    assert "my-own" not in str(caught.value)
    with pytest.raises(BadVault, match="either"):
        opened(keys=[make_key()], secrets="plain")
    with pytest.raises(BadVault, match="plain"):
        opened(secrets="encrypted")


def test_keys_need_an_extra(opened, monkeypatch):
    """Without it the message says what to install."""
    monkeypatch.setitem(sys.modules, "erplink.adapters.stores.fernet", None)
    with pytest.raises(StoreError, match=r"erplink\[vault\]"):
        opened(keys=[make_key()])


def test_any_secret_can_be_kept(opened):
    """Half a character too, and none at all."""
    for text in ("", "\ud800 \0", "x" * 100_000):
        connection = CONNECTION.configured(password=Secret(text))
        store = opened(keys=[make_key()])
        put(store, connection)
        assert connection == get(store)
