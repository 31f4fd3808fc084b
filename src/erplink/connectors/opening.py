"""Opening: from a connector and a configuration to a guarded session, and to a diagnosis."""

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from erplink.connectors.answers import items_answered
from erplink.connectors.containment import Containment
from erplink.connectors.context import Context
from erplink.connectors.diagnosis import Diagnosis, Health
from erplink.connectors.discovery import Discovers
from erplink.connectors.guard import GuardedSession
from erplink.connectors.inspection import Broken, check_fields, taken, taken_items
from erplink.connectors.lifecycle import HearsOfConnections
from erplink.connectors.limits import Limits
from erplink.connectors.protocol import Configuration, Connector
from erplink.connectors.redaction import Redactor
from erplink.domain.fields import Field
from erplink.errors import PluginError, SessionError, Unsupported

__all__ = [
    "config_form",
    "diagnose",
    "discover",
    "open_session",
    "tell_deleted",
    "tell_saved",
]


def config_form(connector: Connector) -> tuple[Field, ...]:
    """The fields of a connector's configuration form."""
    return _contained(connector, {}).run("config_fields", lambda: _form(connector.config_fields()))


def _form(answer: Any) -> tuple[Field, ...]:
    form: tuple[Field, ...] = taken(answer, Limits().fields_max, "fields of a form")
    check_fields(form, "fields of a form")
    if len({field.key for field in form}) != len(form):
        raise Broken("every field of a form has a key of its own")
    return form


def diagnose(connector: Connector, config: Configuration, context: Context) -> Diagnosis:
    """Try a configuration out; a connector that fails doing so is a finding too."""
    contained = _contained(connector, config)
    try:
        found = contained.run("test", lambda: _diagnosis(connector.test(config, context)))
    except SessionError as error:
        told = contained.redactor.describe(error)
        return Diagnosis.error("failed", "The system did not answer.", told)
    except PluginError as error:
        return Diagnosis.error("plug-in", "The connector itself failed.", str(error))
    redact = contained.redactor.redact
    return evolve(
        found,
        message=redact(found.message),
        technical=redact(found.technical),
        code=redact(found.code),
    )


def _diagnosis(answer: Any) -> Diagnosis:
    if type(answer) is not Diagnosis or type(answer.health) is not Health:
        raise Broken("it gave no diagnosis")
    if not all(type(text) is str for text in (answer.message, answer.technical, answer.code)):
        raise Broken("a diagnosis is told in texts")
    return answer


def discover(
    connector: Connector, config: Configuration, context: Context
) -> Mapping[str, Mapping[str, str]]:
    """What a connector can propose for a partly filled form; Unsupported where it cannot."""
    contained = _contained(connector, config)
    if not isinstance(connector, Discovers):
        raise Unsupported(f"{contained.plugin} proposes nothing")
    return contained.run("discover", lambda: _proposals(connector.discover(config, context)))


def _proposals(answer: Any) -> dict[str, dict[str, str]]:
    limits = Limits()
    return {
        field: items_answered(items, limits.list_items_max)
        for field, items in taken_items(answer, limits.fields_max, "proposals").items()
    }


def tell_saved(connector: Connector, config: Configuration, context: Context) -> None:
    """Let a connector hear that a connection was saved, if it wants to."""
    if isinstance(connector, HearsOfConnections):
        contained = _contained(connector, config)
        contained.run("connection_saved", lambda: connector.connection_saved(config, context))


def tell_deleted(connector: Connector, config: Configuration, context: Context) -> None:
    """Let a connector hear that a connection was deleted, if it wants to."""
    if isinstance(connector, HearsOfConnections):
        contained = _contained(connector, config)
        contained.run("connection_deleted", lambda: connector.connection_deleted(config, context))


def open_session(
    connector: Connector, config: Configuration, context: Context, *, limits: Limits | None = None
) -> GuardedSession:
    """Open a session and stand the guard before it."""
    contained = _contained(connector, config)
    session = contained.run("open", lambda: connector.open(config, context))
    return GuardedSession(
        session,
        plugin=contained.plugin,
        system=context.connection,
        reopen=lambda: connector.open(config, context),
        redactor=contained.redactor,
        limits=limits,
    )


def _contained(connector: Connector, config: Configuration) -> Containment:
    redactor = Redactor.of(config)
    name = Containment(type(connector).__name__, redactor).run("name", lambda: connector.name)
    return Containment(name, redactor)
