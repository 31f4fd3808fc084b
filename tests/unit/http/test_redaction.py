import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http.redaction import EXCERPT_CHARACTERS_MAX, MASK, excerpt, hide, show_url
from erplink.domain.secret import Secret

URLS = [
    ("https://erp.example/a?page=2", "https://erp.example/a?page=2"),
    ("https://bob:pw@erp.example:8443/a", "https://erp.example:8443/a"),
    ("https://erp.example/a?api_key=1&x=2", f"https://erp.example/a?api_key={MASK}&x=2"),
    ("https://erp.example/a?API%2DKey=1", f"https://erp.example/a?API%2DKey={MASK}"),
    ("https://erp.example/a?access_token=1#top", f"https://erp.example/a?access_token={MASK}"),
    ("https://erp.example/a?$skiptoken=7&author=8", "https://erp.example/a?$skiptoken=7&author=8"),
    ("https://erp.example/a?token", "https://erp.example/a?token"),
    ("https://erp.example/a?key=1&sig=2", f"https://erp.example/a?key={MASK}&sig={MASK}"),
    ("https://erp.example/\x1b[2J", "https://erp.example/·[2J"),
    ("http://[", "(a URL that cannot be read)"),
]


@pytest.mark.parametrize(("url", "expected"), URLS)
def test_a_url_is_shown_without_what_is_secret(url, expected):
    """User, password and what its query keeps secret are not shown; the rest is."""
    assert expected == show_url(url)


def test_a_known_secret_is_hidden_wherever_it_stands_in_a_url():
    """A secret is masked in the path too, if it is known."""
    assert f"https://erp.example/{MASK}/x" == show_url("https://erp.example/s3/x", [Secret("s3")])


def in_json(text):
    return json.dumps(text)[1:-1]


@given(
    st.text(alphabet="abc/&\"'\\ ä%", min_size=1),
    st.sampled_from([str, quote, quote_plus, escape, in_json]),
    st.text(alphabet="123"),
)
def test_a_secret_is_hidden_in_every_writing(secret, write, around):
    """As it is, as in a URL or a form, as in HTML and as in JSON: nothing of it stays."""
    actual = hide(f"{around}{write(secret)}{around}", [Secret(secret)])

    assert f"{around}{MASK}{around}" == actual or secret not in actual
    assert write(secret) not in actual


@pytest.mark.parametrize("secret", ["p/w d&<\"'ä", "abc\\n", "50% off"])
def test_each_writing_of_a_secret_is_masked(secret):
    """Text, URL, form, HTML and both writings of JSON."""
    forms = [
        secret,
        quote(secret),
        quote(secret, safe=""),
        escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret)[1:-1].replace("/", r"\/"),
    ]

    assert [MASK] * len(forms) == [hide(form, [Secret(secret)]) for form in forms]


@given(st.binary(max_size=4), st.text("aZ9/+ä~", min_size=8), st.binary(max_size=4))
def test_a_secret_is_hidden_in_base64(before, secret, behind):
    """As basic authentication writes it, wherever it begins: nothing of it can be read back."""
    whole = before + secret.encode() + behind

    for written in (b64encode(whole), urlsafe_b64encode(whole)):
        shown = hide(written.decode(), [Secret(secret)])

        assert MASK in shown
        # A letter at either end may hold a few bits of the secret, and no whole byte of it.
        assert len(shown.replace(MASK, "")) <= 4 * (len(before) + len(behind) + 4) / 3 + 4


def test_a_short_secret_is_not_looked_for_in_base64():
    """What it leaves there is too short to be told from any other text."""
    written = b64encode(b"s3cret").decode()

    assert written == hide(written, [Secret("s3cret")])


def test_a_secret_within_a_secret_does_not_uncover_it():
    """The longer one is masked first."""
    assert hide("abcdef", [Secret("abc"), Secret("abcdef")]) == MASK


def test_an_empty_secret_hides_nothing():
    """There is nothing to look for."""
    assert hide("text", [Secret("")]) == "text"


EXCERPTS = [
    (b"", "text/plain", ""),
    (b" a\r\n\tb ", "text/plain; charset=utf-8", "a b"),
    (b'{"error": 1}', "application/problem+json", '{"error": 1}'),
    (b"<h1>Not  here</h1><script>x<y</script>", "text/html", "Not here"),
    (b"<e>no</e>", "application/xml", "no"),
    (b"a=1", "application/x-www-form-urlencoded", "a=1"),
    (b"\x89PNG", "image/png", "(4 bytes of image/png)"),
    (b"plain", "", "plain"),
    (b"\xff\x1b[2J", "text/plain", "\ufffd·[2J"),
    (b"you are s3", "text/plain", f"you are {MASK}"),
]


@pytest.mark.parametrize(("body", "kind", "expected"), EXCERPTS)
def test_an_excerpt_is_one_safe_line(body, kind, expected):
    """Text on one line, without tags, control characters and secrets; else size and type."""
    assert expected == excerpt(body, kind, [Secret("s3")])


def test_an_excerpt_is_short():
    """However long the body, the excerpt fits its bound, and a secret at the cut stays hidden."""
    actual = excerpt(b"s3cret" * 100_000, "text/plain", [Secret("s3cret")])

    assert len(actual) == EXCERPT_CHARACTERS_MAX
    assert set(actual) == set(MASK) | {"…"}
