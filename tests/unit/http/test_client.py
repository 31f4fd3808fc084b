import logging
import traceback

import pytest

from erplink.adapters.http import (
    ApiKey,
    Basic,
    Bearer,
    Credentials,
    HttpClient,
    HttpFactory,
    Limits,
    Retries,
    http_client,
)
from erplink.adapters.http.exchange import Failed, Failure
from erplink.connectors.budget import TokenBudget
from erplink.domain.secret import Secret
from erplink.errors import (
    BadName,
    BadValue,
    InputError,
    Refused,
    Stale,
    Unauthorised,
    Unavailable,
    Unknown,
)

BROKEN = Failed(Failure.BROKEN, "it broke")
UNREACHED = Failed(Failure.NO_CONNECTION, "nobody there")


def test_an_answer_comes_back(connect, answers):
    """Status, headers, body, and the URL it came from."""
    client, wire = connect(answers(201, b'{"id": 7}', ETag="x"))

    response = client.post("customers", json={"name": "A"})

    assert (response.status, response.headers["etag"], response.json()) == (201, "x", {"id": 7})
    assert response.url == "https://erp.example/api/customers"
    assert (wire.calls[0].method, wire.calls[0].body) == ("POST", b'{"name":"A"}')


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete"])
def test_each_method_has_a_name(connect, answers, method):
    """The usual methods are there, and take a path and options."""
    client, wire = connect(answers())

    getattr(client, method)("x", params={"a": 1})

    assert (wire.calls[0].method, wire.calls[0].url) == (
        method.upper(),
        "https://erp.example/api/x?a=1",
    )


def test_reading_is_patient(connect, answers, clock):
    """A read that breaks is repeated after growing pauses until it succeeds."""
    client, wire = connect(BROKEN, answers(500), UNREACHED, answers())

    assert client.get("x").status == 200
    assert clock.slept == [0.25, 0.5, 1.0]
    assert len(wire.calls) == 4


def test_patience_has_an_end(connect, answers):
    """After the last attempt the error says what happened then."""
    client, wire = connect(*[answers(500)] * 9, retries=Retries(attempts_max=3))

    with pytest.raises(Unavailable, match="answered 500"):
        client.get("x")

    assert len(wire.calls) == 3


def test_writing_is_not_repeated_where_it_may_have_acted(connect):
    """One broken answer to a write done once, and it is Unknown."""
    client, wire = connect(BROKEN)

    with pytest.raises(Unknown, match=r"POST .*/x: it broke; the request may have acted"):
        client.post("x")

    assert len(wire.calls) == 1


def test_writing_is_repeated_where_it_surely_did_not_act(connect, answers):
    """A connection that was never made and a 429 are no reason to give up."""
    client, wire = connect(UNREACHED, answers(429), answers(201))

    assert client.post("x").status == 201
    assert len(wire.calls) == 3


def test_a_412_behind_a_lost_answer_is_unknown(connect, answers):
    """The first attempt may have changed the version that the second one expects."""
    client, _ = connect(BROKEN, answers(412, b""))

    with pytest.raises(Unknown, match="412 Precondition Failed; an earlier attempt"):
        client.put("x", idempotent=True, headers={"If-Match": '"1"'})


def test_an_accepted_status_comes_back(connect, answers):
    """Who asks whether a record is there takes 404 for an answer."""
    client, _ = connect(answers(404), translate=lambda *_: Stale("never asked"))

    assert client.get("x", accept={404}).status == 404


def test_retry_after_is_waited_for(connect, answers, clock):
    """The system's own time counts, and the jitter comes on top."""
    client, _ = connect(answers(429, Retry_After="7"), answers())

    client.get("x")

    assert clock.slept == [7.25]


def test_a_long_retry_after_is_the_callers(connect, answers, clock):
    """Who is asked to come back in an hour does not sleep for an hour."""
    client, _ = connect(answers(429, Retry_After="3600"))

    with pytest.raises(Unavailable) as caught:
        client.post("x")

    assert caught.value.retry_after == 3600.0
    assert clock.slept == []


class Meter:
    """A budget that counts, and says no from a given request on."""

    def __init__(self, enough=99):
        self.enough, self.taken, self.heard = enough, 0, []

    def take(self):
        if self.taken == self.enough:
            raise Unavailable("used up", retry_after=60.0)
        self.taken += 1

    def observe(self, **said):
        self.heard.append(said)


def test_every_attempt_is_taken_from_the_budget(connect, answers):
    """Retries and redirects are requests as well, and each answer is told to the budget."""
    meter = Meter()
    client, _ = connect(
        BROKEN,
        answers(302, location="/y"),
        answers(X_RateLimit_Limit="9", X_RateLimit_Remaining="2", X_RateLimit_Reset="5"),
        budget=meter,
    )

    client.get("x")

    silent = {"limit": None, "remaining": None, "reset_after": None, "retry_after": None}
    assert meter.taken == 3
    assert meter.heard == [
        silent,
        {"limit": 9, "remaining": 2, "reset_after": 5.0, "retry_after": None},
    ]


