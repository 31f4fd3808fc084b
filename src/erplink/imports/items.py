"""Items: what becomes of list items that the CRM does not have: added, replaced, or left out."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from erplink.connectors import add_item
from erplink.domain.fields import Field
from erplink.domain.records import CRM
from erplink.domain.staging import (
    Action,
    Cell,
    Fate,
    ImportSettings,
    OnUnknownItem,
    Problem,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.domain.values import UNSET, Value, shorten
from erplink.errors import InputError, Refused, SessionError
from erplink.sync import Store
from erplink.sync.systems import Systems

__all__ = ["Items", "StandIn", "items_kind", "list_of_items"]

_KIND = "items of "
_TEXT = "text"


def items_kind(name: str) -> str:
    """The kind of the rows that stand for new items of a list of the CRM."""
    return f"{_KIND}{name}"


def list_of_items(kind: str) -> str:
    """The list whose new items are rows of a kind; empty for any other kind."""
    return kind.removeprefix(_KIND) if kind.startswith(_KIND) else ""


@frozen
class StandIn:
    """What stands in for a list item that the CRM does not have."""

    #: As it is shown; the text of an item that is yet to be added.
    shown: Value
    #: As it is written; None where nothing is.
    value: Value
    #: Whether it is what the row says, and not only a help where there is nothing.
    meant: bool = False


class Items:
    """Finds what stands in for unknown items; of those to be added it makes rows of their own."""

    def __init__(
        self,
        store: Store,
        systems: Systems,
        settings: ImportSettings,
        *,
        connection: str,
        each: str,
        running: bool,
    ) -> None:
        """Look for items as the settings say.

        Args:
            store: Where the rows of new items are.
            systems: The CRM, and the ERP for the texts of its items, where it is there.
            settings: What is wished for, list by list.
            connection: Behind which the items are known.
            each: The import.
            running: Whether items are added now, or it is only told which would be.
        """
        self._store, self._systems, self._settings = store, systems, settings
        self._connection, self._import, self._running = connection, each, running
        self._texts: dict[str, Mapping[str, str]] = {}
        self._known: dict[str, dict[str, str]] = {}
        #: What would be added, by list.
        self.wanted: dict[str, dict[str, None]] = {}

    def stand_in(self, field: Field, erp: Field | None, value: Value) -> tuple[StandIn, Problem]:
        """What stands in for an unknown item of a field, and what is to be said about it."""
        text = self._text(erp.list_name if erp else "", str(value))
        told = f"{field.key}: the CRM has no item for {shorten(text)}"
        wish = self._settings.wish(field.list_name)
        if wish.unknown is OnUnknownItem.DEFAULT:
            found, becomes = StandIn(wish.default, wish.default), f"it becomes {wish.default}"
        elif wish.unknown is OnUnknownItem.ADD and self._can_add():
            return self._added(field.list_name, text, told)
        else:
            found, becomes = StandIn(None, None), "it is left out"
        return found, Problem(Severity.WARNING, f"{told}; {becomes}", "map it, or choose another")

    def _can_add(self) -> bool:
        return self._systems.session(CRM).capabilities.add_items

    def _added(self, name: str, text: str, told: str) -> tuple[StandIn, Problem]:
        row = self._row(name, text)
        if row is not None and not row.checked:
            left_out = Problem(Severity.WARNING, f"{told}; it is left out", "check the new item")
            return StandIn(None, None), left_out
        there = self._items(name).get(text.casefold())
        if there is None:
            self.wanted.setdefault(name, {})[text] = None
        if there is None and self._running:
            try:
                there = self._add(name, text)
            except Refused as error:
                return StandIn(None, None), self._refused(name, text, error)
        return StandIn(text, there, meant=True), Problem(Severity.HINT, f"{told}; it is added")

    def _row(self, name: str, text: str) -> StagedRow | None:
        kind = items_kind(name)
        with self._store.look() as state:
            return state.staged.of(self._import, kind, [text]).get(text)

    def _add(self, name: str, text: str) -> str:
        key = add_item(self._systems.session(CRM), name, text)
        self._items(name)[text.casefold()] = key
        row = self._row(name, text)
        if row is not None:
            with self._store.begin() as state:
                state.staged.settle(self._import, [(row.position, Fate.CREATED, "", key)])
        return key

    def _refused(self, name: str, text: str, error: Refused) -> Problem:
        """What is said of a row whose item the CRM does not take: it is not what was shown."""
        row = self._row(name, text)
        if row is not None and row.fate is None:
            with self._store.begin() as state:
                fate = (row.position, Fate.FAILED, error.reason, "")
                state.staged.settle(self._import, [fate])
        return Problem(Severity.ERROR, f"{text}: {error.reason}", "leave it out, or map it")

    def _items(self, name: str) -> dict[str, str]:
        """The keys of the CRM's items by text, in whichever case."""
        if name not in self._known:
            items = self._systems.session(CRM).list_items(name)
            self._known[name] = {text.casefold(): key for key, text in items.items()}
        return self._known[name]

    def _text(self, name: str, key: str) -> str:
        """The text of an item of the ERP; its key where the ERP cannot be asked."""
        if not name:
            return key
        if name not in self._texts:
            try:
                session = self._systems.session(self._connection)
                self._texts[name] = session.list_items(name) if session.capabilities.lists else {}
            except (SessionError, InputError):
                # It is down, or there is none: rows of a file have no system behind them.
                self._texts[name] = {}
        return self._texts[name].get(key, key)

    # rows of their own ----------------------------------------------------------------------------

    def rows(self) -> Iterable[StagedRow]:
        """The rows of the items that would be added."""
        for name, texts in self.wanted.items():
            for text in texts:
                yield StagedRow(
                    actor_kind=items_kind(name),
                    key=text,
                    values={_TEXT: text},
                    title=text,
                    verdict=Verdict(action=Action.NEW, cells=[Cell(_TEXT, UNSET, text)]),
                )
