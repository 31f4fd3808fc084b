"""Proposals: what a partly filled form could be filled with."""

from collections.abc import Mapping

from erplink.adapters.erp.tryton.connecting import Connected, connect, databases
from erplink.adapters.erp.tryton.rpc import Caller, JsonRpc
from erplink.adapters.erp.tryton.settings import EVERYONE, NOBODY, PURCHASES, SALES, TrytonSettings
from erplink.connectors import Configuration, Context
from erplink.errors import Refused, SessionError

__all__ = ["propose"]

_ITEMS_MAX = 1000


def propose(config: Configuration, context: Context) -> Mapping[str, Mapping[str, str]]:
    """The databases of the server; and of the one that is named, what can be chosen in it."""
    url = str(config.get("url") or "").strip()
    if not url:
        return {}
    known = {name: name for name in databases(url, context)}
    try:
        settings = TrytonSettings.of(config)
        connected = connect(settings, context)
    except Refused:
        return {"database": known}
    try:
        return {"database": known, **_chosen_in(connected)}
    finally:
        connected.caller.close()


def _chosen_in(connected: Connected) -> dict[str, Mapping[str, str]]:
    caller = connected.caller
    categories = _named(caller, "party.category", "rec_name")
    everyone = {EVERYONE: "Every party", NOBODY: "No party"}
    return {
        "company": _numbered(caller, "company.company"),
        "language": _coded(caller),
        "customers": {
            **everyone,
            **_with(connected, SALES, "sale.sale", "Parties with a sale"),
            **categories,
        },
        "suppliers": {
            **everyone,
            **_with(connected, PURCHASES, "purchase.purchase", "Parties with a purchase"),
            **categories,
        },
        "relation": _named(caller, "party.relation.type", "name"),
        "vat_types": _types(caller),
    }


def _with(connected: Connected, key: str, model: str, text: str) -> Mapping[str, str]:
    return {} if connected.described(model, ["party"]) is None else {key: text}


def _named(caller: Caller, model: str, field: str) -> Mapping[str, str]:
    return {str(row[field]): str(row[field]) for row in _rows(caller, model, [field])}


def _numbered(caller: Caller, model: str) -> Mapping[str, str]:
    return {str(row["id"]): str(row["rec_name"]) for row in _rows(caller, model, ["rec_name"])}


def _coded(caller: Caller) -> Mapping[str, str]:
    rows = _rows(caller, "ir.lang", ["code", "name", "translatable"])
    return {str(row["code"]): str(row["name"]) for row in rows if row["translatable"]}


def _types(caller: Caller) -> Mapping[str, str]:
    if not isinstance(caller, JsonRpc):
        return {}
    told = caller.call("model.party.identifier.get_types")
    return {str(type_): str(text) for type_, text in told if type_}


def _rows(caller: Caller, model: str, fields: list[str]) -> list[dict[str, object]]:
    """What there is to choose; nothing where the module is missing or may not be read."""
    try:
        return caller.rows(model, [], fields, limit=_ITEMS_MAX)
    except SessionError:
        return []
