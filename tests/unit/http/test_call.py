from decimal import Decimal

import pytest
from attrs import evolve

from erplink.adapters.http.call import Call, Credentials, checked_headers, prepare
from erplink.adapters.http.redaction import MASK
from erplink.domain.secret import Secret
from erplink.errors import BadName, BadValue, Refused

BASE = "https://erp.example/api"


def call(method="GET", path="x", **options):
    return prepare(BASE, method, path, {}, options)


def test_a_call_has_usual_headers():
    """JSON is wanted and erplink asks for it, unless somebody says otherwise."""
    assert dict(call().headers) == {"accept": "application/json", "user-agent": "erplink"}


def test_later_headers_go_before_earlier_ones_in_any_case():
    """The request's headers replace the client's, and those the usual ones."""
    of_client = {"Accept": "text/csv", "X-A": "1"}

    actual = prepare(BASE, "GET", "x", of_client, {"headers": {"x-a": "2"}})

    assert dict(actual.headers) == {"accept": "text/csv", "user-agent": "erplink", "x-a": "2"}


PARAMS = [
    ({"q": "a b"}, "?q=a%20b"),
    ({"n": 1, "d": Decimal("1E+2"), "yes": True, "no": False}, "?n=1&d=100&yes=true&no=false"),
    ({"a": ["x", "y"], "none": None, "b": ()}, "?a=x&a=y"),
    ({"none": None}, ""),
]


@pytest.mark.parametrize(("params", "expected"), PARAMS)
def test_parameters_are_written(params, expected):
    """Texts, numbers, yes and no; a sequence repeats its name and None leaves it out."""
    assert f"{BASE}/x{expected}" == call(params=params).url


@pytest.mark.parametrize("value", [1.5, {}, b"x", ["x", object()]])
def test_a_parameter_of_another_kind_is_refused(value):
    """What has no writing is named with its field."""
    with pytest.raises(BadValue, match=r"^q: "):
        call(params={"q": value})


def test_a_secret_parameter_is_sent_and_not_shown():
    """It is in the URL that is sent, and in no other."""
    actual = call(path="x?a=1", params={"b": "2", "pin": Secret("s3")})

    assert actual.revealed_url() == f"{BASE}/x?a=1&b=2&pin=s3"
    assert actual.url == f"{BASE}/x?a=1&b=2"
    assert str(actual) == f"GET {BASE}/x?a=1&b=2&pin={MASK}"
    assert str(call(params={"pin": Secret("s3"), "b": Secret("s4")})).endswith(
        f"x?pin={MASK}&b={MASK}"
    )


def test_a_call_without_secrets_is_sent_as_it_is():
    """Nothing is put together where there is nothing to add."""
    actual = call()

    assert actual.revealed_url() is actual.url
    assert not actual.has_credentials


@pytest.mark.parametrize(
    ("options", "body", "kind"),
    [
        ({}, None, None),
        ({"json": {"a": Decimal("1.10")}}, b'{"a":1.10}', "application/json"),
        ({"json": None}, b"null", "application/json"),
        (
            {"form": {"a": "b c", "s": Secret("x&"), "n": None}},
            b"a=b+c&s=x%26",
            "application/x-www-form-urlencoded",
        ),
        ({"content": b"<a/>"}, b"<a/>", None),
    ],
)
def test_a_body_is_written_with_its_type(options, body, kind):
    """A document, a form or bytes; for bytes the caller knows the type."""
    actual = call("POST", **options)

    assert (body, kind) == (actual.body, dict(actual.headers).get("content-type"))


def test_a_request_has_one_body():
    """Two bodies are a mistake."""
    with pytest.raises(BadValue, match="one body"):
        call("POST", json={}, form={})


def test_secrets_of_a_body_are_known():
    """What went into a body as a Secret is masked in what is told."""
    in_form = call("POST", form={"s": Secret("x")})
    in_json = call("POST", json={"a": [{"s": Secret("x")}]})

    assert [in_form.secrets, in_json.secrets] == [(Secret("x"),), (Secret("x"),)]


@pytest.mark.parametrize("method", ["get", "", "GET /", "A-"])
def test_a_method_is_written_in_capitals(method):
    """What is no method is not sent."""
    with pytest.raises(BadValue, match="capitals"):
        call(method)


