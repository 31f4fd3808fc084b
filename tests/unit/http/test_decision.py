import pytest
from attrs import evolve

from erplink.adapters.http.call import Call, Credentials
from erplink.adapters.http.decision import Attempt, Follow, Raise, Renew, Retry, Return, decide
from erplink.adapters.http.exchange import Answered, Failed, Failure, Held
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.rates import Rate
from erplink.adapters.http.settings import Retries
from erplink.domain.secret import Secret
from erplink.errors import (
    BadValue,
    ConfigurationLost,
    Refused,
    Stale,
    Unauthorised,
    Unavailable,
    Unknown,
    Unsupported,
)

READ = Call(method="GET", url="https://erp.example/x", read_only=True, repeatable=True)
SEARCH = Call(method="POST", url="https://erp.example/x", read_only=True, repeatable=True)
IDEMPOTENT = Call(method="PUT", url="https://erp.example/x", repeatable=True)
ONCE = Call(method="POST", url="https://erp.example/x")
CALLS = {"read": READ, "search": SEARCH, "idempotent": IDEMPOTENT, "once": ONCE}

PATIENT = Retries()
TIRED = Retries(attempts_max=1)


def answered(status, body=b"", location="", retry_after=None, ruling=None):
    headers = Headers([("Location", location)] if location else [])
    return Answered(status, headers, body, Rate(retry_after=retry_after), ruling)


def outcome(call, happened, retries=PATIENT, **known):
    """The action, in a word: its class, or the class of the error it raises."""
    action = decide(Attempt(call=call, redirects_max=5, **known), happened, retries)
    return type(action.error if isinstance(action, Raise) else action)


ROWS = [
    # what happened, then: a read, a search by POST, an idempotent write, a write done once
    (answered(200), Return, Return, Return, Return),
    (answered(204), Return, Return, Return, Return),
    (answered(304), Return, Return, Return, Return),
    (answered(400), Refused, Refused, Refused, Refused),
    (answered(401), Unauthorised, Unauthorised, Unauthorised, Unauthorised),
    (answered(403), Unauthorised, Unauthorised, Unauthorised, Unauthorised),
    (answered(404), Refused, Refused, Refused, Refused),
    (answered(405), Unsupported, Unsupported, Unsupported, Unsupported),
    (answered(407), Unauthorised, Unauthorised, Unauthorised, Unauthorised),
    (answered(408), Retry, Retry, Retry, Unknown),
    (answered(409), Refused, Refused, Refused, Refused),
    (answered(412), Stale, Stale, Stale, Stale),
    (answered(422), Refused, Refused, Refused, Refused),
    (answered(423), Unavailable, Unavailable, Unavailable, Unavailable),
    (answered(425), Retry, Retry, Retry, Retry),
    (answered(428), Refused, Refused, Refused, Refused),
    (answered(429), Retry, Retry, Retry, Retry),
    (answered(429, retry_after=7.0), Retry, Retry, Retry, Retry),
    (answered(429, retry_after=3_600.0), Unavailable, Unavailable, Unavailable, Unavailable),
    (answered(500), Retry, Retry, Retry, Unknown),
    (answered(501), Unsupported, Unsupported, Unsupported, Unsupported),
    (answered(502), Retry, Retry, Retry, Unknown),
    (answered(503), Retry, Retry, Retry, Unknown),
    (answered(503, retry_after=7.0), Retry, Retry, Retry, Unknown),
    (answered(503, retry_after=3_600.0), Unavailable, Unavailable, Unknown, Unknown),
    (answered(504), Retry, Retry, Retry, Unknown),
    (answered(505), Unsupported, Unsupported, Unsupported, Unsupported),
    (answered(599), Retry, Retry, Retry, Unknown),
    (answered(199), Retry, Retry, Retry, Unknown),
    (answered(300), Refused, Refused, Refused, Refused),
    (answered(301, location="/y"), Follow, Refused, Unknown, Unknown),
    (answered(302, location="/y"), Follow, Refused, Unknown, Unknown),
    (answered(303, location="/y"), Follow, Refused, Unknown, Unknown),
    (answered(307, location="/y"), Follow, Refused, Refused, Refused),
    (answered(308, location="/y"), Follow, Refused, Refused, Refused),
    (Failed(Failure.NO_CONNECTION, "-"), Retry, Retry, Retry, Retry),
    (Failed(Failure.NO_TRUST, "-"), Unavailable, Unavailable, Unavailable, Unavailable),
    (Failed(Failure.UNSENDABLE, "-"), Unavailable, Unavailable, Unavailable, Unavailable),
    (Failed(Failure.BROKEN, "-"), Retry, Retry, Retry, Unknown),
    (Failed(Failure.UNREADABLE, "-"), Refused, Refused, Unknown, Unknown),
    (Held(Unavailable("-")), Unavailable, Unavailable, Unavailable, Unavailable),
    (Held(Unauthorised("-")), Unauthorised, Unauthorised, Unauthorised, Unauthorised),
    (answered(200, ruling=Stale("-")), Stale, Stale, Stale, Stale),
    (answered(500, ruling=Refused("-")), Refused, Refused, Refused, Refused),
    (answered(200, ruling=Unavailable("-")), Retry, Retry, Retry, Retry),
    (answered(200, ruling=Unknown("-")), Retry, Retry, Retry, Unknown),
    (answered(200, ruling=BadValue("-", value="-")), BadValue, BadValue, BadValue, BadValue),
    (answered(401, ruling=ConfigurationLost("-")), *[ConfigurationLost] * 4),
]


