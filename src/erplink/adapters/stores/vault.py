"""Vault: how the secrets of a configuration are kept, which the host has to choose.

With keys they are encrypted; on the word "plain" they are kept as they are; and without either they
are refused. What is kept as it is can be read by every vault, so that a host may add keys later.
"""

from base64 import urlsafe_b64encode
from secrets import token_bytes
from typing import Any, Final, Protocol

from erplink.domain.secret import Secret
from erplink.errors import BadVault

__all__ = ["NoVault", "PlainVault", "Vault", "make_key", "open_plain"]

_KEY_BYTES: Final = 32


class Vault(Protocol):
    """Turns secrets into plain data that may be stored, and back."""

    def seal(self, secret: Secret) -> dict[str, str]:
        """What is stored of a secret."""
        ...

    def open(self, data: dict[str, Any]) -> Secret:
        """The secret of which ``data`` was stored; BadVault where it cannot be read."""
        ...


def make_key() -> Secret:
    """A new key, to be kept apart from the store: whoever has both can read the secrets."""
    return Secret(urlsafe_b64encode(token_bytes(_KEY_BYTES)).decode("ascii"))


def open_plain(data: dict[str, Any]) -> Secret:
    """The secret that was kept as it is; BadVault for one that is encrypted."""
    if "plain" in data:
        return Secret(data["plain"])
    raise BadVault("it is encrypted: open the store with its keys")


class NoVault:
    """Refuses to keep secrets."""

    def seal(self, secret: Secret) -> dict[str, str]:  # noqa: ARG002 - it is not even looked at
        """Refuse, and say which choices there are."""
        raise BadVault(
            "it is a secret: open the store with keys to have it encrypted, "
            "or with secrets='plain' to have it kept as it is"
        )

    def open(self, data: dict[str, Any]) -> Secret:
        """The secret, if it was kept as it is."""
        return open_plain(data)


class PlainVault:
    """Keeps secrets as they are, because the host said so."""

    def seal(self, secret: Secret) -> dict[str, str]:
        """The secret itself."""
        return {"plain": secret.reveal()}

    def open(self, data: dict[str, Any]) -> Secret:
        """The secret, if it was kept as it is."""
        return open_plain(data)