def test_a_used_up_budget_sends_nothing(connect):
    """What was never sent surely did not act."""
    client, wire = connect(budget=Meter(enough=0))

    with pytest.raises(Unavailable, match="used up") as caught:
        client.post("x")

    assert caught.value.retry_after == 60.0
    assert wire.calls == []


def test_a_budget_used_up_between_attempts_does_not_forget_the_first(connect):
    """An attempt that may have acted stays so when the second one is held back."""
    client, _ = connect(BROKEN, budget=Meter(enough=1))

    with pytest.raises(Unknown, match=r"used up.*; an earlier attempt may have acted"):
        client.put("x", idempotent=True)


def test_a_429_pauses_everybody_behind_the_budget(connect, answers, clock):
    """The default budget hears Retry-After, and the next request of anyone waits."""
    budget = TokenBudget(clock)
    client, _ = connect(
        answers(429, Retry_After="5"), answers(), budget=budget, retries=Retries(attempts_max=1)
    )
    with pytest.raises(Unavailable):
        client.post("x")

    client.get("y")

    assert clock.slept == [5.0]


def test_a_system_may_mean_something_else(connect, answers):
    """An error within a 200 is an error, as the connector translates it."""

    def translate(status, headers, body):
        assert (status, headers["content-type"]) == (200, "application/json")
        return Stale("moved", code="ConcurrencyException") if b"Concurrency" in body else None

    client, _ = connect(
        answers(body=b'{"error": "ConcurrencyException"}'), answers(), translate=translate
    )

    with pytest.raises(Stale, match="moved"):
        client.post("x")
    assert client.post("x").status == 200


def test_a_translation_may_raise_what_it_means(connect, answers):
    """Returned or raised, the meaning is the same."""

    def translate(_status, _headers, _body):
        raise Unauthorised("the password is too old")

    client, _ = connect(answers(500), translate=translate)

    with pytest.raises(Unauthorised, match="too old"):
        client.post("x")


def test_redirects_are_followed_on_the_same_origin(connect, answers):
    """With its credentials and headers, a read goes where the system sends it."""
    client, wire = connect(
        answers(301, location="/new?p=1"),
        answers(),
        auth=Bearer(Secret("s3")),
        headers={"X-Company": "7"},
    )

    response = client.get("x")

    assert response.url == "https://erp.example/new?p=1"
    assert dict(wire.calls[1].revealed_headers())["authorization"] == "Bearer s3"
    assert dict(wire.calls[1].revealed_headers())["x-company"] == "7"


CREDENTIALS = [
    {"auth": ApiKey(Secret("s3"), query="key")},
    {"auth": ApiKey(Secret("s3"), header="X-Key")},
    {"headers": {"Authorization": "Session s3"}},
    {"headers": {"X-Session": Secret("s3")}},
    {"keep_cookies": True},
]


@pytest.mark.parametrize("options", CREDENTIALS, ids=str)
def test_credentials_are_not_sent_to_another_origin(connect, answers, options):
    """Whatever kind of credentials there are, a redirect away is refused."""
    client, wire = connect(answers(302, location="https://x.example/"), **options)

    with pytest.raises(Refused, match="credentials are not sent to another origin"):
        client.get("x")

    assert len(wire.calls) == 1


def test_without_credentials_another_origin_is_asked_plainly(connect, answers):
    """A public file may lie elsewhere; the headers meant for the system stay at home."""
    client, wire = connect(
        answers(302, location="https://cdn.example/f"), answers(), headers={"X-Company": "7"}
    )

    assert client.get("x").url == "https://cdn.example/f"
    assert "x-company" not in dict(wire.calls[1].headers)


def test_credentials_that_come_later_are_not_for_another_origin(connect, answers):
    """Who had none when the redirect was followed gets none where it led, nor anything renewed."""

    class Late:
        renewable = True
        asked = 0

        def credentials(self, _sign_in):
            self.asked += 1
            late = (("Authorization", Secret("Bearer s3")),)
            return Credentials(headers=late if self.asked > 1 else ())

        def renew(self, _refused):
            raise AssertionError

    client, wire = connect(
        answers(302, location="https://cdn.example/f"), BROKEN, answers(401), auth=Late()
    )

    with pytest.raises(Unauthorised):
        client.get("x")

    assert [call.has_credentials for call in wire.calls] == [False, False, False]


def test_redirects_have_an_end(connect, answers):
    """A circle is left after as many redirects as are allowed."""
    client, wire = connect(*[answers(302, location="/x")] * 9, limits=Limits(redirects_max=2))

    with pytest.raises(Refused, match="more than 2 redirects"):
        client.get("x")

    assert len(wire.calls) == 3