def named(row):
    happened = row[0]
    if isinstance(happened, Answered):
        ruling = f"-{type(happened.ruling).__name__}" if happened.ruling else ""
        return f"{happened.status}-{happened.rate.retry_after}{ruling}"
    return getattr(happened, "failure", happened).__class__.__name__ + repr(happened)[:30]


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_the_first_attempt_follows_the_table(row):
    """Each outcome of a first attempt leads where the table says, for each kind of request."""
    happened, *expected = row

    actual = [outcome(call, happened) for call in CALLS.values()]

    assert expected == actual


LAST = {
    408: (Unavailable, Unavailable, Unknown, Unknown),
    425: (Unavailable, Unavailable, Unavailable, Unavailable),
    429: (Unavailable, Unavailable, Unavailable, Unavailable),
    500: (Unavailable, Unavailable, Unknown, Unknown),
    503: (Unavailable, Unavailable, Unknown, Unknown),
}


@pytest.mark.parametrize("status", LAST)
def test_the_last_attempt_says_what_is_known(status):
    """With no attempt left, what only reads is Unavailable and what may have acted Unknown."""
    actual = tuple(outcome(call, answered(status), TIRED) for call in CALLS.values())

    assert LAST[status] == actual


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure.NO_CONNECTION, (Unavailable, Unavailable, Unavailable, Unavailable)),
        (Failure.BROKEN, (Unavailable, Unavailable, Unknown, Unknown)),
    ],
)
def test_the_last_failure_says_what_is_known(failure, expected):
    """With no attempt left, only a request that was never sent surely did not act."""
    actual = tuple(outcome(call, Failed(failure, "-"), TIRED) for call in CALLS.values())

    assert expected == actual


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_after_an_attempt_that_may_have_acted_every_no_is_unknown(row):
    """The 412 or 404 of a second attempt may be the first one's work: it is Unknown."""
    # Also what would be repeated is, at the last attempt, no other than Unknown.
    expected = Return if row[1] is Return else Unknown

    actual = outcome(IDEMPOTENT, row[0], TIRED, may_have_acted=True)

    assert expected is actual


