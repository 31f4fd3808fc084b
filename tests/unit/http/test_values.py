import math

import pytest

from erplink.adapters.http import Limits, Retries, Timeouts
from erplink.adapters.http.call import Call
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.response import Response
from erplink.errors import BadValue, Unavailable, Unknown

READ = Call(method="GET", url="https://erp.example/x", read_only=True)
WRITE = Call(method="POST", url="https://erp.example/x")


def response(body, kind="application/json", call=READ):
    return Response(200, Headers([("Content-Type", kind)]), body, call.url, call)


@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan, None, "10"])
@pytest.mark.parametrize("name", ["connect", "read", "write", "pool", "total"])
def test_there_is_always_a_timeout(name, value):
    """No value switches a timeout off."""
    with pytest.raises(BadValue, match=rf"^{name}: .*there is always a limit"):
        Timeouts(**{name: value})


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [
        (Limits, "response_bytes_max", 0),
        (Limits, "error_bytes_max", 0),
        (Limits, "redirects_max", -1),
        (Limits, "connections_max", 0),
        (Retries, "attempts_max", 0),
        (Retries, "attempts_max", 21),
        (Retries, "seconds_max", math.inf),
        (Retries, "pause_max", 0),
    ],
)
def test_limits_are_limits(make, name, value):
    """A limit that is none is refused under its name."""
    with pytest.raises(BadValue, match=rf"^{name}: "):
        make(**{name: value})


def test_settings_take_what_is_right():
    """No redirects at all is a limit, and any collection of statuses will do."""
    assert Limits(redirects_max=0).redirects_max == 0
    assert Retries(not_acted=[429, 503]).not_acted == {429, 503}


def test_headers_are_found_in_any_case():
    """Names are one in any case; values under one name are joined, or told one by one."""
    headers = Headers([("Set-Cookie", "a=1"), ("ETag", "x"), ("set-cookie", "b=2")])

    assert headers["SET-COOKIE"] == "a=1, b=2"
    assert headers.all("Set-Cookie") == ("a=1", "b=2")
    assert headers.all("nothing") == ()
    assert (list(headers), len(headers)) == (["set-cookie", "etag"], 2)
    assert ("Etag" in headers, headers.get("none")) == (True, None)


def test_headers_show_names_only():
    """A value may be a session's secret."""
    assert repr(Headers([("Set-Cookie", "a=1"), ("ETag", "x")])) == "Headers(set-cookie, etag)"


def test_a_response_shows_its_size_only():
    """A body may be anybody's data."""
    assert repr(response(b"[]")) == "Response(GET https://erp.example/x: 200, 2 bytes)"


def test_a_response_reads_its_json():
    """As a value, as records, as slices."""
    answer = response(b'{"data": [{"id": 1.50}], "next": null}')

    assert str(answer.json()["data"][0]["id"]) == "1.50"
    assert answer.records() == answer.json()["data"]
    assert answer.slices() == ([b'{"id": 1.50}'], {"data": [], "next": None})


@pytest.mark.parametrize(("call", "error"), [(READ, Unavailable), (WRITE, Unknown)])
@pytest.mark.parametrize("read", ["json", "records", "slices"])
def test_a_response_that_is_no_json_says_so(call, error, read):
    """What was read may be read later; what was written may have been done."""
    answer = response(b"<h1>Back soon</h1>", "text/html", call)

    with pytest.raises(error) as caught:
        getattr(answer, read)()

    assert str(caught.value) == (
        f"{call} answered 200 with no JSON: Expecting value at line 1, column 1: Back soon"
    )


def test_an_empty_response_is_said_to_be_empty():
    """Where there is nothing to show, that is shown."""
    with pytest.raises(Unavailable, match=r"column 1: empty$"):
        response(b"").json()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain; charset=ISO-8859-1", b"\xe4"),
        ('text/plain; charset="utf-8"; x=y', "ä".encode()),
        ("text/plain", "ä".encode()),
        ("text/plain; charset=klingon", "ä".encode()),
    ],
)
def test_a_response_is_read_as_text(kind, body):
    """In the charset it names; in UTF-8 where it names none that is known."""
    assert response(body, kind).text() == "ä"
