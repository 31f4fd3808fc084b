"""Opening: from a connector and a configuration to a guarded session, and to a diagnosis."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from erplink.connectors.context import Context
from erplink.connectors.diagnosis import Diagnosis
from erplink.connectors.discovery import Discovers
from erplink.connectors.guard import GuardedSession
from erplink.connectors.limits import Limits
from erplink.connectors.protocol import Configuration, Connector
from erplink.connectors.redaction import Redactor
from erplink.domain.fields import Field
from erplink.errors import BrokenPromise, PluginError, PluginFailed, SessionError, Unsupported

__all__ = ["config_form", "diagnose", "discover", "open_session"]

T = TypeVar("T")


def config_form(connector: Connector) -> tuple[Field, ...]:
    """The fields of a connector's configuration form."""
    form: Any = _attempt(connector, "config_fields", connector.config_fields, Redactor(()))
    if not isinstance(form, Sequence) or not all(isinstance(field, Field) for field in form):
        raise BrokenPromise(connector.name, "config_fields", "the form is a sequence of Field")
    keys = [field.key for field in form]
    if len(set(keys)) != len(keys):
        raise BrokenPromise(connector.name, "config_fields", "every field has a key of its own")
    return tuple(form)


def diagnose(connector: Connector, config: Configuration, context: Context) -> Diagnosis:
    """Try a configuration out; a connector that fails doing so is a finding too."""
    redactor = Redactor.of(config)
    try:
        found: Any = _attempt(connector, "test", lambda: connector.test(config, context), redactor)
    except SessionError as error:
        return Diagnosis.error("failed", "The system did not answer.", redactor.describe(error))
    except PluginError as error:
        return Diagnosis.error("plug-in", "The connector itself failed.", str(error))
    if not isinstance(found, Diagnosis):
        return Diagnosis.error("plug-in", "The connector gave no diagnosis.")
    return found


def discover(
    connector: Connector, config: Configuration, context: Context
) -> Mapping[str, Mapping[str, str]]:
    """What a connector can propose for a partly filled form; Unsupported where it cannot."""
    if not isinstance(connector, Discovers):
        raise Unsupported(f"{connector.name} proposes nothing")
    redactor = Redactor.of(config)
    return _attempt(connector, "discover", lambda: connector.discover(config, context), redactor)


def open_session(
    connector: Connector, config: Configuration, context: Context, *, limits: Limits | None = None
) -> GuardedSession:
    """Open a session and stand the guard before it."""
    redactor = Redactor.of(config)
    session = _attempt(connector, "open", lambda: connector.open(config, context), redactor)
    return GuardedSession(
        session,
        plugin=connector.name,
        system=context.connection,
        reopen=lambda: connector.open(config, context),
        redactor=redactor,
        limits=limits,
    )


def _attempt(connector: Connector, operation: str, do: Callable[[], T], redactor: Redactor) -> T:
    try:
        return do()
    except (SessionError, PluginError):
        raise
    except Exception as error:  # noqa: BLE001 - a plug-in may raise anything
        told = redactor.describe(error)
        # The original is not chained: its text and its frames may hold a secret.
        raise PluginFailed(f"connector {connector.name!r} failed in {operation}: {told}") from None
