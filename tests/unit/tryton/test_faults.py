"""What Tryton's ways of saying no come to."""

import pytest

from erplink.adapters.erp.tryton.faults import error_of, field_named, missing_model, translate
from erplink.adapters.http import Headers
from erplink.errors import Refused, Stale, Unauthorised, Unavailable, Unsupported

LABELS = {"Name": "name", "Country": "country"}
UNIQUE = "The code on party must be unique."
REQUIRED = 'A value is required for field "Name" in record "7" of "Party".'
DENIED = 'You are not allowed to access "Sale".'
FIELD_DENIED = 'You are not allowed to access "Party.Name".'


@pytest.mark.parametrize(
    ("error", "expected", "code"),
    [
        (["UserError", [UNIQUE, "", None]], Refused, "user-error"),
        (["UserError", [UNIQUE, "", [[["code", "=", "7"]], {"code": "…" * 9}]]], Refused, ""),
        (["UserError", [DENIED, "Within groups: ", None]], Unauthorised, "access-denied"),
        (["UserError", [FIELD_DENIED, "", None]], Refused, "access-denied"),
        (["UserWarning", ["sale.7", "Sure?", "It was sent."]], Refused, "warning:sale.7"),
        (["ConcurrencyException", "Records were modified in the meanwhile"], Stale, "stale"),
        (["LoginException", ["code", "The code", "char"]], Unauthorised, "more-than-a-password"),
        (["RateLimitException", None], Unavailable, None),
        (["'nofield'", ""], Refused, "unknown-name"),
        (["division by zero", "Traceback …"], Refused, "server-error"),
        (["UserError", 7], Refused, "server-error"),
        (["UserError"], Refused, "server-error"),
        ([], Refused, "server-error"),
        ("all wrong", Refused, "server-error"),
    ],
)
def test_every_shape_has_its_meaning(error, expected, code):
    """Refused, stale, unauthorised or unavailable: what is done next hangs on it."""
    came = error_of(error)

    assert expected is type(came)
    if code:
        assert code == came.code


def test_a_warning_is_told_in_its_own_words():
    """Nobody accepts what they were not shown."""
    error = error_of(["UserWarning", ["sale.7", "The party is\nblocked.", "Really?"]])

    assert "Tryton warns: The party is blocked. Really?" == error.reason


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (UNIQUE, "code"),
        (REQUIRED, "name"),
        ('The value "7" for field "Country" in "Address" does not exist.', "country"),
        (FIELD_DENIED, "name"),
        ('The email address "x" for party "y" is not valid.', "emails"),
        ('The phone number "x" for party "y" is not valid.', "phones"),
        ('The European VAT Number "DE1" for party "Fjord" is not valid.', "vat"),
        ('The value "1" for field "Colour" in "Party" does not exist.', ""),
        ("Something is wrong.", ""),
    ],
)
def test_the_field_is_named_where_the_message_names_it(message, field):
    """The label in Tryton's sentence leads to the field; an unknown one to none."""
    assert field == field_named(message, LABELS)


def test_a_missing_model_is_told_from_other_refusals():
    """The name alone stands where an answer should, as Python writes it."""
    assert missing_model(error_of(["'project.work'", ""]))
    assert not missing_model(error_of(["UserError", [UNIQUE, "", None]]))


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (503, b"could not serialize access due to concurrent update", Unavailable),
        (503, b"<p>database is locked</p>", Unavailable),
        (503, b"<p>Database &#34;x&#34; doesn't exist!</p>", Refused),
        (503, b'database "x" does not exist', Refused),
        (413, b"", Refused),
        (422, b"<h1>Missing context argument</h1>", Unsupported),
    ],
)
def test_a_page_of_the_servers_own_is_read(status, body, expected):
    """What was surely undone may be sent again; what can never work is not."""
    assert expected is type(translate(status, Headers([]), body))


@pytest.mark.parametrize(("status", "body"), [(503, b"gateway"), (500, b""), (200, b"{}")])
def test_what_says_nothing_is_left_to_the_client(status, body):
    """A 503 of a gateway may come after the server acted."""
    assert translate(status, Headers([]), body) is None