@pytest.mark.parametrize("name", ["", "a b", "a:", "ä"])
def test_a_header_has_a_proper_name(name):
    """What could forge another header is not sent."""
    with pytest.raises(BadValue, match="no name of a header"):
        checked_headers({name: "x"})


@pytest.mark.parametrize("name", ["Host", "content-length", "Transfer-Encoding", "connection"])
def test_a_header_that_frames_the_request_is_the_clients(name):
    """Written by hand it could make one request look like two."""
    with pytest.raises(BadValue, match="the client writes this header itself"):
        checked_headers({name: "1"})


@pytest.mark.parametrize("value", ["a\r\nX: y", "ä", "\x00", " a", "a "])
@pytest.mark.parametrize("wrap", [str, Secret])
def test_a_header_is_on_one_line(value, wrap):
    """A value that could forge another header is refused, and is not shown."""
    with pytest.raises(BadValue) as caught:
        checked_headers({"X-A": wrap(value)})

    assert str(caught.value) == (
        "X-A: its value: a header is of printable ASCII characters, on one line"
    )


def test_headers_that_are_always_secret_are_made_so():
    """Authorization and cookies are secrets, even where the caller gave plain texts."""
    headers = {"Authorization": "Session abc", "Cookie": Secret("id=1; b=2"), "X-A": "b"}

    actual = call(headers=headers)

    texts = [secret.reveal() for secret in actual.secrets]
    assert texts == ["Session abc", "abc", "id=1; b=2", "1", "2"]
    assert ("authorization", "Session abc") in actual.revealed_headers()


@pytest.mark.parametrize(
    ("method", "options", "expected"),
    [
        ("GET", {}, (True, True)),
        ("HEAD", {}, (True, True)),
        ("OPTIONS", {}, (True, True)),
        ("GET", {"read_only": False}, (False, False)),
        ("POST", {}, (False, False)),
        ("POST", {"read_only": True}, (True, True)),
        ("PUT", {}, (False, False)),
        ("DELETE", {"idempotent": True}, (False, True)),
    ],
)
def test_what_may_be_repeated_is_declared(method, options, expected):
    """Reading may be repeated; writing only where the caller says so, whatever its method."""
    actual = call(method, **options)

    assert expected == (actual.read_only, actual.repeatable)


def test_a_misspelt_option_is_named():
    """A typo does not silently switch something off."""
    with pytest.raises(BadName, match="did you mean 'idempotent'"):
        call(idempotant=True)


def test_credentials_replace_what_stands_under_their_names():
    """A key that the server wrote into its own link is not sent twice."""
    plain = call(path="x?api_key=old&p=2", params={"api_key": Secret("mine")}, headers={"X-A": "1"})

    actual = plain.with_credentials(
        Credentials(headers=(("x-a", Secret("h")),), query=(("api_key", Secret("q")),))
    )

    assert actual.revealed_url() == f"{BASE}/x?p=2&api_key=q"
    assert dict(actual.revealed_headers())["x-a"] == "h"
    assert actual.secrets == (Secret("h"), Secret("q"))


def test_a_call_sent_elsewhere_leaves_its_headers_behind():
    """On another origin only what says nothing goes along; its secrets stay known."""
    asked = call(headers={"X-Company": "7"}, params={"pin": Secret("s3")})

    same = asked.at(f"{BASE}/y", keep_headers=True)
    other = asked.at("https://cdn.example/y", keep_headers=False)

    assert dict(same.headers)["x-company"] == "7"
    assert [name for name, _ in other.headers] == ["accept", "user-agent"]
    assert other.revealed_url() == "https://cdn.example/y"
    assert other.secrets == (Secret("s3"),)


def test_a_call_shows_neither_headers_nor_body():
    """Its repr is its line in a log."""
    actual = evolve(call("POST", json={"a": "b"}), hidden=(Secret("s3"),))

    assert repr(actual) == f"Call(POST {BASE}/x)"
    assert isinstance(actual, Call)


def test_a_path_from_outside_does_not_climb():
    """The rules for paths hold for every request."""
    with pytest.raises(Refused):
        call(path="../admin")
