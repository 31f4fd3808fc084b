r"""What to do after a request: one pure function from what is known to what is done.

==================================  ========  ===================  =============
What happened                       It acted  Repeated             Ends as
==================================  ========  ===================  =============
2xx, 304, a status in ``accept``    \         \                    response
401, credentials renewable          no        once, with new ones  as 401 below
301 302 303 307 308 on GET or HEAD  no        at the new URL       Refused
307 308 on anything else            no        no                   Refused
301 302 303 on anything else        perhaps   no                   Unknown
400 404 409 428, other 4xx          no        no                   Refused
401 403 407                         no        no                   Unauthorised
405 501 505                         no        no                   Unsupported
412                                 no        no                   Stale
423                                 no        no                   Unavailable
425 429, ``Retries.not_acted``      no        after Retry-After    Unavailable
408, other 5xx                      perhaps   where repeatable     Unknown
no connection, no such host         no        yes                  Unavailable
TLS not trusted, unusable URL       no        no                   Unavailable
connection broke, silence           perhaps   where repeatable     Unknown
answer too large, packed strangely  perhaps   no                   Unknown
budget used up, sign-in failed      no        no                   its own error
==================================  ========  ===================  =============

A request is *read-only* if its method is GET, HEAD or OPTIONS or the caller says so; it is
*repeatable* if it is read-only or the caller says that it is idempotent.

* A redirect is followed only to the same origin, or without any credentials; never from https
  to http; at most ``Limits.redirects_max`` times.
* What only reads cannot have acted: its ``Unknown`` is ``Unavailable``; and ``Refused`` where
  repeating is useless: an answer too large, a redirect that is not followed.
* Once an attempt may have acted, nothing but a success ends otherwise than as ``Unknown``: the
  412 or 404 of the second attempt may be the work of the first one.
* The caller's ``translate`` goes before the table, on every answer. Its error is taken by kind:
  ``Unavailable`` as 429, ``Unknown`` as 5xx, any other as it is.
"""

from enum import Enum
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import urljoin

from attrs import frozen

from erplink.adapters.http.addresses import origin_of
from erplink.adapters.http.call import Call
from erplink.adapters.http.exchange import Answered, Failed, Failure, Happened, Held
from erplink.adapters.http.redaction import excerpt, show_url
from erplink.adapters.http.settings import Retries
from erplink.errors import (
    ErplinkError,
    Refused,
    Stale,
    Unauthorised,
    Unavailable,
    Unknown,
    Unsupported,
)

__all__ = ["Action", "Attempt", "Follow", "Raise", "Renew", "Retry", "Return", "decide"]


@frozen(kw_only=True)
class Attempt:
    """What is known of a request when something happened to it."""

    call: Call
    #: 1 for the first.
    number: int = 1
    #: Seconds since the first attempt began.
    elapsed: float = 0.0
    #: A random number from 0 up to 1, drawn for this attempt.
    luck: float = 0.0
    #: Whether an earlier attempt may have acted.
    may_have_acted: bool = False
    #: Whether the system's cookies go with it.
    keeps_cookies: bool = False
    #: Whether new credentials can be had that were not yet tried.
    renewable: bool = False
    redirects: int = 0
    redirects_max: int = 0


@frozen
class Return:
    """The answer is the caller's."""

    answered: Answered


@frozen
class Retry:
    """Send the same again after a pause."""

    after: float
    may_have_acted: bool


@frozen
class Renew:
    """Send the same again with new credentials."""


@frozen
class Follow:
    """Ask at another URL."""

    url: str
    same_origin: bool


@frozen
class Raise:
    """Tell the caller."""

    error: ErplinkError


Action: TypeAlias = Return | Retry | Renew | Follow | Raise

_ERRORS: dict[int, type[Refused]] = {
    401: Unauthorised,
    403: Unauthorised,
    405: Unsupported,
    407: Unauthorised,
    412: Stale,
    501: Unsupported,
    505: Unsupported,
}
# Between these the system understood and said no; anything outside says little.
_REFUSALS_FROM, _DOUBTS_FROM = 300, 500
_TIMED_OUT = 408
_LOCKED = 423
_KNOWN = frozenset(HTTPStatus)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# These two ask for the same request elsewhere, so this one did nothing.
_REDIRECTS_UNTOUCHED = frozenset({307, 308})


class _Effect(Enum):
    """Whether a request did anything."""

    NONE = "surely none"
    PERHAPS = "perhaps"


@frozen
class _Verdict:
    """What an outcome means, before it is weighed against attempts and time."""

    reason: str
    effect: _Effect = _Effect.NONE
    #: Whether the same, sent again, may fare better.
    again: bool = False
    retry_after: float | None = None
    #: What to raise where the request surely did nothing; Unavailable where it is None.
    error: ErplinkError | None = None


def decide(attempt: Attempt, happened: Happened, retries: Retries) -> Action:
    """Say what to do next; the table above is what this function does."""
    match happened:
        case Held(error):
            return _weigh(attempt, _Verdict(f"{attempt.call}: {error}", error=error), retries)
        case Failed():
            return _weigh(attempt, _judge_failure(attempt, happened), retries)
        case answered:
            verdict = _judge_answer(attempt, answered, retries)
            return _weigh(attempt, verdict, retries) if isinstance(verdict, _Verdict) else verdict


