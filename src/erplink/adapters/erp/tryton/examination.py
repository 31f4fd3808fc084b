"""Examination: tries a configuration out, and says what works and what does not."""

from contextlib import suppress
from typing import Final

from erplink.adapters.erp.tryton.connecting import Connected, connect, databases
from erplink.adapters.erp.tryton.schema import Schema, read_schema
from erplink.adapters.erp.tryton.settings import TrytonSettings
from erplink.connectors import Configuration, Context, Diagnosis, Health
from erplink.errors import Refused, SessionError, Unauthorised

__all__ = ["examine"]

_MESSAGES: Final = {
    "not-tryton": "Something answers at this address, but it is no Tryton server.",
    "no-such-database": "The server has no such database.",
    "wrong-password": "The user name or the password is wrong.",
    "wrong-key": "The application key is wrong, or nobody has validated it.",
    "access-denied": "The user may not read what is needed; ask for more access rights.",
}
_RIGHTS: Final = ("create", "write")


def examine(config: Configuration, context: Context) -> Diagnosis:
    """Sign in, and look at what there is."""
    try:
        settings = TrytonSettings.of(config)
        return _signed_in(settings, context)
    except Refused as error:
        return _of_refusal(error, config, context)
    except SessionError as error:
        message = "The server cannot be reached; is the address right, and does it run?"
        return Diagnosis.error("cannot-connect", message, str(error))


def _signed_in(settings: TrytonSettings, context: Context) -> Diagnosis:
    connected = connect(settings, context)
    try:
        schema = read_schema(connected, settings)
        for kind in schema.kinds.values():
            # Only reading shows whether the user may read.
            connected.caller.rows(kind.model, [["id", "<", 0]], ["id"], limit=1)
        return _found(connected, schema, settings)
    finally:
        connected.caller.close()


def _found(connected: Connected, schema: Schema, settings: TrytonSettings) -> Diagnosis:
    series = ".".join(map(str, connected.dialect.series))
    message = f"Tryton {series}; kinds of records that are offered: {', '.join(schema.kinds)}."
    if not settings.read_only:
        denied = [r for r in _RIGHTS if not connected.may("party.party", r)]
        if denied:
            message += f" The user may not {' or '.join(denied)} parties."
            return Diagnosis(Health.WARNING, message, message, "no-write-permission")
    remarks = [f"the module {name!r} is not activated" for name in schema.missing]
    if not schema.tells_deletions:
        remarks.append("the log cannot be read, so deletions show in full readings only")
    if not remarks:
        return Diagnosis.ok(message)
    message += " Some things are left out; see the details."
    return Diagnosis(Health.INFORMATION, message, "\n".join(remarks), "left-out")


def _of_refusal(error: Refused, config: Configuration, context: Context) -> Diagnosis:
    code = _code(error, "wrong-key" if config.get("key") else "wrong-password")
    if code == "wrong-password" and _lacks_database(config, context):
        code = "no-such-database"
    return Diagnosis.error(code, _MESSAGES.get(code, str(error)), str(error))


def _code(error: Refused, wrong: str) -> str:
    if isinstance(error, Unauthorised) and "-" not in error.code:
        return wrong
    return error.code if "-" in error.code else "not-tryton"


def _lacks_database(config: Configuration, context: Context) -> bool:
    """Whether the server tells of its databases, and the one that is wanted is none of them."""
    with suppress(SessionError):
        known = databases(str(config.get("url") or "").strip(), context)
        return bool(known) and str(config.get("database") or "").strip() not in known
    return False
