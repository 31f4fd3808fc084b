"""Configurations: a connection as plain data, its secrets in the hands of a vault, and back."""

from collections.abc import Callable
from typing import Any

from erplink.adapters.stores.documents import from_json, to_json
from erplink.adapters.stores.vault import Vault
from erplink.domain.connections import Configured, Connection, Scope
from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.secret import Secret
from erplink.domain.values import shorten
from erplink.errors import BadVault

__all__ = ["connection_from_json", "connection_to_json", "resealed"]

_SECRET = "secret"  # noqa: S105 - the key under which one stands, not one


def connection_to_json(connection: Connection, vault: Vault) -> str:
    """The JSON text of a connection; BadVault where a secret may not be kept."""

    def write(field: str, value: Configured) -> Any:
        if isinstance(value, Secret):
            return {_SECRET: _named(connection.id, field, lambda: vault.seal(value))}
        return encode_value(value, path=field)

    return to_json(
        {
            "id": connection.id,
            "name": connection.name,
            "connector": connection.connector,
            "configuration": {
                field: write(field, value) for field, value in connection.configuration.items()
            },
            "everyone": connection.scope.everyone,
            "users": sorted(connection.scope.users),
            "groups": sorted(connection.scope.groups),
            "active": connection.active,
            "description": connection.description,
        }
    )


def connection_from_json(text: str, vault: Vault) -> Connection:
    """The connection that a JSON text was made of; BadVault where a secret cannot be read."""
    data = from_json(text)

    def read(field: str, stored: Any) -> Any:
        if isinstance(stored, dict) and _SECRET in stored:
            return _named(data["id"], field, lambda: vault.open(stored[_SECRET]))
        return decode_value(stored, path=field)

    return Connection(
        data["id"],
        data["name"],
        data["connector"],
        {field: read(field, stored) for field, stored in data["configuration"].items()},
        Scope(data["everyone"], data["users"], data["groups"]),
        data["active"],
        data["description"],
    )


def resealed(text: str, vault: Vault) -> str:
    """The same connection with its secrets sealed anew."""
    return connection_to_json(connection_from_json(text, vault), vault)


def _named(connection: str, field: str, act: Callable[[], Any]) -> Any:
    try:
        return act()
    except BadVault as error:
        raise BadVault(f"{shorten(field)} of connection {shorten(connection)}: {error}") from None
