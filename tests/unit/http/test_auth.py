import base64
import threading
import traceback

import pytest

from erplink.adapters.http import ApiKey, Basic, Bearer, ClientCredentials, Retries
from erplink.adapters.http.exchange import Failed, Failure
from erplink.domain.secret import Secret
from erplink.errors import BadValue, Refused, Unauthorised, Unavailable, Unknown

TOKENS = "https://login.example/token"


def oauth(**options):
    return ClientCredentials(TOKENS, "me", Secret("cl1ent/s3cret"), **options)


def token(answers, text="t0k3n-1", **said):
    fields = {"access_token": text, "token_type": "Bearer", "expires_in": 3600, **said}
    pairs = ", ".join(
        f'"{name}": {value if isinstance(value, int | float) else chr(34) + value + chr(34)}'
        for name, value in fields.items()
        if value is not None
    )
    return answers(body=f"{{{pairs}}}".encode())


def sent(call):
    return dict(call.revealed_headers()).get("authorization")


STANDING = [
    (
        Basic("böb", Secret("p:w")),
        {"authorization": "Basic " + base64.b64encode("böb:p:w".encode()).decode()},
        "",
    ),
    (Bearer(Secret("abc")), {"authorization": "Bearer abc"}, ""),
    (ApiKey(Secret("abc"), header="X-Key"), {"x-key": "abc"}, ""),
    (ApiKey(Secret("a&c"), query="key"), {}, "?key=a%26c"),
]


@pytest.mark.parametrize(("auth", "headers", "query"), STANDING, ids=repr)
def test_credentials_go_with_every_request(connect, answers, auth, headers, query):
    """As a header or in the query, where the system looks for them."""
    client, wire = connect(answers(), auth=auth)

    client.get("x")

    call = wire.calls[0]
    assert headers.items() <= dict(call.revealed_headers()).items()
    assert call.revealed_url() == f"https://erp.example/api/x{query}"


@pytest.mark.parametrize("auth", [row[0] for row in STANDING], ids=repr)
def test_a_401_with_credentials_that_stand_is_unauthorised(connect, answers, auth):
    """There are no others to try."""
    client, wire = connect(answers(401), auth=auth)

    with pytest.raises(Unauthorised):
        client.get("x")

    assert len(wire.calls) == 1
    auth.renew(None)


@pytest.mark.parametrize(
    "auth", [*(row[0] for row in STANDING), oauth(), oauth(in_body=True)], ids=repr
)
def test_credentials_show_nothing(auth):
    """Neither secrets nor user names are in a repr."""
    assert not [s for s in ("abc", "a&c", "p:w", "cl1ent", "böb") if s in f"{auth!r}{auth}"]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Basic("a:b", Secret("x")), "no colon"),
        (lambda: Basic("a", "plain-pw"), "wrap it: Secret"),
        (lambda: Bearer("plain-pw"), "wrap it: Secret"),
        (lambda: Bearer(Secret("")), "printable"),
        (lambda: Bearer(Secret("plain-pw\n")), "printable"),
        (lambda: ApiKey(Secret("x")), "header=… or query=…"),
        (lambda: ApiKey(Secret("x"), header="a", query="b"), "header=… or query=…"),
        (lambda: ApiKey("plain-pw", header="a"), "wrap it: Secret"),
        (lambda: ClientCredentials("http://login.example/t", "a", Secret("x")), "https"),
        (lambda: ClientCredentials("nowhere", "a", Secret("x")), "https"),
        (lambda: ClientCredentials(TOKENS, "a", "plain-pw"), "wrap it: Secret"),
    ],
)
def test_credentials_that_will_not_do_are_refused(make, sentence):
    """The sentence says what to do, and does not show what was given."""
    with pytest.raises(BadValue, match=sentence) as caught:
        make()

    assert "plain-pw" not in str(caught.value)


def test_a_token_may_be_had_from_this_machine_without_tls():
    """What never leaves the machine needs no TLS."""
    assert "127.0.0.1" in repr(ClientCredentials("http://127.0.0.1:1/t", "a", Secret("x")))


def test_a_token_is_fetched_once_and_kept(connect, answers):
    """One request to the token server serves all that follow."""
    client, wire = connect(token(answers), answers(), answers(), auth=oauth(scope="read write"))

    client.get("x")
    client.get("x")

    asked = wire.calls[0]
    basic = base64.b64encode(b"me:cl1ent%2Fs3cret").decode()
    assert (asked.method, asked.url, sent(asked)) == ("POST", TOKENS, f"Basic {basic}")
    assert asked.body == b"grant_type=client_credentials&scope=read+write"
    assert [sent(call) for call in wire.calls[1:]] == ["Bearer t0k3n-1"] * 2


def test_a_client_may_be_named_in_the_form(connect, answers):
    """For token servers that read no Basic header."""
    client, wire = connect(token(answers), answers(), auth=oauth(in_body=True))

    client.get("x")

    assert sent(wire.calls[0]) is None
    assert wire.calls[0].body == (
        b"grant_type=client_credentials&client_id=me&client_secret=cl1ent%2Fs3cret"
    )


