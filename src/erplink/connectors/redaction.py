"""Redaction: takes a connection's secrets out of every text that leaves it."""

import json
import logging
import traceback
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import PurePath
from urllib.parse import quote, quote_plus

from erplink.domain.secret import Secret

__all__ = ["MASK", "Redactor", "redacting_logger"]

MASK = "••••••"

_EXCERPT_CHARACTERS_MAX = 500


class Redactor:
    """Masks every secret it knows, also where it is written as in a URL, JSON or HTML."""

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
        """What an error is, what it says and where it came from, on one line."""
        frames = traceback.extract_tb(error.__traceback__)
        where = (
            f" ({PurePath(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        )
        said = " ".join(str(error).split())
        text = f"{type(error).__name__}: {said}" if said else type(error).__name__
        return self.redact(text)[:_EXCERPT_CHARACTERS_MAX] + where

    def __repr__(self) -> str:
        """Nothing about what it knows."""
        return "Redactor()"


def _forms(secret: str) -> set[str]:
    """The ways in which a text may come back from a system."""
    in_json = json.dumps(secret)[1:-1]
    in_unicode = json.dumps(secret, ensure_ascii=False)[1:-1]
    in_url = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    forms = in_url | {secret, in_json, in_unicode, in_json.replace("/", r"\/"), escape(secret)}
    return forms - {""}


class _Redacts(logging.Filter):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._redactor.redact(record.getMessage()), ()
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text, record.exc_info = self._redactor.redact(text), None
        if record.stack_info:
            record.stack_info = self._redactor.redact(record.stack_info)
        return True


def redacting_logger(name: str, redactor: Redactor) -> logging.Logger:
    """A logger of its own under ``name`` that masks the secrets before any handler sees them."""
    # Not one of logging's own: its filter is for this connection and for nobody else.
    logger = logging.Logger(name)  # noqa: LOG001
    logger.parent = logging.getLogger(name)
    logger.addFilter(_Redacts(redactor))
    return logger
