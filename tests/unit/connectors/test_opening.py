"""Opening: forms, diagnoses, proposals and sessions, each of them under guard."""

import pytest

from erplink.adapters.context import make_context
from erplink.connectors import (
    Diagnosis,
    GuardedSession,
    Health,
    config_form,
    diagnose,
    discover,
    open_session,
)
from erplink.connectors.redaction import MASK
from erplink.domain.fields import Field, FieldType
from erplink.domain.secret import Secret
from erplink.errors import (
    BrokenPromise,
    ConfigurationLost,
    PluginFailed,
    Unauthorised,
    Unavailable,
    Unsupported,
)

CONFIG = {"url": "https://erp.example", "token": Secret("let-me-in")}
FORM = (Field("url"), Field("token", FieldType.PASSWORD))


class Acme:
    """A connector that answers what it is told to."""

    name, title, versions = "acme", "ACME", "11"

    def __init__(self, answer=None):
        self.answer = answer

    def _say(self, *_):
        return self.answer() if callable(self.answer) else self.answer

    config_fields = test = open = _say


class Proposing(Acme):
    """A connector that proposes something, too."""

    discover = Acme._say


def raises(error):
    def answer():
        raise error

    return answer


@pytest.fixture
def context():
    return make_context("erp", CONFIG)


# --- forms ----------------------------------------------------------------------------------------


def test_the_form_is_what_the_connector_describes():
    """Passwords and labels among the fields."""
    assert FORM == config_form(Acme(list(FORM)))


@pytest.mark.parametrize(
    ("form", "promise"),
    [
        (None, "fields of a form come as a sequence, not as NoneType"),
        (["url"], "fields of a form are of type Field, not str"),
        ([Field("url", label=7)], "fields of a form: label is of type str, not 7"),
        ([Field("url")] * 2, "every field of a form has a key of its own"),
        ([Field("url")] * 2001, "at most 2000 fields of a form are expected, and there are more"),
    ],
)
def test_a_form_that_is_none_is_told(form, promise):
    """Before anybody sees it."""
    with pytest.raises(BrokenPromise) as caught:
        config_form(Acme(form))

    assert ("acme", "config_fields", promise) == caught.value.args


def test_a_connector_that_cannot_say_its_name_is_called_by_its_class():
    """Even that may fail."""

    class Nameless(Acme):
        @property
        def name(self):
            raise ValueError("boom")

    with pytest.raises(PluginFailed, match="connector 'Nameless' failed in name: ValueError: boom"):
        config_form(Nameless())


# --- diagnoses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Diagnosis.ok("fine"), Diagnosis(Health.OK, "fine")),
        (
            Diagnosis.error("let-me-in", "let-me-in?", "let-me-in!"),
            Diagnosis(Health.ERROR, f"{MASK}?", f"{MASK}!", MASK),
        ),
    ],
)
def test_a_diagnosis_comes_through_without_secrets(answer, expected, context):
    """Whatever it says may repeat what it was given."""
    assert expected == diagnose(Acme(answer), CONFIG, context)


@pytest.mark.parametrize(
    ("answer", "code", "technical"),
    [
        (None, "plug-in", "connector 'acme' broke a promise in test: it gave no diagnosis"),
        (Diagnosis("ok"), "plug-in", "connector 'acme' broke a promise in test: it gave no diag"),
        (Diagnosis(Health.OK, 7), "plug-in", "connector 'acme' broke a promise in test: a diagnos"),
        (raises(ValueError("let-me-in")), "plug-in", "connector 'acme' failed in test: ValueErro"),
        (raises(SystemExit()), "plug-in", "connector 'acme' failed in test: SystemExit"),
        (raises(Unavailable("let-me-in?")), "failed", f"Unavailable: {MASK}?"),
    ],
)
def test_a_connector_that_fails_to_diagnose_is_a_finding_too(answer, code, technical, context):
    """The form shows a diagnosis, whatever happens."""
    found = diagnose(Acme(answer), CONFIG, context)

    assert (Health.ERROR, False, code) == (found.health, found.works, found.code)
    assert found.technical.startswith(technical)
    assert found.message


def test_a_configuration_works_unless_it_is_in_error():
    """A warning is no error."""
    expected = {Health.OK: True, Health.INFORMATION: True, Health.WARNING: True}

    assert {**expected, Health.ERROR: False} == {each: Diagnosis(each).works for each in Health}


# --- proposals ------------------------------------------------------------------------------------


def test_proposals_come_through(context):
    """For each field, the values with their texts."""
    proposals = {"company": {"1": "ACME AS"}}

    assert proposals == discover(Proposing(proposals), CONFIG, context)


@pytest.mark.parametrize(
    ("answer", "promise"),
    [
        (None, "proposals come as a mapping, not as NoneType"),
        ({1: {}}, "keys of proposals are of type str, not int"),
        ({"company": ["1"]}, "items of a list come as a mapping, not as list"),
        ({"company": {"1": 1}}, "the items of a list are texts"),
    ],
)
def test_proposals_that_are_none_are_told(answer, promise, context):
    """Before anybody chooses from them."""
    with pytest.raises(BrokenPromise) as caught:
        discover(Proposing(answer), CONFIG, context)

    assert promise == caught.value.promise


def test_a_connector_need_not_propose_anything(context):
    """Who does not is not asked."""
    with pytest.raises(Unsupported, match="acme proposes nothing"):
        discover(Acme(), CONFIG, context)


# --- sessions -------------------------------------------------------------------------------------


def test_a_session_is_opened_under_guard(context, answers):
    """And opened again in the same way."""
    forgetful = answers(raises(ConfigurationLost("who are you?")))
    sessions = [forgetful, answers({"NO": "Norway"})]
    session = open_session(Acme(lambda: sessions.pop(0)), CONFIG, context)

    assert isinstance(session, GuardedSession)
    assert "GuardedSession(acme as erp)" == repr(session)
    assert {"NO": "Norway"} == session.list_items("countries")
    assert [] == sessions


def test_a_session_that_cannot_be_opened_is_told_without_secrets(context):
    """As the contract says it, or as a failure of the plug-in."""
    with pytest.raises(Unauthorised, match=f"{MASK} is wrong"):
        open_session(Acme(raises(Unauthorised("let-me-in is wrong"))), CONFIG, context)
    with pytest.raises(PluginFailed, match=f"failed in open: ValueError: {MASK}"):
        open_session(Acme(raises(ValueError("let-me-in"))), CONFIG, context)
