"""open_store: from an address to a store; only the driver that it needs is imported."""

from collections.abc import Sequence
from typing import Final, Literal
from urllib.parse import urlsplit

from erplink.adapters.stores.database import Backend
from erplink.adapters.stores.store import SqlStore
from erplink.adapters.stores.vault import NoVault, PlainVault, Vault
from erplink.domain.secret import Secret
from erplink.domain.transforms import TransformCatalogue
from erplink.errors import BadName, BadValue, BadVault, StoreError

__all__ = ["open_store"]

_SCHEMES: Final = ("postgresql", "sqlite")
_WAIT: Final = 5.0


def open_store(
    url: str,
    *,
    tenant: str = "",
    keys: Sequence[Secret] = (),
    secrets: Literal["", "plain"] = "",
    catalogue: TransformCatalogue | None = None,
    wait: float = _WAIT,
) -> SqlStore:
    """Open the store at an address; its schema is made, or brought up to date.

    Args:
        url: ``sqlite:///erplink.db`` for a file here, ``sqlite:////srv/erplink.db`` for one by its
            full path, ``sqlite:///:memory:``, or ``postgresql://user:password@host/database``,
            which needs the extra ``[postgres]``.
        tenant: Whose state it is; nothing of another tenant's in the same database is reached.
        keys: What secrets are encrypted with, the newest first; needs the extra ``[vault]``.
        secrets: "plain" to have secrets kept as they are; without it and without keys, a
            connection with a secret is refused.
        catalogue: The transforms of the mappings, where the host has some of its own.
        wait: For how many seconds to wait for others before StoreBusy is raised.
    """
    vault = _vault(keys, secrets)
    return SqlStore(_backend(url, tenant, wait), vault, catalogue)


def _backend(url: str, tenant: str, wait: float) -> Backend:
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        from erplink.adapters.stores.sqlite.backend import SqliteBackend  # noqa: PLC0415 - a driver

        return SqliteBackend(_path(rest), tenant=tenant, wait=wait)
    if scheme in ("postgres", "postgresql"):
        try:
            from erplink.adapters.stores.postgres.backend import (  # noqa: PLC0415 - a driver
                PostgresBackend,
            )
        except ModuleNotFoundError as error:
            raise StoreError(
                "a store in PostgreSQL needs psycopg: pip install 'erplink[postgres]'"
            ) from error
        return PostgresBackend(url, tenant=tenant, wait=wait)
    # Nothing else of the address is shown: there may be a password in it.
    shown = urlsplit(url).scheme if "://" in url else ""
    raise BadName.among("kind of store", shown, _SCHEMES)


def _path(rest: str) -> str:
    if not rest.startswith("/") or rest == "/" or "?" in rest:
        rule = "a store in SQLite is at sqlite:///file, sqlite:////full/path or sqlite:///:memory:"
        raise BadValue(rule, value=repr(f"sqlite://{rest}"))
    return rest[1:]


def _vault(keys: Sequence[Secret], secrets: str) -> Vault:
    if secrets not in ("", "plain") or (keys and secrets):
        raise BadVault("secrets are either encrypted with keys, or kept with secrets='plain'")
    if keys:
        try:
            from erplink.adapters.stores.fernet import FernetVault  # noqa: PLC0415 - a driver
        except ModuleNotFoundError as error:
            raise StoreError("keys need cryptography: pip install 'erplink[vault]'") from error
        return FernetVault(keys)
    return PlainVault() if secrets == "plain" else NoVault()