def _weigh(attempt: Attempt, verdict: _Verdict, retries: Retries) -> Retry | Raise:
    """Repeat what may be repeated while there is time, else raise."""
    perhaps = verdict.effect is _Effect.PERHAPS and not attempt.call.read_only
    may_have_acted = attempt.may_have_acted or perhaps
    if verdict.again and (attempt.call.repeatable or not perhaps):
        after = _pause(attempt, verdict, retries)
        in_time = attempt.elapsed + after <= retries.seconds_max
        if attempt.number < retries.attempts_max and in_time:
            return Retry(after, may_have_acted)
    return Raise(_error(verdict, perhaps=perhaps, earlier=attempt.may_have_acted))


def _pause(attempt: Attempt, verdict: _Verdict, retries: Retries) -> float:
    """Full jitter, doubled with each attempt, and never before the system wants it."""
    ceiling = min(retries.pause_max, retries.first_pause * 2.0 ** (attempt.number - 1))
    return (verdict.retry_after or 0.0) + attempt.luck * ceiling


def _error(verdict: _Verdict, *, perhaps: bool, earlier: bool) -> ErplinkError:
    if perhaps:
        return Unknown(f"{verdict.reason}; the request may have acted")
    if earlier:
        return Unknown(f"{verdict.reason}; an earlier attempt may have acted")
    return verdict.error or Unavailable(verdict.reason, retry_after=verdict.retry_after)


def _judge_failure(attempt: Attempt, failed: Failed) -> _Verdict:
    reason = f"{attempt.call}: {failed.reason}"
    match failed.failure:
        case Failure.NO_CONNECTION:
            return _Verdict(reason, again=True)
        case Failure.NO_TRUST | Failure.UNSENDABLE:
            return _Verdict(reason)
        case Failure.BROKEN:
            return _Verdict(reason, _Effect.PERHAPS, again=True)
        case _:  # unreadable, and it will not be another time
            return _Verdict(reason, _Effect.PERHAPS, error=Refused(reason))


def _judge_answer(attempt: Attempt, answered: Answered, retries: Retries) -> _Verdict | Action:
    status = answered.status
    if status in attempt.call.accept:
        return Return(answered)
    if status == HTTPStatus.UNAUTHORIZED and attempt.renewable:
        return Renew()
    if answered.ruling is not None:
        return _judge_ruling(attempt, answered, answered.ruling)
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES or status == HTTPStatus.NOT_MODIFIED:
        return Return(answered)
    if status in _REDIRECTS:
        return _judge_redirect(attempt, answered)
    return _judge_refusal(attempt, answered, retries)


def _judge_ruling(attempt: Attempt, answered: Answered, ruling: ErplinkError) -> _Verdict:
    reason = f"{attempt.call}: {ruling}"
    match ruling:
        case Unavailable(retry_after=after):
            wait = answered.rate.retry_after if after is None else after
            error = Unavailable(ruling.reason, retry_after=wait)
            return _Verdict(reason, again=True, retry_after=wait, error=error)
        case Unknown():
            effect = _Effect.PERHAPS
            return _Verdict(reason, effect, again=True, retry_after=answered.rate.retry_after)
        case _:
            return _Verdict(reason, error=ruling)


def _judge_refusal(attempt: Attempt, answered: Answered, retries: Retries) -> _Verdict:
    """What an answer means that is no success and leads nowhere else."""
    status, wait = answered.status, answered.rate.retry_after
    reason = say(attempt.call, answered)
    if status in retries.not_acted:
        return _Verdict(reason, again=True, retry_after=wait)
    if status == _LOCKED:
        return _Verdict(reason, retry_after=wait)
    kind = _ERRORS.get(status)
    in_doubt = not _REFUSALS_FROM <= status < _DOUBTS_FROM or status == _TIMED_OUT
    if kind is None and in_doubt:
        return _Verdict(reason, _Effect.PERHAPS, again=True, retry_after=wait)
    return _Verdict(reason, error=(kind or Refused)(reason, code=str(status)))


def _judge_redirect(attempt: Attempt, answered: Answered) -> _Verdict | Follow:
    call, status = attempt.call, answered.status
    location = answered.headers.get("Location", "")
    try:
        target = urljoin(call.url, location) if location else ""
    except ValueError:
        target = ""
    problem = _obstacle(attempt, target)
    if problem is None:
        return Follow(target, origin_of(target) == origin_of(call.url))
    where = f" at {show_url(target, call.secrets)}" if target else ""
    reason = f"{call} answered {phrase(status)}{where}: {problem}"
    effect = _Effect.NONE if status in _REDIRECTS_UNTOUCHED else _Effect.PERHAPS
    return _Verdict(reason, effect, error=Refused(reason, code=str(status)))


def _obstacle(attempt: Attempt, target: str) -> str | None:
    """Why a redirect is not followed; None where it is."""
    call = attempt.call
    here, there = origin_of(call.url), origin_of(target)
    if call.method not in ("GET", "HEAD"):
        return f"a {call.method} is not sent on; set the base URL to where it belongs"
    if there is None:
        return "that leads nowhere"
    if attempt.redirects >= attempt.redirects_max:
        return f"more than {attempt.redirects_max} redirects"
    if here is not None and here.scheme == "https" and there.scheme != "https":
        return "that would give up TLS"
    if here != there and (call.has_credentials or attempt.keeps_cookies):
        return "credentials are not sent to another origin; set the base URL to it if it is right"
    return None


def say(call: Call, answered: Answered) -> str:
    """One line: what was asked, what was answered, and the beginning of the answer's text."""
    text = excerpt(answered.body, answered.headers.get("Content-Type", ""), call.secrets)
    return f"{call} answered {phrase(answered.status)}{': ' if text else ''}{text}"


def phrase(status: int) -> str:
    """A status with its usual words: ``404 Not Found``."""
    return f"{status} {HTTPStatus(status).phrase}" if status in _KNOWN else str(status)
