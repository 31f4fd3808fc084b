"""What may be told of requests and answers: texts without secrets, short enough for a line."""

import re
from collections.abc import Iterable
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from erplink.connectors import Redactor
from erplink.domain.secret import MASK, Secret

__all__ = ["EXCERPT_CHARACTERS_MAX", "MASK", "excerpt", "hide", "show_url"]

EXCERPT_CHARACTERS_MAX = 300

# What an excerpt is made from: enough to find a sentence behind a page's head.
_READ_BYTES_MAX = 64 * 1024
_READ_CHARACTERS_MAX = 8 * 1024

# Cursors are no secrets and worth seeing: `$skiptoken`, `$deltatoken`.
_SECRET_NAME = re.compile(
    r"(?<!skip)(?<!delta)token|secret|passw|pwd|auth(?!or)|session|credential|signature"
    r"|api[-_.]?key|^key$|^sig$",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(style|script)\b.*?</\1\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)


def hide(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with every secret masked, also where it is written as in a URL, JSON or HTML."""
    return Redactor(secrets).redact(text)


def show_url(url: str, secrets: Iterable[Secret] = ()) -> str:
    """``url`` without user and password, and with what its query keeps secret masked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(a URL that cannot be read)"
    host = parts.netloc.rpartition("@")[2]
    query = "&".join(_shown(part) for part in parts.query.split("&")) if parts.query else ""
    shown = urlunsplit((parts.scheme, host, parts.path, query, ""))
    return printable(hide(shown, secrets))


def _shown(part: str) -> str:
    """One `name=value` of a query, or only its name."""
    name, equals, _ = part.partition("=")
    return f"{name}{equals}{MASK}" if equals and _SECRET_NAME.search(unquote_plus(name)) else part


def excerpt(body: bytes, content_type: str, secrets: Iterable[Secret] = ()) -> str:
    """The beginning of an answer's text on one line; of anything else its size and type."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return ""
    if kind and not kind.startswith("text/") and not re.search(r"json|xml|x-www-form", kind):
        return f"({len(body)} bytes of {printable(kind)})"
    # Secrets go first, then what is too much: no half of a secret may stay at the cut.
    text = hide(body[:_READ_BYTES_MAX].decode("utf-8", errors="replace"), secrets)
    text = text[:_READ_CHARACTERS_MAX]
    if "html" in kind or "xml" in kind:
        text = _TAG.sub(" ", text)
    line = printable(" ".join(text.split()))
    short = line[: EXCERPT_CHARACTERS_MAX - 1]
    return line if len(line) <= EXCERPT_CHARACTERS_MAX else f"{short}…"


def printable(text: str) -> str:
    """``text`` without what could forge a line of a log or command a terminal."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)
