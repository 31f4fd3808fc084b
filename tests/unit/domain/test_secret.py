"""A secret is in no output of any kind."""

import copy
import json
import logging
import pickle
import pprint
import traceback

import attrs
import cattrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.connections import Connection
from erplink.domain.secret import Secret
from erplink.errors import BadValue, BrokenPromise
from erplink.testing.strategies import connections, secrets

SPECS = ["", "s", "10", ">30", "<30", "^30", "*^30", ".3", "d", "x", "r", "!!", "%Y", "🙂"]


@given(secrets())
def test_it_is_in_no_text_made_of_it(secret):
    """Neither repr, str, ascii, %-formatting, format nor an f-string has it."""
    shown = [
        repr(secret),
        str(secret),
        ascii(secret),
        f"{secret}",
        f"{secret!s} {secret!r} {secret!a} {secret=}",
        "%s %r %a %30s %.5s" % ((secret,) * 5),  # noqa: UP031 - the old way must not show it either
        "{} {!r} {:>30}".format(*[secret] * 3),
        *(format(secret, spec) for spec in SPECS),
        pprint.pformat({"password": [secret]}),
        repr([(secret,), {secret}, {"a": secret}]),
    ]

    assert not [text for text in shown if secret.reveal() in text]


@given(st.text(), st.text())
def test_its_mask_does_not_tell_how_long_it_is(one, other):
    """Every secret looks like every other."""
    assert repr(Secret(one)) == repr(Secret(other))
    assert str(Secret(one)) == str(Secret(other))
    assert format(Secret(one), ">50") == format(Secret(other), "")


@given(secrets())
def test_it_is_in_no_log(secret):
    """A log line that is given a secret shows a mask, as an argument and as the message."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    log = logging.Logger("aside")  # noqa: LOG001 - one that nobody else listens to
    log.addHandler(Handler())
    log.warning("with %s and %r", secret, {"password": secret})
    log.warning(secret)
    log.warning("extra", extra={"password": secret})

    assert 3 == len(lines)
    assert not [line for line in lines if secret.reveal() in line]


def refuse_something(secret, connection):
    """Fail with a secret at hand."""
    configured = {"password": secret}
    raise BrokenPromise("acme", "open", f"failed with {secret} of {connection} and {configured}")


@given(secrets())
def test_it_is_in_no_traceback(secret):
    """A traceback that shows the variables of every frame shows a mask in their place."""
    connection = Connection("c1", "ACME", "files", {"password": secret})
    try:
        refuse_something(secret, connection)
    except BrokenPromise as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        text = "".join(told.format())

    assert "refuse_something" in text
    assert "secret = " in text
    assert secret.reveal() not in text


@given(secrets())
def test_it_is_in_no_error_that_is_made_of_it(secret):
    """An error that is given a secret for a value shows a mask."""
    error = BadValue("too short", value=str(secret), field="password")

    assert secret.reveal() not in f"{error} {error!r} {error.args}"


@given(secrets())
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_never_pickled(protocol, secret):
    """Pickle refuses it, on its own and inside anything else."""
    for holder in (secret, [secret], Connection("c1", "ACME", "files", {"password": secret})):
        with pytest.raises(TypeError, match="not pickled") as refusal:
            pickle.dumps(holder, protocol)

        assert secret.reveal() not in str(refusal.value)


@given(secrets())
def test_it_is_never_copied(secret):
    """Copies would be pickles that are not noticed; both kinds are refused."""
    for make in (copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            make(secret)


@given(secrets())
def test_it_is_never_written_as_json(secret):
    """JSON refuses it, and shows a mask where it is told to make do with texts."""
    with pytest.raises(TypeError, match="Secret"):
        json.dumps({"password": secret})

    assert secret.reveal() not in json.dumps({"password": secret}, default=str)
    assert secret.reveal() not in json.dumps({"password": secret}, default=repr)


@given(connections())
def test_it_is_in_no_output_of_what_holds_it(connection):
    """Neither the repr of a connection nor what attrs and cattrs make of it has the secret."""
    text = connection.configuration["password"].reveal()
    shown = [
        repr(connection),
        repr(connection.configuration),
        repr(attrs.asdict(connection)),
        repr(attrs.astuple(connection)),
        repr(cattrs.unstructure(connection)),
        repr(
            cattrs.GenConverter(unstruct_strat=cattrs.UnstructureStrategy.AS_TUPLE).unstructure(
                connection
            )
        ),
    ]

    assert not [each for each in shown if text in each]


@given(secrets(), secrets())
def test_it_is_equal_to_a_secret_of_the_same_text_alone(one, other):
    """Two secrets are equal by their text; none is equal to the text, nor hashes like it."""
    assert (one == other) == (one.reveal() == other.reveal())
    assert hash(one) == hash(Secret(one.reveal()))
    assert one != one.reveal()
    assert hash(one) != hash(one.reveal())


def test_an_empty_secret_is_false():
    """There is nothing to keep secret in an empty text."""
    assert not Secret("")
    assert Secret("x")
