"""What is promised of configuring a connector and of opening sessions."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from traceback import format_exception

from erplink.connectors import (
    Configuration,
    Connector,
    Context,
    Edit,
    Redactor,
    Session,
    config_form,
    diagnose,
    open_session,
)
from erplink.domain.fields import FieldType
from erplink.domain.secret import Secret
from erplink.errors import ErplinkError, Unauthorised
from erplink.testing.overheard import overhearing
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_configuration_is_diagnosed",
    "check_bad_credentials_fail_on_opening",
    "check_secrets_stay_secret",
    "check_sessions_are_apart",
    "check_the_form_describes_the_configuration",
]

_SECRET_CHARACTERS_MIN = 4
_MISSING = "erplink-has-no-such-key"


@promise(once=True, hooks=("connector",))
def check_the_form_describes_the_configuration(trial: Trial) -> None:
    """The form has a field for whatever can be configured, and a password for every secret."""
    connector, config = trial.hook("connector"), trial.harness.config
    form = {field.key: field for field in config_form(connector)}
    unknown = sorted(config.keys() - form.keys())
    ensure(not unknown, f"no field of the form is for {unknown}")
    missing = sorted(key for key, field in form.items() if field.mandatory and key not in config)
    ensure(not missing, f"the form calls {missing} mandatory, and it opens without")
    for key, value in config.items():
        hidden = form[key].type is FieldType.PASSWORD
        ensure(hidden == isinstance(value, Secret), f"{key!r}: only a password is a secret")


@promise(once=True, hooks=("connector", "context", "bad_config"))
def check_a_configuration_is_diagnosed(trial: Trial) -> None:
    """A configuration that works is found to work; one that does not, not, and for what reason."""
    connector, bad = trial.hook("connector"), trial.hook("bad_config")

    good = diagnose(connector, trial.harness.config, _context(trial, trial.harness.config))
    found = diagnose(connector, bad, _context(trial, bad))

    ensure(good.works, f"the configuration works, and is diagnosed: {good}")
    ensure(not found.works, f"the credentials are wrong, and the diagnosis is: {found}")
    ensure(found.message and found.code, f"a diagnosis has a message and a code: {found}")
    ensure(found.code != "plug-in", f"the connector itself failed: {found.technical}")


@promise(once=True, hooks=("connector", "context", "bad_config"))
def check_bad_credentials_fail_on_opening(trial: Trial) -> None:
    """Wrong credentials fail on opening, as Unauthorised, and not on the first write."""
    bad = trial.hook("bad_config")
    try:
        session = open_session(trial.hook("connector"), bad, _context(trial, bad))
    except Unauthorised:
        return
    except ErplinkError as error:
        came = f"{type(error).__name__}: {error}"
        raise AssertionError(f"wrong credentials raise Unauthorised, not {came}") from error
    session.close()
    raise AssertionError("a session was opened with wrong credentials")


@promise(once=True)
def check_sessions_are_apart(trial: Trial) -> None:
    """A session goes on working when another one is closed."""
    one, other = trial.open(), trial.open()
    expected = [kind.name for kind in one.kinds()]

    other.kinds()
    other.close()

    with Trial(trial.harness) as later:
        key = later.some(1)[0]
        ensure(later.look(key) is not None, f"no record was found for {key!r}")
    ensure(expected == [kind.name for kind in one.kinds()], "another session's closing was felt")


@promise(once=True, hooks=("connector", "context"))
def check_secrets_stay_secret(trial: Trial) -> None:
    """No secret shows in a text of the connector's: not shown, raised, logged or printed."""
    configs = [trial.harness.config, trial.harness.bad_config or {}]
    secrets = [each for config in configs for each in config.values() if isinstance(each, Secret)]
    secrets = [each for each in secrets if len(each.reveal()) >= _SECRET_CHARACTERS_MIN]
    if not secrets:
        raise NotTried("the configurations have no secret of four characters or more")

    with overhearing() as heard:
        shown = [told for config in configs if config for told in _shown(trial, config)]

    redactor = Redactor(secrets)  # knows them in URLs, JSON, HTML, Python and base64 as well
    for said in (*shown, *heard.texts()):
        told = redactor.redact(said)
        ensure(told == said, f"a secret shows in: {told[:500]}")


def _shown(trial: Trial, config: Configuration) -> Iterator[str]:
    """Every text that a connector and its sessions give of themselves."""
    connector: Connector = trial.hook("connector")
    context = _context(trial, config)
    bare: list[Session] = []
    guarded: list[Session] = []
    yield from _told(lambda: [connector, context, diagnose(connector, config, context)])
    yield from _told(lambda: bare.append(connector.open(config, context)))
    yield from _told(lambda: guarded.append(open_session(connector, config, context)))
    for session in (*bare, *guarded):
        yield from _shown_by(session)
    for session in guarded:
        for kind in trial.harness.tried_kinds():
            yield from _shown_when_asked(session, kind)
    for session in (*bare, *guarded):
        with suppress(Exception):
            session.close()


def _shown_by(session: Session) -> Iterator[str]:
    return _told(lambda: [session, session.capabilities, session.kinds()])


def _shown_when_asked(session: Session, kind: str) -> Iterator[str]:
    edit = Edit({"erplink_has_no_such_field": "x"}, _MISSING)
    yield from _told(lambda: session.get(kind, [_MISSING], []))
    yield from _told(lambda: session.changes(kind, None, []))
    yield from _told(lambda: session.save(kind, [edit]))


def _told(ask: Callable[[], object]) -> Iterator[str]:
    try:
        told = ask()
        yield from (str(told), repr(told))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not tell either
        yield from (str(error), repr(error), "".join(format_exception(error)))


def _context(trial: Trial, config: Configuration) -> Context:
    context: Context = trial.hook("context")(config)
    return context
