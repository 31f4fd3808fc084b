"""TrytonSettings: a filled form, read and checked as far as that goes without a server."""

from datetime import timedelta
from typing import Final

from attrs import frozen

from erplink.adapters.http import Auth, Basic, Bearer
from erplink.connectors import Configuration
from erplink.domain.secret import Secret
from erplink.errors import BadValue, Refused

__all__ = ["EVERYONE", "NOBODY", "PURCHASES", "SALES", "TrytonSettings"]

EVERYONE: Final = "all"
NOBODY: Final = "none"
SALES: Final = "sales"
PURCHASES: Final = "purchases"

_CHARACTERS_MAX: Final = 2_000
_TEXTS_MAX: Final = 100
_SECONDS_MAX: Final = 86_400


@frozen(kw_only=True, repr=False)
class TrytonSettings:
    """Everything that the form says."""

    url: str
    database: str
    user: str = ""
    password: Secret | None = None
    #: An application key, with which one reads only.
    key: Secret | None = None
    #: Sends the password with every request, rather than begin a session.
    basic: bool = False
    #: The id of the company, or nothing for the user's own.
    company: int | None = None
    #: Of the texts in lists; nothing for the user's own.
    language: str = ""
    #: ``all``, ``none``, ``sales``, ``purchases``, or the name of a category.
    customers: str = EVERYONE
    suppliers: str = NOBODY
    #: The name of the type of relation that makes a party a person of another; nothing for none.
    relation: str = ""
    vat_types: tuple[str, ...] = ("eu_vat",)
    #: Whether the code of a party says which creation made it, rather than an identifier.
    key_in_code: bool = False
    accepted_warnings: tuple[str, ...] = ()
    overlap: timedelta = timedelta(seconds=60)
    timeout: int = 60
    read_only: bool = False

    @classmethod
    def of(cls, config: Configuration) -> "TrytonSettings":
        """Read a configuration; Refused names the field that cannot be used."""
        settings = cls(
            url=_text(config, "url", needed=True),
            database=_text(config, "database", needed=True),
            user=_text(config, "user"),
            password=_secret(config, "password"),
            key=_secret(config, "key"),
            basic=config.get("basic") is True,
            company=_company(config),
            language=_text(config, "language"),
            customers=_text(config, "customers") or EVERYONE,
            suppliers=_text(config, "suppliers") or NOBODY,
            relation=_text(config, "relation"),
            vat_types=_texts(config, "vat_types") or ("eu_vat",),
            key_in_code=config.get("key_in_code") is True,
            accepted_warnings=_texts(config, "accepted_warnings"),
            overlap=timedelta(seconds=_whole(config, "overlap", 0, 60)),
            timeout=_whole(config, "timeout", 1, 60),
            read_only=config.get("read_only") is True,
        )
        settings.auth()
        return settings

    def auth(self) -> Auth | None:
        """What is sent with every request; None where a session is begun instead."""
        if self.key is not None:
            try:
                return Bearer(self.key)
            except BadValue as error:
                raise _bad("key", error.rule) from None
        if not self.user or self.password is None:
            field = "password" if self.user else "user"
            raise _bad(field, "a user and a password are needed, or the key of an application")
        if ":" in self.user:
            raise _bad("user", "no colon: it would end the name")
        return Basic(self.user, self.password) if self.basic else None

    def __repr__(self) -> str:
        """Nothing that could be a secret."""
        return f"TrytonSettings({self.database})"


def _bad(field: str, reason: str) -> Refused:
    return Refused(reason, field=field, code="bad-configuration")


def _text(config: Configuration, key: str, *, needed: bool = False) -> str:
    text = config.get(key) or ""
    if not isinstance(text, str) or len(text) > _CHARACTERS_MAX:
        raise _bad(key, "a text is expected")
    if needed and not text.strip():
        raise _bad(key, "this must be filled")
    return text.strip()


def _texts(config: Configuration, key: str) -> tuple[str, ...]:
    texts = config.get(key) or ()
    if not isinstance(texts, tuple) or len(texts) > _TEXTS_MAX:
        raise _bad(key, f"a list of at most {_TEXTS_MAX} texts is expected")
    if not all(isinstance(text, str) for text in texts):
        raise _bad(key, "a list of texts is expected")
    return tuple(str(text).strip() for text in texts if str(text).strip())


def _secret(config: Configuration, key: str) -> Secret | None:
    secret = config.get(key)
    if secret is None:
        return None
    if not isinstance(secret, Secret):
        raise _bad(key, "it is given as a Secret")
    return secret or None


def _whole(config: Configuration, key: str, least: int, default: int) -> int:
    number = config.get(key)
    if number is None:
        return default
    if isinstance(number, bool) or not isinstance(number, int):
        raise _bad(key, "a whole number is expected")
    if not least <= number <= _SECONDS_MAX:
        raise _bad(key, f"a number from {least} to {_SECONDS_MAX} is expected")
    return number


def _company(config: Configuration) -> int | None:
    text = _text(config, "company")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):  # noqa: PLR2004 - fits an id
        raise _bad("company", "the number of a company is expected, as the form proposes it")
    return int(text)
