"""Claims: what a session promises of a kind."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from erplink.adapters.erp.tryton.connecting import Connected
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.schema import Schema
from erplink.adapters.erp.tryton.settings import TrytonSettings
from erplink.connectors import Capabilities, KindCapabilities

__all__ = ["claims_of"]

_BATCH_MAX: Final = 200
_SECOND: Final = timedelta(seconds=1)


def claims_of(
    connected: Connected, schema: Schema, settings: TrytonSettings, page_max: int
) -> Capabilities:
    """What is promised of each kind."""
    kinds: Mapping[str, KindCapabilities] = {
        name: _claims(kind, connected, schema, settings, page_max)
        for name, kind in schema.kinds.items()
    }
    return Capabilities(kinds=kinds, lists=True, threads=True)


def _claims(
    kind: TrytonKind,
    connected: Connected,
    schema: Schema,
    settings: TrytonSettings,
    page_max: int,
) -> KindCapabilities:
    may = {
        right: not settings.read_only and connected.may(kind.model, right)
        for right in ("create", "write", "delete")
    }
    creates = may["create"] and kind.belonging.creates
    is_party = kind.merges
    return KindCapabilities(
        read=True,
        search=True,
        count=True,
        changes=True,
        deletions=schema.tells_deletions,
        create=creates,
        save=may["write"],
        delete=may["delete"],
        versions=True,
        idempotent_create=creates and is_party,
        find_created=is_party,
        natural_key=("code",) if is_party else (),
        # SQLite keeps the moments of Tryton 7 to the second.
        precision=timedelta(microseconds=1) if connected.dialect.is_new else _SECOND,
        commit_lag=settings.overlap,
        page_max=page_max,
        batch_max=_BATCH_MAX,
    )
