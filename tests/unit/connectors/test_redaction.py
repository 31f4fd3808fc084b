"""Redaction: no secret leaves, in whatever writing and by whatever way."""

import json
import logging
from html import escape
from urllib.parse import quote

import pytest
from hypothesis import given

from erplink.connectors import Redactor, redacting_logger
from erplink.connectors.redaction import MASK
from erplink.domain.secret import Secret
from erplink.errors import Refused, Unavailable
from erplink.testing.strategies import secrets

TRICKY = 'p&ss/w\\ö"r d'


def redactor(*texts):
    return Redactor(map(Secret, texts))


@pytest.mark.parametrize(
    "written",
    [
        TRICKY,
        json.dumps({"password": TRICKY}),
        json.dumps(TRICKY, ensure_ascii=False),
        quote(TRICKY),
        quote(TRICKY, safe=""),
        "q=" + quote(TRICKY).replace("%20", "+").replace("/", "%2F"),
        escape(TRICKY),
        repr({"password": TRICKY}),
        ascii(TRICKY),
        repr(TRICKY.encode()),
        json.dumps(TRICKY).replace("/", "\\/"),
    ],
)
def test_a_secret_is_masked_however_it_is_written(written):
    """As in a URL, in JSON, in HTML and in Python."""
    told = redactor(TRICKY).redact(f"before {written} after")

    assert MASK in told
    assert "ss/w" not in told.replace(MASK, "")
    assert "before " in told
    assert " after" in told


@given(secret=secrets())
def test_no_secret_is_in_what_was_redacted(secret):
    """Whatever stands around it."""
    text = secret.reveal()
    told = Redactor([secret]).redact(f"x{text}y{text[::-1]}{text}")

    assert text not in told


def test_the_longer_of_two_secrets_is_masked_whole():
    """A secret may be part of another one."""
    assert f"a {MASK} b {MASK}" == redactor("let", "let-me-in").redact("a let-me-in b let")


def test_an_empty_secret_masks_nothing():
    """Between every two letters there is an empty text."""
    assert "abc" == redactor("").redact("abc")


def test_a_redactor_of_a_configuration_knows_its_secrets_and_shows_nothing():
    """What is no Secret is no secret."""
    known = Redactor.of({"url": "https://erp.example", "token": Secret("let-me-in")})

    assert f"https://erp.example?{MASK}" == known.redact("https://erp.example?let-me-in")
    assert "Redactor()" == repr(known)


# --- errors ---------------------------------------------------------------------------------------


class SaysNothing(Exception):
    def __str__(self):
        raise ValueError


def throw(error):
    raise error


def raised(error):
    try:
        throw(error)
    except Exception as caught:  # noqa: BLE001 - whatever was thrown
        return caught


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("no  let-me-in\nat all"), f"ValueError: no {MASK} at all (test_redaction.py"),
        (ValueError(), "ValueError (test_redaction.py, line "),
        (SaysNothing(), "SaysNothing: (it does not say what) (test_redaction.py"),
        (ValueError("x" * 1000), "ValueError: " + "x" * 488 + " (test_redaction.py"),
    ],
)
def test_an_error_is_described_on_one_line_without_secrets(error, expected):
    """What it is, what it says and where it came from."""
    assert redactor("let-me-in").describe(raised(error)).startswith(expected)


def test_an_error_that_was_never_raised_came_from_nowhere():
    """There is no place to name."""
    assert "ValueError: boom" == redactor().describe(ValueError("boom"))


def test_white_space_in_a_secret_hides_nothing():
    """It is masked before the white space is put in order."""
    told = redactor("let  me in").describe(ValueError("no: let  me in"))

    assert f"ValueError: no: {MASK}" == told


