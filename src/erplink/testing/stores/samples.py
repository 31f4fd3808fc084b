"""Samples: values of everything that a store keeps, and a look at all of it at once."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from erplink.domain.connections import Configured, Connection, Scope
from erplink.domain.history import FieldChange, RecordChange
from erplink.domain.links import Agreed, Link, LinkStatus
from erplink.domain.mapping import FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.secret import Secret
from erplink.domain.staging import (
    Action,
    Cell,
    Fate,
    Problem,
    RowFilter,
    RowOrder,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.domain.values import UNSET
from erplink.sync.state import (
    Feed,
    FeedName,
    HeldPlan,
    Import,
    Intent,
    Issue,
    IssueKind,
    Pending,
    Run,
    RunMode,
    RunState,
    Side,
)
from erplink.sync.store import Transaction

__all__ = [
    "A_VERDICT",
    "CUSTOMERS",
    "DAY",
    "HOUR",
    "NOW",
    "OTHERS",
    "a_change",
    "a_connection",
    "a_link",
    "a_mapping",
    "a_pending",
    "a_row",
    "a_run",
    "an_import",
    "an_intent",
    "an_issue",
    "everything",
    "fill",
    "fill_imports",
]

NOW: Final = datetime(2026, 1, 31, 12, 30, 15, 123_456, UTC)
"""The moment at which everything happens."""

HOUR: Final = timedelta(hours=1)
"""A length of time that leases are taken for."""

DAY: Final = timedelta(days=1)
"""A length of time after which things are over."""

CUSTOMERS: Final = FeedName("erp", "customer", Side.ERP)
"""The feed that most tests are about."""

OTHERS: Final = CUSTOMERS.across
"""Another feed of the same mapping."""


def a_connection(id: str = "erp", **more: Any) -> Connection:  # noqa: A002 - as the field is called
    """A connection with a secret among its configuration."""
    configuration: dict[str, Configured] = {
        "url": "https://erp.example",
        "password": Secret("let-me-in-123"),
    }
    scope = Scope(users=["ann"], groups=["sales"])
    return Connection(id, "Our ERP", "acme", configuration, scope, **more)


def a_mapping(connection: str = "erp", actor_kind: str = "customer") -> FieldMapping:
    """A mapping with one rule."""
    return FieldMapping(connection, actor_kind, "company", (FieldRule(("name",), ("title",)),))


def a_link(actor: str = "A", entity: str = "E", connection: str = "erp", **more: Any) -> Link:
    """A link with a base."""
    base = {"name": Agreed("Ann", "ANN"), "city": Agreed("Oslo", "Oslo")}
    return Link(
        EntityRef.of("company", entity),
        ActorRef(connection, "customer", actor),
        more.pop("base", base),
        **more,
    )


def a_pending(key: str = "A", feed: FeedName = CUSTOMERS, **more: Any) -> Pending:
    """A record that is due."""
    return Pending(**{"feed": feed, "key": key, "due": NOW, "since": NOW, **more})


def an_intent(record: str = "A", **more: Any) -> Intent:
    """An intent under a lease that nobody has taken."""
    usual: dict[str, Any] = {
        "record": record,
        "run": "run-1",
        "connection": "erp",
        "actor_kind": "customer",
        "lease": "erp/customer",
        "fence": 1,
        "document": "{}",
        "at": NOW,
    }
    return Intent(**usual | more)


def an_issue(id: str = "issue-1", **more: Any) -> Issue:  # noqa: A002 - as the field is called
    """A question about a field."""
    usual: dict[str, Any] = {
        "id": id,
        "kind": IssueKind.FIELD,
        "record": "A",
        "feed": CUSTOMERS,
        "key": "A",
        "text": "Which name is right?",
        "options": {"crm": "Ann", "erp": "ANN"},
        "asked_at": NOW,
    }
    return Issue(**usual | more)


def a_run(id: str = "run-1", **more: Any) -> Run:  # noqa: A002 - as the field is called
    """A run that goes on."""
    usual: dict[str, Any] = {
        "id": id,
        "connection": "erp",
        "actor_kind": "customer",
        "mode": RunMode.CHANGES,
        "principal": "ann",
        "started": NOW,
    }
    return Run(**usual | more)


def a_change(
    key: str = "A", *, run: str = "run-1", at: datetime = NOW, link: str = "link"
) -> RecordChange:
    """One field that was written in the ERP."""
    change = FieldChange("erp", "name", ("name",), "Ann", "Anna", rule="rank", reason="it ranks")
    return RecordChange(link, ActorRef("erp", "customer", key), run, "ann", at, [change])


def an_import(each: str = "import-1", **more: Any) -> Import:
    """An import of customers."""
    values: dict[str, Any] = {"connection": "erp", "actor_kind": "customer", "created": NOW}
    return Import(**{"id": each, **values, **more})


def a_row(key: str = "A", **more: Any) -> StagedRow:
    """A customer that may be imported."""
    values: dict[str, Any] = {"actor_kind": "customer", "values": {"name": key}, "title": key}
    return StagedRow(**{"key": key, **values, **more})


A_VERDICT: Final = Verdict(
    action=Action.CHANGED,
    reason="the same name",
    target="E",
    cells=[Cell("name", UNSET, "A")],
    problems=[Problem(Severity.WARNING, "too long", "cut it")],
    candidates=["E", "F"],
)
"""What the import of a row would do."""


def fill(transaction: Transaction) -> None:
    """Write something of every kind."""
    transaction.connections.put(a_connection())
    transaction.connections.put(a_connection("gone"))
    transaction.connections.delete("gone", NOW)
    transaction.mappings.put(a_mapping())
    transaction.links.add(a_link())
    transaction.links.add(a_link("D", "F", status=LinkStatus.DEAD, since=NOW))
    transaction.feeds.put(Feed(name=CUSTOMERS, cursor="c-1"))
    transaction.fingerprints.put(CUSTOMERS, [("A", b"one")])
    transaction.pending.put([a_pending(), a_pending("P", parked=True)])
    transaction.intents.add([an_intent()])
    transaction.issues.put([an_issue()])
    transaction.runs.put(a_run())
    transaction.runs.put(a_run("run-0", state=RunState.DONE, finished=NOW))
    transaction.held.put("run-0", [HeldPlan(record="B", document="{}")])
    transaction.held.put("run-1", [HeldPlan(record="A", document="{}")])
    transaction.history.add([a_change()])
    transaction.leases.acquire("lease", "me", NOW, HOUR)
    transaction.settings.put("setting", {"on": True})
    fill_imports(transaction)


def fill_imports(transaction: Transaction) -> None:
    """Write an import with a row in every state."""
    transaction.imports.put(an_import())
    transaction.staged.add("import-1", [a_row(key) for key in ("A", "B", "C")])
    transaction.staged.judge("import-1", [(1, A_VERDICT), (2, A_VERDICT)])
    transaction.staged.settle("import-1", [(1, Fate.FAILED, "no name", "")])


def everything(transaction: Transaction) -> Mapping[str, list[Any]]:
    """All that :func:`fill` wrote, as far as it is there, without positions."""
    records, runs = ["A"], ["run-0", "run-1"]
    found: Mapping[str, Iterable[Any]] = {
        "connections": transaction.connections.all(),
        "deleted": transaction.connections.all(deleted=True),
        "mappings": transaction.mappings.of("erp"),
        "links": transaction.links.of("erp", "customer"),
        "by_actor": transaction.links.by_actor("erp", "customer", ["A"]).values(),
        "by_entity": transaction.links.by_entity("erp", "company", ["E"]).values(),
        "of_entities": transaction.links.of_entities("company", ["E"]).values(),
        "feeds": transaction.feeds.of("erp"),
        "fingerprints": transaction.fingerprints.items(CUSTOMERS),
        "packed": transaction.fingerprints.packed(CUSTOMERS)[0],
        "due": transaction.pending.due(CUSTOMERS, NOW),
        "parked": transaction.pending.parked("erp"),
        "intents": transaction.intents.of(records).values(),
        "orphans": transaction.intents.orphans("erp", NOW),
        "issues": transaction.issues.of("erp"),
        "runs": transaction.runs.of("erp"),
        "held": (plan for run in runs for _, plan in transaction.held.of(run)),
        "of_run": (change for _, change in transaction.history.of_run("run-1")),
        "of_link": transaction.history.of_link("link"),
        "of_record": transaction.history.of_record(ActorRef("erp", "customer", "A")),
        "leases": transaction.leases.all(),
        "settings": [transaction.settings.get("setting")],
        "imports": transaction.imports.all(),
        "staged": _staged(transaction, transaction.staged.page),
        "sorted": _staged(transaction, partial(transaction.staged.sorted, order=RowOrder.TITLE)),
        "totals": _staged(transaction, lambda each, _: transaction.staged.totals(each)),
        "one": [
            transaction.connections.get("erp"),
            transaction.mappings.get("erp", "customer"),
            transaction.feeds.get(CUSTOMERS).cursor,
            transaction.issues.get("issue-1"),
            transaction.runs.get("run-1"),
            transaction.pending.next_due("erp"),
            *transaction.links.of("erp", "customer", after="A", most=1),
        ],
        "counts": [
            transaction.links.count("erp", "customer"),
            transaction.fingerprints.count(CUSTOMERS),
            *transaction.pending.count("erp"),
            transaction.intents.count("erp"),
            transaction.issues.count("erp"),
        ],
    }
    return {name: [each for each in values if each] for name, values in found.items()}


def _staged(transaction: Transaction, ask: Callable[..., Iterable[Any]]) -> Iterable[Any]:
    """What is told of the rows of the import, if it is there."""
    return ask("import-1", RowFilter()) if transaction.imports.get("import-1") else ()
