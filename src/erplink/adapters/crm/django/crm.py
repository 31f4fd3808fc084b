"""DjangoCrm: any models of a host's, through the ORM."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from attrs import evolve
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.utils import timezone

from erplink.adapters.crm.django.assembly import ModelKind, assemble
from erplink.adapters.crm.django.kinds import DjangoKind
from erplink.adapters.crm.django.session import DjangoCrmSession, Schema
from erplink.adapters.crm.triggers import ChangeTable, change_table_ddl, change_table_drop
from erplink.connectors import Session
from erplink.errors import BadName

__all__ = ["DjangoCrm"]


class DjangoCrm:
    """A CRM in models of the host's own; it is called for a session, as the Hub does."""

    def __init__(
        self,
        kinds: Iterable[DjangoKind],
        lists: Mapping[str, Mapping[str, str]] | None = None,
        *,
        using: str = DEFAULT_DB_ALIAS,
        commit_lag: int = 60,
        page_max: int = 1000,
    ) -> None:
        """Take in what the host says of its models; nothing is connected to.

        Args:
            kinds: The models, and which fields of them are shown.
            lists: Items by the name of a list, beside those of choices and foreign keys.
            using: Which of Django's databases.
            commit_lag: How many seconds, or steps where the stamp counts, a change may take from
                its stamp to its commit; each reading by a stamp begins so much earlier.
            page_max: The most records on one page.
        """
        made, found = assemble(kinds)
        self._schema = Schema(
            kinds=made,
            lists={**found, **(lists or {})},
            using=using,
            commit_lag=commit_lag,
            page_max=page_max,
        )
        for kind in made.values():
            for name in kind.kind.lists:
                if name not in self._schema.lists:
                    raise BadName.among(f"list of {kind.name}", name, self._schema.lists)

    def __repr__(self) -> str:
        """The kinds."""
        return f"DjangoCrm({', '.join(self._schema.kinds)})"

    def __call__(self) -> Session:
        """Open a session; it works within the transaction that is open, if one is."""
        connection = connections[self._schema.using]
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        return DjangoCrmSession(self._schema)

    # change tables -------------------------------------------------------------------------------

    def change_table_ddl(self) -> tuple[str, ...]:
        """The statements that make all change tables and their triggers, for your migrations."""
        return tuple(self._ddl())

    def create_change_tables(self) -> None:
        """Make all change tables and their triggers; harmless where they are there already."""
        self._run(self._ddl())

    def drop_change_tables(self) -> None:
        """Take all change tables and their triggers away."""
        self._run(
            statement
            for kind, changes, vendor in self._changes()
            for statement in change_table_drop(changes, list(kind.watched()), vendor)
        )

    def forget_changes(self, older_than: timedelta) -> int:
        """Remove what the change tables have kept for longer; gives how many rows those were.

        A connection that was not synchronised for so long reads everything once more.
        """
        connection, count = connections[self._schema.using], 0
        before = connection.ops.adapt_datetimefield_value(timezone.now() - older_than)
        with transaction.atomic(using=self._schema.using), connection.cursor() as cursor:
            for _, changes, vendor in self._changes():
                table = connection.ops.quote_name(changes.name)
                # All but the last of it, which is where the table begins then.
                order = "xid, seq" if vendor == "postgresql" else "seq"
                decided = (
                    " AND xid < pg_snapshot_xmin(pg_current_snapshot())"
                    if vendor == "postgresql"
                    else ""
                )
                last = f"SELECT {order} FROM {table} WHERE at < %s{decided}"  # noqa: S608 - the host's own names
                last = f"{last} ORDER BY {order.replace(', ', ' DESC, ')} DESC LIMIT 1"
                cursor.execute(f"DELETE FROM {table} WHERE ({order}) < ({last})", [before])  # noqa: S608 - as above
                count += cursor.rowcount
        return count

    def _changes(self) -> Iterator[tuple[ModelKind, ChangeTable, str]]:
        connection = connections[self._schema.using]
        for kind in self._schema.kinds.values():
            if kind.changes is not None:
                pk = kind.model._meta.pk  # noqa: SLF001 - Django's own way to ask
                typed = evolve(kind.changes, key=[(pk.column, pk.rel_db_type(connection))])
                yield kind, typed, connection.vendor

    def _ddl(self) -> Iterator[str]:
        for kind, changes, vendor in self._changes():
            yield from change_table_ddl(changes, list(kind.watched()), vendor)

    def _run(self, statements: Iterable[str]) -> None:
        using = self._schema.using
        with transaction.atomic(using=using), connections[using].cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