def test_an_error_is_cleaned_of_every_secret_it_carries():
    """Its text, its attributes and its notes; what led to it is cut off."""
    error = Refused("let-me-in is wrong", field="let-me-in", code="7")
    error.add_note("tried let-me-in")
    error.seconds, error.answer = 3, ["let-me-in", 7]
    error.__cause__ = ValueError("GET /?token=let-me-in")

    redactor("let-me-in").clean(raised(error))

    assert f"{MASK}: {MASK} is wrong" == str(error)
    assert (MASK, "7", 3, [MASK, 7]) == (error.field, error.code, error.seconds, error.answer)
    assert [f"tried {MASK}"] == error.__notes__
    assert (None, None, None) == (error.__cause__, error.__context__, error.__traceback__)


def test_a_secret_in_what_led_to_an_error_is_cut_off():
    """The error itself says nothing of it, and is left as it was."""
    error = Unavailable("not now", retry_after=3.0)
    error.__cause__ = ValueError("GET /?token=let-me-in")

    redactor("let-me-in").clean(error)

    assert ("not now", 3.0, None) == (error.reason, error.retry_after, error.__cause__)


def test_an_error_without_secrets_is_left_alone():
    """Whoever looks for a fault finds what led to it."""
    cause = ValueError("boom")
    error = Unavailable("not now")
    error.__cause__ = cause

    redactor("let-me-in").clean(error)

    assert cause is error.__cause__


# --- logs -----------------------------------------------------------------------------------------


@pytest.fixture
def logged(caplog):
    """A logger that knows a secret, and all that was logged by it."""
    caplog.set_level(logging.DEBUG, logger="erplink.test")
    return redacting_logger("erplink.test", redactor("let-me-in")), caplog


def test_messages_and_arguments_are_masked(logged):
    """Before any handler sees them."""
    log, heard = logged

    log.info("token %s of %d", "let-me-in", 7)

    (record,) = heard.records
    assert f"token {MASK} of 7" == record.getMessage()
    assert () == record.args


def test_tracebacks_and_stacks_are_masked(logged):
    """The text of what was raised, and the lines that raised it."""
    log, heard = logged

    try:
        throw(ValueError("let-me-in"))
    except ValueError:
        log.exception("it failed", stack_info=True)

    (record,) = heard.records
    assert f"ValueError: {MASK}" in record.exc_text
    assert record.exc_info is None
    assert "let-me-in" not in record.exc_text + record.stack_info
    assert "let-me-in" not in heard.text


def test_extras_are_masked(logged):
    """What is logged beside the message too, where it is a text."""
    log, heard = logged

    log.info("signing in", extra={"header": "Bearer let-me-in", "attempt": 2})

    (record,) = heard.records
    assert (f"Bearer {MASK}", 2) == (record.header, record.attempt)


def test_arguments_that_do_not_fit_are_told_and_raise_nothing(logged):
    """A plug-in that logs wrongly is no reason to fail."""
    log, heard = logged

    log.info("%d pages", "let-me-in")
    log.info("%s", SaysNothing())

    told = [record.getMessage() for record in heard.records]
    assert ["%d pages (its arguments do not fit)", "%s (its arguments do not fit)"] == told


def test_loggers_below_mask_the_same(logged):
    """A connector may have loggers of its own under the one it was given."""
    log, heard = logged

    log.getChild("wire").info("let-me-in")

    (record,) = heard.records
    assert ("erplink.test.wire", MASK) == (record.name, record.getMessage())


def test_two_connections_mask_their_own_secrets_only(caplog):
    """A logger is for one connection, and for nobody else."""
    caplog.set_level(logging.INFO, logger="erplink.test")
    one, other = (redacting_logger("erplink.test", redactor(text)) for text in ("one", "other"))

    one.info("one and other")
    other.info("one and other")

    assert [f"{MASK} and other", f"one and {MASK}"] == [r.getMessage() for r in caplog.records]


def test_a_change_of_levels_is_heard(logged):
    """The host sets levels on the logger it knows, at any time."""
    log, heard = logged
    log.debug("before")

    logging.getLogger("erplink.test").setLevel(logging.WARNING)
    log.debug("after")
    log.getChild("wire").debug("after")

    assert ["before"] == [record.getMessage() for record in heard.records]
    assert not log.isEnabledFor(logging.INFO)