def test_what_may_have_acted_is_remembered_by_the_retry():
    """A retry knows whether one of the attempts before it may have acted."""
    broken, refused = Failed(Failure.BROKEN, "-"), answered(429)

    actual = [
        decide(Attempt(call=IDEMPOTENT), broken, PATIENT).may_have_acted,
        decide(Attempt(call=READ), broken, PATIENT).may_have_acted,
        decide(Attempt(call=IDEMPOTENT), refused, PATIENT).may_have_acted,
        decide(Attempt(call=IDEMPOTENT, may_have_acted=True), refused, PATIENT).may_have_acted,
    ]

    assert [True, False, False, True] == actual


def test_a_system_may_promise_that_its_503_did_not_act():
    """With 503 among the statuses that did not act, a write done once is repeated."""
    promise = Retries(not_acted={429, 503})

    actual = [
        outcome(ONCE, answered(503), promise),
        outcome(ONCE, answered(503), evolve(promise, attempts_max=1)),
    ]

    assert [Retry, Unavailable] == actual


def test_an_accepted_status_is_an_answer():
    """What the caller accepts comes back, though it would be an error otherwise."""
    call = evolve(READ, accept=frozenset({404, 503, 302}))

    actual = [outcome(call, answered(status)) for status in (404, 503, 302, 400)]

    assert [Return, Return, Return, Refused] == actual


def test_a_401_renews_what_can_be_renewed_once():
    """The first 401 asks for new credentials; the second one is Unauthorised."""
    actual = [
        outcome(ONCE, answered(401), renewable=True),
        outcome(ONCE, answered(401), renewable=False),
        outcome(ONCE, answered(403), renewable=True),
        outcome(ONCE, answered(401, ruling=Refused("-")), renewable=True),
    ]

    assert [Renew, Unauthorised, Unauthorised, Renew] == actual


def test_pauses_double_and_are_drawn_between_nothing_and_all():
    """Full jitter: the pause is a share of a ceiling that doubles up to its own maximum."""
    retries = Retries(attempts_max=9, first_pause=1.0, pause_max=5.0)

    actual = [
        decide(Attempt(call=READ, number=number, luck=luck), answered(500), retries).after
        for number, luck in [(1, 0.0), (1, 0.5), (2, 0.5), (3, 0.5), (4, 0.5), (8, 0.999)]
    ]

    assert [0.0, 0.5, 1.0, 2.0, 2.5, 4.995] == actual


def test_no_retry_comes_before_the_system_wants_it():
    """Retry-After is waited for in full, and the jitter comes on top."""
    attempt = Attempt(call=ONCE, luck=0.5)

    actual = decide(attempt, answered(429, retry_after=7.0), Retries(first_pause=1.0))

    assert Retry(7.5, may_have_acted=False) == actual


def test_no_attempt_begins_after_the_time_is_over():
    """When the next pause would end too late the error comes now, with the time to wait."""
    late = Attempt(call=ONCE, number=2, elapsed=55.0, luck=0.0)

    in_time = decide(late, answered(429, retry_after=5.0), PATIENT)
    too_late = decide(late, answered(429, retry_after=6.0), PATIENT)

    assert Retry(5.0, may_have_acted=False) == in_time
    assert too_late.error.retry_after == 6.0


def test_a_ruling_that_says_unavailable_knows_when_to_come_back():
    """The translation's own time to wait counts; without one the Retry-After header does."""
    own = answered(200, retry_after=5.0, ruling=Unavailable("locked", retry_after=90.0))
    header = answered(200, retry_after=80.0, ruling=Unavailable("locked"))

    actual = [decide(Attempt(call=ONCE), row, PATIENT).error for row in (own, header)]

    assert [90.0, 80.0] == [error.retry_after for error in actual]
    assert [error.reason for error in actual] == ["locked", "locked"]


REDIRECTS = [
    ("/y", {}, "https://erp.example/y"),
    ("https://erp.example:443/y?z=1", {}, "https://erp.example:443/y?z=1"),
    ("https://cdn.example/y", {}, "https://cdn.example/y"),
    ("https://cdn.example/y", {"keeps_cookies": True}, "credentials are not sent"),
    ("https://erp.example:8443/y", {"keeps_cookies": True}, "credentials are not sent"),
    ("http://erp.example/y", {}, "give up TLS"),
    ("", {}, "leads nowhere"),
    ("ftp://erp.example/y", {}, "leads nowhere"),
    ("http://[", {}, "leads nowhere"),
    ("/y", {"redirects": 5}, "more than 5 redirects"),
]


