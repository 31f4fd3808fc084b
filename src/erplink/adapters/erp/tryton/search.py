"""Search: the records that a query finds, in the order of their ids.

The server narrows the search down as far as it means the same as erplink; what it finds is then
looked at in erplink's own words.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import frozen

from erplink.adapters.erp.tryton.belonging import Belonging
from erplink.adapters.erp.tryton.cursors import id_of_cursor
from erplink.adapters.erp.tryton.dialect import Domain, either
from erplink.adapters.erp.tryton.keys import id_of
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.reader import RecordReader
from erplink.adapters.erp.tryton.rpc import Caller, Rows
from erplink.adapters.erp.tryton.walking import after
from erplink.connectors import AllOf, AnyOf, Condition, Criterion, Operator, Page, Query, matches
from erplink.domain.records import Actor
from erplink.domain.values import Value

__all__ = ["Search"]

_FOUND_MAX: Final = 100


@frozen(eq=False)
class Search:
    """Finds records of one kind."""

    kind: TrytonKind
    caller: Caller
    reader: RecordReader
    page_max: int

    def page(self, query: Query, fields: Sequence[str], cursor: str | None) -> Page:
        """The page of what ``query`` finds after ``cursor``."""
        last = id_of_cursor(cursor)
        domain = after(self._domain(query), last)
        rows = self.caller.rows(self.kind.model, domain, self.reader.names, limit=self.page_max + 1)
        more, rows = len(rows) > self.page_max, rows[: self.page_max]
        there = str(rows[-1]["id"]) if more else None
        return Page(self._matching(query, rows, fields), cursor=there, more=more)

    def count(self, query: Query) -> int:
        """How many records ``query`` finds."""
        if self._is_exact(query):
            domain = self._domain(query)
            return int(self.caller.call(f"model.{self.kind.model}.search_count", domain))
        found, cursor = 0, None
        while True:
            page = self.page(query, (), cursor)
            found, cursor = found + len(page), page.cursor
            if not page.more:
                return found

    def having(self, values: Mapping[str, Value]) -> list[Actor]:
        """The records whose fields hold just these ``values``."""
        query = Query(
            criteria=AllOf(Condition(k, Operator.EQUALS, (v,)) for k, v in values.items())
        )
        domain = self._domain(query)
        rows = self.caller.rows(self.kind.model, domain, self.reader.names, limit=_FOUND_MAX)
        return self._matching(query, rows, list(self.kind.parts), list(values))

    # in parts -------------------------------------------------------------------------------------

    def _matching(
        self,
        query: Query,
        rows: Rows,
        asked: Sequence[str],
        searchable: Sequence[str] = (),
    ) -> list[Actor]:
        parents = self.kind.belonging.parents(self.caller, rows)
        if not query.text.strip() and query.criteria is None and query.parent is None:
            return self.reader.actors(rows, parents, asked)
        parts = self.kind.parts
        looked_at = (*self.kind.searchable, *searchable)
        fields = {key: parts[key].field for key in parts}
        found = {
            int(whole.ref.key)
            for whole in self.reader.actors(rows, parents, looked_at)
            if matches(query, whole.fields, fields, self.kind.searchable, whole.parent)
        }
        return self.reader.actors([row for row in rows if row["id"] in found], parents, asked)

    def _is_exact(self, query: Query) -> bool:
        blank = not query.text.strip() and query.criteria is None
        return blank and query.parent is None and self.kind.belonging.is_exact

    def _domain(self, query: Query) -> Domain:
        belonging: Belonging = self.kind.belonging
        domain = [*belonging.domain()]
        if self.kind.merges:
            domain.append(["replaced_by", "=", None])
        if query.parent is not None:
            parent = id_of(query.parent.key)
            domain += _NOTHING if parent is None else belonging.under(parent)
        if query.criteria is not None:
            domain += _together(self._narrowed(query.criteria))
        if query.text.strip():
            domain += _together(self._containing(query.text))
        return domain

    def _narrowed(self, criterion: Criterion) -> Domain:
        match criterion:
            case AllOf(criteria):
                return [each for one in criteria for each in _together(self._narrowed(one))]
            case AnyOf(criteria):
                found = [self._narrowed(one) for one in criteria]
                return either(found) if found and all(found) else []
        part = self.kind.parts.get(criterion.field)
        return part.narrowed(criterion) if part is not None else []

    def _containing(self, text: str) -> Domain:
        told = [self.kind.parts[key].containing(text) for key in self.kind.searchable]
        found = [each for each in told if each is not None]
        if not found:
            return [*_NOTHING]
        return either(found) if all(found) else []


_NOTHING: Final[Domain] = [["id", "<", 0]]


def _together(domain: Domain) -> Domain:
    """A domain that can stand among others, whatever it begins with."""
    return [domain] if domain else []