def test_a_client_closes_its_wire(connect, answers):
    """At the end of the with statement every connection is closed."""
    client, wire = connect(answers())

    with client as same:
        same.get("x")

    assert wire.closed


def test_a_misspelt_option_of_a_client_is_named():
    """A typo does not silently leave a timeout as it was."""
    with pytest.raises(BadName, match="did you mean 'timeouts'"):
        http_client("https://erp.example", timeout=5)


def test_a_context_that_trusts_everybody_is_refused():
    """There is no way to switch the verification of TLS off."""
    import ssl  # noqa: PLC0415

    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE

    with pytest.raises(BadValue, match="TLS is always verified"):
        HttpFactory(tls=trusting)


def test_what_cannot_be_sent_is_said_before_anything_is(connect):
    """An input error leaves the wire alone."""
    client, wire = connect()

    with pytest.raises(InputError):
        client.post("x", json=object())

    assert wire.calls == []


def test_a_client_shows_its_system_only(connect):
    """Neither credentials nor headers are in its repr."""
    client, _ = connect(auth=Bearer(Secret("s3cret")), headers={"X-Key": Secret("s3cret")})

    assert repr(client) == "HttpClient('https://erp.example/api')"
    assert isinstance(client, HttpClient)


def test_each_exchange_is_one_line_in_the_log(connect, answers, caplog):
    """Method, URL, status, time and size; or why there was no answer, and when it goes on."""
    client, _ = connect(BROKEN, answers(body=b"[]"))

    with caplog.at_level(logging.DEBUG, logger="erplink.http"):
        client.get("x", params={"a": 1})

    url = "GET https://erp.example/api/x?a=1"
    assert caplog.messages == [
        f"{url}: nothing after 0 ms: it broke",
        f"{url} again in 0.25 s",
        f"{url}: 200 in 0 ms, 2 bytes",
    ]


def test_a_logger_may_be_brought_along(connect, answers, caplog):
    """The host's own logger gets the lines, at the level it asks for."""
    client, _ = connect(answers(), answers(), logger=logging.getLogger("host.erp"))

    with caplog.at_level(logging.DEBUG, logger="host.erp"):
        client.get("x")
    with caplog.at_level(logging.INFO):
        client.get("x")

    assert [record.name for record in caplog.records] == ["host.erp"]


SECRETS = {
    "basic": "p4ssw0rd!",
    "bearer": "t0k3n-abc",
    "header": "k3y/with+signs",
    "query": "k3y/with+s&gns",
}
ALWAYS = ["s3ss10n-id", "9871236", "f13ld-in-json"]


def secretive(kind):
    """Options of a client and of a request that carry a secret each way there is."""
    own = Secret(SECRETS[kind])
    session, pin, field = map(Secret, ALWAYS)
    auth = {
        "basic": lambda: Basic("bob", own),
        "bearer": lambda: Bearer(own),
        "header": lambda: ApiKey(own, header="X-Key"),
        "query": lambda: ApiKey(own, query="license"),
    }[kind]()
    return (
        {"auth": auth, "headers": {"X-Session": session}},
        {"params": {"pin": pin, "a": "b"}, "json": {"x": [field]}},
    )


ENDS = ["refused", "redirected", "broken", "garbled", "budget", "translated", "answered"]


@pytest.mark.parametrize("kind", SECRETS)
@pytest.mark.parametrize("end", ENDS)
def test_no_secret_gets_out(connect, answers, caplog, kind, end):
    """However a request ends: not in logs, errors, reprs, nor in the locals of a traceback."""
    of_client, of_request = secretive(kind)
    secrets = [SECRETS[kind], *ALWAYS]
    echo = " ".join(secrets).encode()
    script = {
        "refused": [answers(400, echo)],
        "redirected": [answers(307, location="https://x.example/?" + echo.decode())],
        "broken": [BROKEN],
        "garbled": [answers(body=echo)],
        "budget": [],
        "translated": [answers(500, echo)],
        "answered": [answers()],
    }[end]
    if end == "budget":
        of_client["budget"] = Meter(enough=0)
    if end == "translated":
        of_client["translate"] = lambda *_: Unknown("perhaps")
    client, wire = connect(*script, **of_client)
    shown = [repr(client), repr(of_client)]

    with caplog.at_level(logging.DEBUG):
        try:
            response = client.post("x", **of_request)
            shown.append(repr(response))
            response.records()
        except (Refused, Unknown, Unavailable) as error:
            lines = traceback.TracebackException.from_exception(error, capture_locals=True)
            frames = lines.stack[1:]  # the first frame is this test, which knows the secrets
            shown += [str(frame.locals) for frame in frames] + [str(error), repr(error)]

    shown += [*caplog.messages, *map(repr, wire.calls)]
    told = "\n".join(shown)
    assert [] == [text for text in secrets if text in told]