@pytest.mark.parametrize(("location", "known", "expected"), REDIRECTS)
def test_redirects_are_followed_where_that_is_safe(location, known, expected):
    """A redirect is followed on one origin or without credentials, never away from TLS."""
    attempt = Attempt(call=READ, redirects_max=5, **known)

    action = decide(attempt, answered(302, location=location), PATIENT)

    if isinstance(action, Follow):
        assert expected == action.url
    else:
        assert isinstance(action.error, Refused)
        assert expected in str(action.error)


def test_a_call_with_credentials_is_not_sent_to_another_origin():
    """What the request itself carries counts as much as cookies."""
    call = READ.with_credentials(Credentials(headers=(("X-Key", Secret("s3cr3t")),)))
    attempt = Attempt(call=call, redirects_max=5)

    away = decide(attempt, answered(302, location="https://cdn.example/y"), PATIENT)
    home = decide(attempt, answered(302, location="/y"), PATIENT)

    assert isinstance(away.error, Refused)
    assert isinstance(home, Follow)


def test_a_read_that_acts_is_not_surely_undone_by_a_redirect():
    """Where a caller says that its GET changes something, a 302 that leads nowhere is Unknown."""
    acting = evolve(READ, read_only=False, repeatable=False)

    assert outcome(acting, answered(302)) is Unknown
    assert outcome(READ, answered(302)) is Refused


def test_a_followed_redirect_says_whether_the_origin_is_the_same():
    """The headers of a request go on only to the origin they were meant for."""
    attempt = Attempt(call=READ, redirects_max=5)

    actual = [
        decide(attempt, answered(302, location=location), PATIENT).same_origin
        for location in ("/y", "https://cdn.example/y")
    ]

    assert [True, False] == actual


def test_an_error_tells_what_was_asked_and_answered():
    """Method, URL, status, its words and the beginning of the text; the status is the code."""
    happened = Answered(404, Headers([("Content-Type", "text/plain")]), b"no such\n thing")

    error = decide(Attempt(call=READ), happened, PATIENT).error

    assert str(error) == "GET https://erp.example/x answered 404 Not Found: no such thing"
    assert error.code == "404"


def test_an_error_tells_no_secret():
    """Neither the URL nor what the server sends back shows a secret of the request."""
    call = READ.with_credentials(
        Credentials(
            headers=(("X-Key", Secret("s3cr3t")),),
            query=(("q", Secret("t0k3n")),),
            hidden=(Secret("h1dd3n"),),
        )
    )
    body = b"you sent s3cr3t and t0k3n and h1dd3n"

    texts = [
        str(decide(Attempt(call=call), Answered(400, Headers(), body), PATIENT).error),
        str(
            decide(
                Attempt(call=call, keeps_cookies=True, redirects_max=1),
                answered(302, location="https://x.example/s3cr3t?k=t0k3n"),
                PATIENT,
            ).error
        ),
        repr(call),
    ]

    assert not [
        text for text in texts for secret in ("s3cr3t", "t0k3n", "h1dd3n") if secret in text
    ]


def test_unknown_says_which_attempt_it_is_about():
    """Whether this attempt or an earlier one may have acted is in the sentence."""
    broken = Failed(Failure.BROKEN, "it broke")

    this = decide(Attempt(call=ONCE), broken, PATIENT).error
    earlier = decide(Attempt(call=IDEMPOTENT, may_have_acted=True), answered(404), PATIENT).error

    assert str(this) == "POST https://erp.example/x: it broke; the request may have acted"
    assert str(earlier).endswith("404 Not Found; an earlier attempt may have acted")
