"""From a connector to a form, a diagnosis and a session, whatever the connector does."""

import logging
import pickle

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.memory import MemoryConnector
from erplink.connectors import (
    Diagnosis,
    Health,
    Redactor,
    config_form,
    diagnose,
    discover,
    open_session,
    redacting_logger,
)
from erplink.domain.fields import Field
from erplink.domain.secret import Secret
from erplink.errors import (
    BrokenPromise,
    ConfigurationLost,
    PluginFailed,
    Unauthorised,
    Unavailable,
    Unsupported,
)

CONFIG = {"token": Secret("s3cret/&")}
CONTEXT = make_context("erp-1", CONFIG)


class Tiny(MemoryConnector):
    """A memory connector of which a test replaces one method."""

    name, title, versions = "tiny", "Tiny", "any"


def connector(**methods):
    """A connector with some methods of its own."""
    made = type("Tiny", (), {"name": "tiny", "title": "Tiny", "versions": "any", **methods})
    return made()


def test_a_form_is_a_tuple_of_fields():
    """What the connector describes is what the form has."""
    form = [Field("url"), Field("token")]

    assert tuple(form) == config_form(connector(config_fields=lambda _: form))


@pytest.mark.parametrize("form", [None, 7, ["url"], [Field("url"), Field("url")]])
def test_a_form_that_is_none_is_a_broken_promise(form):
    """Fields, each with a key of its own; anything else names the connector."""
    with pytest.raises(BrokenPromise, match="'tiny' broke a promise in config_fields"):
        config_form(connector(config_fields=lambda _: form))


def test_a_diagnosis_is_what_the_connector_found():
    """The finding passes, cleared of secrets."""
    found = Diagnosis.error("wrong-token", "No.", "sent s3cret/& to it")

    told = diagnose(connector(test=lambda *_: found), CONFIG, CONTEXT)

    assert Diagnosis.error("wrong-token", "No.", "sent •••••• to it") == told
    assert not told.works
    assert Diagnosis.ok("Yes.").works


def raising(error):
    def method(*_):
        raise error

    return method


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (raising(Unavailable("it sleeps")), "failed"),
        (raising(Unauthorised("no s3cret/&")), "failed"),
        (raising(ValueError("s3cret/&")), "plug-in"),
        (raising(SystemExit()), "plug-in"),
        (lambda *_: "fine", "plug-in"),
        (lambda *_: Diagnosis(Health.OK, 7), "plug-in"),
    ],
)
def test_a_connector_that_fails_to_diagnose_is_a_finding_too(method, code):
    """Trying a configuration out never raises, and never tells a secret."""
    told = diagnose(connector(test=method), CONFIG, CONTEXT)

    assert (Health.ERROR, code) == (told.health, told.code)
    assert "s3cret" not in repr(told)


def test_a_connector_may_propose_values():
    """What it can discover is told; where it cannot, that is said."""
    proposals = {"company": {"1": "Fjord Boats"}}

    assert proposals == discover(connector(discover=lambda *_: proposals), CONFIG, CONTEXT)
    with pytest.raises(Unsupported, match="tiny"):
        discover(connector(), CONFIG, CONTEXT)


@pytest.mark.parametrize("proposals", [None, {"company": ["1"]}, {"company": {"1": 1}}, {1: {}}])
def test_proposals_are_texts(proposals):
    """Anything else is a broken promise."""
    with pytest.raises(BrokenPromise, match="discover"):
        discover(connector(discover=lambda *_: proposals), CONFIG, CONTEXT)


def test_an_error_while_opening_tells_no_secret():
    """The connector's own exception is told without what it was given."""
    with pytest.raises(PluginFailed) as caught:
        open_session(connector(open=raising(ValueError("token s3cret/&"))), CONFIG, CONTEXT)

    assert "ValueError: token ••••••" in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_session_that_lost_its_configuration_is_opened_again_once():
    """The call is repeated on a new session; losing it again is an error."""
    opened = []

    class Forgetful:
        def __init__(self, session):
            self.session = session

        def __getattr__(self, name):
            if name == "kinds" and len(opened) == 1:
                raise ConfigurationLost("who are you?")
            return getattr(self.session, name)

    def open_(_self, config, context):
        opened.append(config)
        return Forgetful(MemoryConnector().open(config, context))

    session = open_session(connector(open=open_), CONFIG, CONTEXT)

    assert ["customer", "person"] == [kind.name for kind in session.kinds()]
    assert [CONFIG, CONFIG] == opened


def test_a_logger_of_a_connection_masks_its_secrets(caplog):
    """In the message, its arguments, an exception, and whatever else a record carries."""
    logger = redacting_logger("erplink.connection.erp-1", Redactor.of(CONFIG))

    with caplog.at_level(logging.DEBUG, "erplink.connection.erp-1"):
        more = {"url": "https://x/?t=s3cret%2F%26", "seconds": 1.5}
        logger.info("sent %s", "s3cret/&", extra=more)
        logger.getChild("http").info("s3cret/&")
        logger.info("%d", "no number", stack_info=True)
        try:
            raise ValueError("s3cret/&")  # noqa: TRY301 - to be logged where it is caught
        except ValueError:
            logger.exception("it failed")

    assert "sent ••••••" in caplog.text
    assert "s3cret" not in caplog.text
    assert "s3cret" not in "".join(str(vars(record)) for record in caplog.records)
    assert "Redactor()" == repr(Redactor.of(CONFIG))


def test_the_notes_of_an_error_are_masked_too():
    """An error of the contract passes, but nothing that it carries tells a secret."""

    def opening(*_):
        error = Unavailable("it sleeps")
        error.add_note("sent s3cret/&")
        raise error

    with pytest.raises(Unavailable, match="it sleeps") as caught:
        open_session(connector(open=opening), CONFIG, CONTEXT)

    assert ["sent ••••••"] == caught.value.__notes__


def test_a_context_shows_its_connection_and_not_its_tools():
    """Clocks, loggers and clients are not worth printing."""
    assert "erp-1/customer/7" == str(CONTEXT.ref("customer", "7"))
    assert "erp-1" in repr(CONTEXT)
    assert "clock=…" in repr(CONTEXT)


def test_an_error_that_cannot_say_what_it_is_is_described_all_the_same():
    """A text is found for it, and the place where it came from."""

    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    try:
        raise Mute  # noqa: TRY301 - to be described where it is caught
    except Mute as error:
        told = Redactor(()).describe(error)

    assert told.startswith("Mute: (it does not say what) (test_opening.py, line ")
    assert "ValueError" == Redactor(()).describe(ValueError())


def test_a_secret_is_not_pickled_with_its_configuration():
    """A configuration with secrets cannot be written down by accident."""
    with pytest.raises(TypeError):
        pickle.dumps(CONFIG)
