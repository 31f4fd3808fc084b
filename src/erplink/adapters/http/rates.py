"""Rate: what an answer's headers say about how often the system may be asked."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias

from attrs import frozen

from erplink.adapters.http.headers import Headers
from erplink.connectors import Clock

__all__ = ["REQUESTS_MAX", "SILENCE", "WAIT_SECONDS_MAX", "Rate", "read_rate"]

WAIT_SECONDS_MAX = 86_400.0
"""A day: a system that asks for more is asked again after that."""

REQUESTS_MAX = 1_000_000_000

# A number of seconds above this is no duration but a moment: seconds since 1970, from 2001 on.
_EPOCH_FROM = 1e9
_EPOCH_IN_MILLISECONDS_FROM = 1e12

_NUMBER = re.compile(r"\s*(\d{1,18}(?:\.\d{1,9})?)\s*(?:$|[,;])")
_PARAMETER = re.compile(r"(?:^|;)\s*([a-z]+)\s*=\s*(\d{1,18})\b", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')

_Stated: TypeAlias = tuple[int | None, int | None, float | None]


@frozen
class Rate:
    """How often a system may be asked, as far as it said so; times in seconds from now."""

    limit: int | None = None
    remaining: int | None = None
    reset_after: float | None = None
    retry_after: float | None = None


SILENCE = Rate()
"""Nothing was said."""

_OTHERS = ("retry-after", "x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")


def read_rate(headers: Headers, clock: Clock) -> Rate:
    """Read Retry-After, X-RateLimit-* and the IETF's RateLimit headers; nonsense counts as silence.

    Args:
        headers: Those of the answer.
        clock: Tells the time where the answer itself does not: clocks differ, so its own Date
            goes before ours.
    """
    if not any("ratelimit" in name or name in _OTHERS for name in headers):
        return SILENCE
    now = _date(headers.get("Date", "")) or clock.now()
    stated = _by_names(headers, now) or _by_draft(headers)
    limit, remaining, reset_after = stated or (None, None, None)
    return Rate(limit, remaining, reset_after, _wait(headers.get("Retry-After", ""), now))


def _by_names(headers: Headers, now: datetime) -> _Stated | None:
    """One header for each number: the older custom, and the IETF's first drafts."""
    for prefix in ("X-RateLimit", "X-Rate-Limit", "RateLimit"):
        texts = [headers.get(f"{prefix}-{name}", "") for name in ("Limit", "Remaining", "Reset")]
        if any(texts):
            limit, remaining, reset = texts
            return _count(limit), _count(remaining), _wait(reset, now)
    return None


def _by_draft(headers: Headers) -> _Stated | None:
    """`"name";r=50;t=30` with its policy `"name";q=100`, or `limit=100, remaining=50, reset=5`.

    Of several policies the one with the fewest requests left counts.
    """
    members = list(_members(headers.get("RateLimit", "")))
    flat = {key: number for _, said in members for key, number in said.items()}
    if "remaining" in flat:
        return flat.get("limit"), flat["remaining"], _capped(flat.get("reset"))
    left = [(said["r"], -said.get("t", 0), name) for name, said in members if "r" in said]
    if not left:
        return None
    remaining, reset, name = min(left)
    policies = dict(_members(headers.get("RateLimit-Policy", "")))
    return policies.get(name, {}).get("q"), remaining, _capped(-reset or None)


def _members(text: str) -> Iterator[tuple[str, dict[str, int]]]:
    """The members of a list, each with its name and its whole-number parameters."""
    names = iter(_QUOTED.findall(text))
    # A quoted name may hold a comma or a semicolon, so it is taken out first.
    for member in _QUOTED.sub('""', text).split(","):
        name = next(names, "") if '""' in member else member.partition(";")[0].strip()
        yield name.strip('"'), dict(_parameters(member))


def _parameters(member: str) -> Iterator[tuple[str, int]]:
    for match in _PARAMETER.finditer(member):
        yield match[1].lower(), min(int(match[2]), REQUESTS_MAX)


def _wait(text: str, now: datetime) -> float | None:
    """Seconds from now: written as such, as seconds since 1970, or as a date."""
    number = _NUMBER.match(text)
    if number is None:
        moment = _date(text)
        return None if moment is None else _capped((moment - now).total_seconds())
    seconds = float(number[1])
    if seconds >= _EPOCH_IN_MILLISECONDS_FROM:
        seconds /= 1000
    return _capped(seconds - now.timestamp() if seconds >= _EPOCH_FROM else seconds)


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    # HTTP knows no other zone than GMT; a date without one is meant so too.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _capped(seconds: float | None) -> float | None:
    return None if seconds is None else min(max(0.0, float(seconds)), WAIT_SECONDS_MAX)


def _count(text: str) -> int | None:
    """The first number: `100, 100;w=60` is a limit of 100."""
    number = _NUMBER.match(text)
    return None if number is None else min(int(float(number[1])), REQUESTS_MAX)
