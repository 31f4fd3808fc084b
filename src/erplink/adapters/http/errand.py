"""Errand: one request on its way, from the first attempt to the last."""

import logging
from collections.abc import Callable
from typing import Any, TypeAlias, Unpack

from attrs import define, evolve, frozen
from attrs import field as attr

from erplink.adapters.http.auth import Auth, Nobody
from erplink.adapters.http.call import Call, Credentials, RequestOptions, prepare
from erplink.adapters.http.decision import (
    Attempt,
    Follow,
    Raise,
    Renew,
    Retry,
    Return,
    decide,
)
from erplink.adapters.http.exchange import Answered, Happened, Held, Wire
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.rates import read_rate
from erplink.adapters.http.response import Response
from erplink.adapters.http.settings import Retries
from erplink.connectors import Clock, RateBudget
from erplink.errors import ErplinkError, SessionError

__all__ = ["Errand", "Gear", "Log", "Translate"]

Log: TypeAlias = logging.Logger | logging.LoggerAdapter[Any]
"""Where one debug line for each exchange goes."""

Translate: TypeAlias = Callable[[int, Headers, bytes], ErplinkError | None]
"""Makes an error of a status, headers and body, or None where the usual table is right."""


@frozen(kw_only=True)
class Gear:
    """What every errand of a client takes along."""

    wire: Wire
    clock: Clock
    random: Callable[[], float]
    log: Log
    retries: Retries
    redirects_max: int


@define(kw_only=True)
class Errand:
    """Sends a request, decides, and sends again, until it is over; made for one request."""

    _gear: Gear
    #: As the caller wants it, without credentials.
    _call: Call
    _auth: Auth = attr(factory=Nobody)
    _budget: RateBudget | None = None
    _translate: Translate | None = None
    _keeps_cookies: bool = False
    _used: Credentials = attr(factory=Credentials, init=False)

    def run(self) -> Response:
        """The answer, or one of erplink's errors."""
        begun = self._gear.clock.monotonic()
        attempt = Attempt(
            call=self._call,
            keeps_cookies=self._keeps_cookies,
            renewable=self._auth.renewable,
            redirects_max=self._gear.redirects_max,
        )
        while True:
            call, happened = self._send()
            elapsed = self._gear.clock.monotonic() - begun
            attempt = evolve(attempt, call=call, elapsed=elapsed, luck=self._gear.random())
            match decide(attempt, happened, self._gear.retries):
                case Return(answered):
                    return Response(
                        answered.status, answered.headers, answered.body, call.url, call
                    )
                case Raise(error):
                    raise error
                case action:
                    attempt = self._again(attempt, action)

    def _again(self, attempt: Attempt, action: Retry | Renew | Follow) -> Attempt:
        """Prepare for what is to be done next."""
        if isinstance(action, Retry):
            self._gear.log.debug("%s again in %.2f s", attempt.call, action.after)
            self._gear.clock.sleep(action.after)
            number, may_have_acted = attempt.number + 1, action.may_have_acted
            return evolve(attempt, number=number, may_have_acted=may_have_acted)
        if isinstance(action, Renew):
            self._auth.renew(self._used)
            return evolve(attempt, renewable=False)
        self._call = self._call.at(action.url, keep_headers=action.same_origin)
        if not action.same_origin:
            # There were no credentials so far; should there be some later, they are not for here.
            self._auth = Nobody()
        renewable = attempt.renewable and action.same_origin
        return evolve(attempt, redirects=attempt.redirects + 1, renewable=renewable)

    def _send(self) -> tuple[Call, Happened]:
        """One attempt: what was sent, and what happened."""
        call = self._call
        try:
            if self._budget is not None:
                self._budget.take()
            self._used = self._auth.credentials(_SignIn(self._gear))
        except SessionError as error:
            return call, Held(error)
        call = call.with_credentials(self._used)
        happened = self._exchange(call)
        return call, self._heard(happened) if isinstance(happened, Answered) else happened

    def _exchange(self, call: Call) -> Happened:
        """Send it, and log that, if anybody wants to see it."""
        clock, log = self._gear.clock, self._gear.log
        begun = clock.monotonic()
        happened = self._gear.wire.exchange(call)
        if log.isEnabledFor(logging.DEBUG):
            spent = (clock.monotonic() - begun) * 1000
            if isinstance(happened, Answered):
                size = len(happened.body)
                log.debug("%s: %d in %.0f ms, %d bytes", call, happened.status, spent, size)
            else:
                log.debug("%s: nothing after %.0f ms: %s", call, spent, happened.reason)
        return happened

    def _heard(self, answered: Answered) -> Answered:
        """The answer with what it says about rates, and with what the caller makes of it."""
        rate = read_rate(answered.headers, self._gear.clock)
        if self._budget is not None:
            self._budget.observe(
                limit=rate.limit,
                remaining=rate.remaining,
                reset_after=rate.reset_after,
                retry_after=rate.retry_after,
            )
        return evolve(answered, rate=rate, ruling=self._ruling(answered))

    def _ruling(self, answered: Answered) -> ErplinkError | None:
        if self._translate is None or answered.status in self._call.accept:
            return None
        try:
            return self._translate(answered.status, answered.headers, answered.body)
        except ErplinkError as error:  # raised rather than returned: the meaning is the same
            return error


class _SignIn:
    """Lets an Auth ask for credentials with the client's own wire and patience."""

    def __init__(self, gear: Gear) -> None:
        self._gear = gear

    def monotonic(self) -> float:
        return self._gear.clock.monotonic()

    def post(
        self, url: str, credentials: Credentials, /, **options: Unpack[RequestOptions]
    ) -> Response:
        call = prepare(url, "POST", "", {}, {**options, "read_only": True})
        return Errand(gear=self._gear, call=call.with_credentials(credentials)).run()
