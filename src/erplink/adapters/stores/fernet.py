"""FernetVault: secrets encrypted with keys of the host's; nobody else knows cryptography."""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from erplink.adapters.stores.vault import open_plain
from erplink.domain.secret import Secret
from erplink.errors import BadVault

__all__ = ["FernetVault"]


class FernetVault:
    """Encrypts with the first of its keys, and decrypts with any."""

    def __init__(self, keys: Sequence[Secret]) -> None:
        """Take the keys, the newest first."""
        self._fernet = MultiFernet([_fernet(key, at) for at, key in enumerate(keys, start=1)])

    def seal(self, secret: Secret) -> dict[str, str]:
        """The secret, encrypted."""
        text = secret.reveal().encode("utf-8", "surrogatepass")
        return {"sealed": self._fernet.encrypt(text).decode("ascii")}

    def open(self, data: dict[str, Any]) -> Secret:
        """The secret, decrypted; one that was kept as it is, as it is."""
        if "sealed" not in data:
            return open_plain(data)
        try:
            text = self._fernet.decrypt(data["sealed"])
        except InvalidToken:
            raise BadVault("none of the keys fits") from None
        return Secret(text.decode("utf-8", "surrogatepass"))


def _fernet(key: Secret, at: int) -> Fernet:
    try:
        return Fernet(key.reveal())
    except (TypeError, ValueError):
        raise BadVault(f"key {at} is none: make_key() makes one") from None