@pytest.mark.parametrize(
    ("said", "lasts"),
    [
        (3600, 3570),
        ("3600", 3570),
        (40, 20),
        (1e9, 86_370),
        (None, 3570),
        (-5, 3570),
        ("soon", 3570),
        ("nan", 3570),
    ],
)
def test_a_token_is_renewed_before_it_ends(connect, answers, clock, said, lasts):
    """Half a minute before, or after half of its time; nonsense counts as an hour."""
    client, wire = connect(
        token(answers, expires_in=said),
        answers(),
        answers(),
        token(answers, "t0k3n-2"),
        answers(),
        auth=oauth(),
    )
    client.get("x")
    clock.seconds += lasts - 1
    client.get("x")
    clock.seconds += 1
    client.get("x")

    assert sent(wire.calls[2]) == "Bearer t0k3n-1"
    assert sent(wire.calls[4]) == "Bearer t0k3n-2"


def test_a_401_renews_the_token_once(connect, answers):
    """A token that was withdrawn is replaced, and the request repeated, without a pause."""
    client, wire = connect(
        token(answers), answers(401), token(answers, "t0k3n-2"), answers(), auth=oauth()
    )

    client.post("x", json={})

    assert [sent(call) for call in wire.calls[1::2]] == ["Bearer t0k3n-1", "Bearer t0k3n-2"]


def test_a_second_401_is_unauthorised(connect, answers):
    """A new token that is refused as well is no matter of tokens."""
    client, wire = connect(
        token(answers), answers(401), token(answers, "t0k3n-2"), answers(401), auth=oauth()
    )

    with pytest.raises(Unauthorised):
        client.get("x")

    assert wire.script == []


def test_a_token_that_was_replaced_meanwhile_stays(connect, answers):
    """Two threads hear 401 for one token: only the first of them has it replaced."""
    auth = oauth()
    client, wire = connect(
        token(answers), answers(), token(answers, "t0k3n-2"), answers(), answers(), auth=auth
    )
    client.get("x")
    refused = auth._token.credentials
    auth.renew(refused)
    client.get("x")
    auth.renew(refused)
    client.get("x")

    assert sent(wire.calls[-1]) == "Bearer t0k3n-2"
    auth.renew(auth._token.credentials)
    auth.renew(refused)
    assert auth._token is None


def test_threads_fetch_one_token_together(connect, answers):
    """Those who come while it is fetched wait for it."""
    auth = oauth()
    entered = threading.Event()

    def slowly(_call):
        entered.wait(0.02)
        return token(answers)

    client, wire = connect(slowly, *[answers()] * 8, auth=auth)
    threads = [threading.Thread(target=client.get) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [call.url for call in wire.calls].count(TOKENS) == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_client_that_gets_no_token_is_unauthorised(connect, answers, status):
    """A person must mend that; what the token server says is told, without the secret."""
    body = b'{"error": "invalid_client", "seen": "cl1ent/s3cret bWU6Y2wxZW50JTJGczNjcmV0"}'
    client, _ = connect(answers(status, body), auth=oauth())

    with pytest.raises(Unauthorised, match=r"no token for this client: .*invalid_client") as caught:
        client.post("x")

    assert caught.value.code == str(status)
    assert "cl1ent" not in str(caught.value)
    assert "bWU6" not in str(caught.value)


def test_a_token_server_out_of_reach_is_asked_again(connect, answers):
    """Fetching a token changes nothing, so it is repeated."""
    client, wire = connect(
        answers(503), Failed(Failure.BROKEN, "-"), token(answers), answers(), auth=oauth()
    )

    client.post("x")

    assert len(wire.calls) == 4


def test_without_a_token_nothing_was_sent(connect, answers):
    """A token server that does not answer leaves a write surely undone."""
    client, wire = connect(*[answers(503)] * 4, auth=oauth())

    with pytest.raises(Unavailable, match=r"POST https://login.example/token answered 503"):
        client.post("x")

    assert {call.url for call in wire.calls} == {TOKENS}


def test_without_a_new_token_an_earlier_attempt_may_have_acted(connect, answers):
    """When the token ends between two attempts, the first one is not forgotten."""
    client, _ = connect(
        token(answers, expires_in=2),
        lambda _call: Failed(Failure.BROKEN, "it broke"),
        answers(400),
        auth=oauth(),
        retries=Retries(first_pause=4),
    )

    with pytest.raises(Unknown, match="an earlier attempt may have acted"):
        client.put("x", idempotent=True)


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"access_token": 5}',
        b'{"access_token": ""}',
        b'{"access_token": "t0k3n\\n"}',
        b'{"access_token": "t0k3n", "token_type": "mac"}',
        b'{"access_token": "t0k3n", "token_type": 5}',
    ],
)
def test_an_answer_that_holds_no_token_is_told_without_it(connect, answers, body):
    """Whatever it holds may be half a secret: it is in no error and in no frame of it."""
    client, _ = connect(answers(body=body), auth=oauth())

    with pytest.raises(Unavailable, match="answered with no bearer token") as caught:
        client.get("x")

    shown = "".join(
        traceback.TracebackException.from_exception(caught.value, capture_locals=True).format()
    )
    inside = [line for line in shown.splitlines() if "body = " not in line]
    assert "t0k3n" not in "\n".join(inside)


def test_a_token_server_does_not_send_the_client_elsewhere(connect, answers):
    """A redirect of the POST that holds the client's secret is not followed."""
    client, wire = connect(answers(307, location="https://x.example/"), auth=oauth())

    with pytest.raises(Refused):
        client.get("x")

    assert len(wire.calls) == 1
