"""Redaction: takes a connection's secrets out of every text that leaves it."""

import json
import logging
import traceback
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import PurePath
from typing import Any, Final
from urllib.parse import quote, quote_plus

from erplink.domain.secret import MASK, Secret

__all__ = ["Redactor", "redacting_logger"]

_EXCERPT_CHARACTERS_MAX = 500

#: What a shorter secret leaves in base64 is too short to be told from any other text.
_IN_BASE64_BYTES_MIN: Final = 8


class Redactor:
    """Masks every secret it knows, also as a URL, JSON, HTML, Python or base64 would write it."""

    __slots__ = ("_forms",)

    def __init__(self, secrets: Iterable[Secret]) -> None:
        """Know ``secrets``."""
        forms = {form for secret in secrets for form in _forms(secret.reveal())}
        # The longest first: a secret may be part of another one.
        self._forms = sorted(forms, key=len, reverse=True)

    @classmethod
    def of(cls, configuration: Mapping[str, object]) -> "Redactor":
        """Know the secrets of a configuration."""
        return cls(value for value in configuration.values() if isinstance(value, Secret))

    def redact(self, text: str) -> str:
        """``text`` with every secret masked."""
        for form in self._forms:
            text = text.replace(form, MASK)
        return text

    def describe(self, error: BaseException) -> str:
        """What an error is, what it says and where it came from, on one line; never raises."""
        frames = traceback.extract_tb(error.__traceback__)
        where = (
            f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        )
        # Masked before the white space is: a secret may have white space in it.
        said = " ".join(self.redact(_text(error)).split())
        text = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return self.redact(text)[:_EXCERPT_CHARACTERS_MAX] + where

    def clean(self, error: BaseException) -> None:
        """Mask every secret in what ``error`` says and carries.

        Where a secret shows, what led to it is cut off too, with its frames.
        """
        carried = (*error.args, *vars(error).values(), *traceback.format_exception(error))
        if any(form in text for text in map(_text, carried) for form in self._forms):
            error.args = tuple(map(self._masked, error.args))
            vars(error).update({name: self._masked(value) for name, value in vars(error).items()})
            error.__cause__ = error.__context__ = error.__traceback__ = None

    def _masked(self, value: Any) -> Any:
        if isinstance(value, list):  # the notes of an exception
            return [self._masked(each) for each in value]
        text = _text(value)
        return self.redact(text) if self.redact(text) != text else value

    def __repr__(self) -> str:
        """Nothing about what it knows."""
        return "Redactor()"


def _text(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - what a plug-in made may fail to say anything
        return "(it does not say what)"


def _forms(secret: str) -> set[str]:
    """The ways in which a text may come back from a system."""
    in_json = json.dumps(secret)[1:-1]
    in_unicode = json.dumps(secret, ensure_ascii=False)[1:-1]
    in_url = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    in_python = {repr(secret)[1:-1], ascii(secret)[1:-1], repr(secret.encode())[2:-1]}
    forms = in_url | in_python | {secret, in_json, in_unicode, in_json.replace("/", r"\/")}
    return (forms | {escape(secret), *_in_base64(secret.encode())}) - {""}


def _in_base64(secret: bytes) -> Iterator[str]:
    """What a secret leaves in a text of base64, whatever stood before and behind it.

    Basic authentication writes user and password so; and a letter there has six bits, so that
    where a secret begins in it depends on what stands before.
    """
    if len(secret) < _IN_BASE64_BYTES_MIN:
        return
    for before in range(3):
        text = b64encode(bytes(before) + secret).decode()
        first, last = -(-before * 8 // 6), (before + len(secret)) * 8 // 6
        yield text[first:last]
        yield text[first:last].translate(_OF_URLS)


_OF_URLS: Final = str.maketrans("+/", "-_")


_USUAL: Final = frozenset(vars(logging.makeLogRecord({})))


class _RedactingLogger(logging.Logger):
    """A logger that nobody else has: what it masks, it masks for one connection."""

    def __init__(self, name: str, redactor: Redactor) -> None:
        super().__init__(name)
        self._redactor = redactor
        self.parent = logging.getLogger(name)

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - logging's own name
        """As the logger of the same name says, which hears of every change of levels."""
        return self.parent is not None and self.parent.isEnabledFor(level)

    def getChild(self, suffix: str) -> "_RedactingLogger":  # noqa: N802 - logging's own name
        """A logger below this one, which masks the same secrets."""
        return _RedactingLogger(f"{self.name}.{suffix}", self._redactor)

    def handle(self, record: logging.LogRecord) -> None:
        """Mask the secrets in whatever the record carries, and hand it on."""
        record.msg, record.args = self._redactor.redact(_message(record)), ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self._redactor.redact(text), None
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        for name in vars(record).keys() - _USUAL:
            value = vars(record)[name]
            if isinstance(value, str):
                setattr(record, name, self._redactor.redact(value))
        super().handle(record)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 - what cannot be formatted is told as it was written
        return f"{record.msg!s} (its arguments do not fit)"


def redacting_logger(name: str, redactor: Redactor) -> logging.Logger:
    """A logger of its own under ``name`` that masks the secrets before any handler sees them."""
    return _RedactingLogger(name, redactor)
