"""SqlStagedRows: the rows of staged imports, by the million."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from erplink.adapters.stores.database import Database, Row
from erplink.adapters.stores.documents import from_json, to_json
from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.staging import (
    Action,
    Cell,
    Fate,
    Problem,
    RowFilter,
    RowOrder,
    RowTotal,
    Severity,
    StagedRow,
    Verdict,
)
from erplink.errors import BadName

__all__ = ["SqlStagedRows"]

_ORDERS: Final = {
    RowOrder.STAGED: "staged_by_place",
    RowOrder.TITLE: "staged_by_title",
    RowOrder.WORST: "staged_by_worst",
}


@frozen
class SqlStagedRows:
    """The rows of staged imports, in the order in which they were staged."""

    _database: Database

    def add(self, each: str, rows: Iterable[StagedRow]) -> int:
        """Stage rows of an import; how many it did not have yet."""
        number, by_kind = self._number(each), _by_kind(rows)
        ((last,),) = self._database.query("staged_last", **{"import": number})
        values: list[tuple[Any, ...]] = []
        new = 0
        for kind, kept in by_kind.items():
            known: dict[str, int] = dict(
                self._database.query(
                    "staged_positions", actor_kind=kind, keys=list(kept), **{"import": number}
                )
            )
            for key, row in kept.items():
                position = known.get(key)
                if position is None:
                    new += 1
                    position = last + new
                values.append((number, position, *_written(row)))
        if values:
            self._database.execute_many("staged_put", values)
        return new

    def page(
        self, each: str, which: RowFilter, *, after: int = 0, most: int = 1000
    ) -> Sequence[StagedRow]:
        """Rows from behind a position on, in the order in which they were staged."""
        rows = self._query("staged_page", each, which, after=after, most=most)
        return [_read(row) for row in rows]

    def sorted(
        self, each: str, which: RowFilter, order: RowOrder, *, skip: int = 0, most: int = 50
    ) -> Sequence[StagedRow]:
        """Rows in some order, but for the first ones."""
        rows = self._query(_ORDERS[order], each, which, skip=skip, most=most)
        return [_read(row) for row in rows]

    def of(self, each: str, actor_kind: str, keys: Sequence[str]) -> Mapping[str, StagedRow]:
        """The rows of some records of a kind, by key."""
        if not keys:
            return {}
        rows = self._database.query(
            "staged_of", actor_kind=actor_kind, keys=list(keys), **{"import": self._number(each)}
        )
        return {row.key: row for row in map(_read, rows)}

    def count(self, each: str, which: RowFilter) -> int:
        """How many rows there are."""
        ((count,),) = self._query("staged_count", each, which)
        return int(count)

    def totals(self, each: str) -> Sequence[RowTotal]:
        """How many rows there are of each sort."""
        rows = self._database.query("staged_totals", **{"import": self._number(each)})
        return [
            RowTotal(
                actor_kind=kind,
                action=Action(action) if action else None,
                severity=severity,
                fate=Fate(fate) if fate else None,
                checked=bool(checked),
                rows=count,
            )
            for kind, action, severity, fate, checked, count in rows
        ]

    def check(self, each: str, which: RowFilter, *, checked: bool) -> int:
        """Have rows imported, or not; how many were meant."""
        return self._execute("staged_check", each, which, value=int(checked))

    def answer(self, each: str, position: int, answer: str) -> None:
        """Keep what a person answered about a row, which is to be planned anew."""
        self._database.execute(
            "staged_answer", position=position, answer=answer, **{"import": self._number(each)}
        )

    def judge(self, each: str, verdicts: Iterable[tuple[int, Verdict]]) -> None:
        """Keep what the import of rows would do, by position."""
        number = self._number(each)
        rows = [
            (verdict.action.value, verdict.severity, verdict.target, _told(verdict), number, at)
            for at, verdict in verdicts
        ]
        if rows:
            self._database.execute_many("staged_judge", rows)

    def forget_verdicts(self, each: str, which: RowFilter) -> int:
        """Have rows planned anew; how many."""
        return self._execute("staged_forget_verdicts", each, which)

    def settle(self, each: str, fates: Iterable[tuple[int, Fate, str, str]]) -> None:
        """Keep what came of rows: position, fate, reason and the key of the CRM's record."""
        number = self._number(each)
        rows = [(fate.value, reason, entity, number, at) for at, fate, reason, entity in fates]
        if rows:
            self._database.execute_many("staged_settle", rows)

    def remove(self, each: str, which: RowFilter) -> int:
        """Forget rows; how many."""
        return self._execute("staged_remove", each, which)

    def _number(self, each: str) -> int:
        rows = self._database.query("import_number", id=each)
        if not rows:
            raise BadName(f"there is no import {each!r}")
        return int(rows[0][0])

    def _query(self, statement: str, each: str, which: RowFilter, **more: int) -> Sequence[Row]:
        return self._database.query(statement, **self._meant(each, which), **more)

    def _execute(self, statement: str, each: str, which: RowFilter, **more: int) -> int:
        return self._database.execute(statement, **self._meant(each, which), **more)

    def _meant(self, each: str, which: RowFilter) -> dict[str, Any]:
        return {
            "import": self._number(each),
            "actions": _choice(Action, which.actions, there=which.planned),
            "fates": _choice(Fate, which.fates, there=which.run),
            "severity": which.severity,
            "checked": [0, 1] if which.checked is None else [int(which.checked)],
            "kind": which.actor_kind,
            "key": which.key,
            "matched": -1 if which.matched is None else int(which.matched),
            "text": _pattern(which.text),
        }


def _choice(
    kind: type[Action] | type[Fate], chosen: frozenset[Any], *, there: bool | None
) -> list[str]:
    """What a column may hold: the chosen values, or all of them and nothing."""
    values = {each.value for each in chosen} or {"", *(each.value for each in kind)}
    if there is not None:
        values = values - {""} if there else values & {""}
    return sorted(values)


def _pattern(text: str) -> str:
    """What finds a text anywhere, taken by the letter."""
    if not text:
        return ""
    folded = text.casefold()
    for special in "!%_":
        folded = folded.replace(special, f"!{special}")
    return f"%{folded}%"


def _by_kind(rows: Iterable[StagedRow]) -> dict[str, dict[str, StagedRow]]:
    """The rows by kind and key; of twins the last one."""
    found: dict[str, dict[str, StagedRow]] = {}
    for row in rows:
        found.setdefault(row.actor_kind, {})[row.key] = row
    return found


# rows ---------------------------------------------------------------------------------------------


def _written(row: StagedRow) -> tuple[Any, ...]:
    values = {field: encode_value(value) for field, value in row.values.items()}
    document = to_json([values, row.parent, row.version])
    # For people to read, and not every database takes half characters and NUL.
    title = row.title.replace("\0", "").encode("utf-8", "replace").decode()
    return (
        row.actor_kind,
        row.key,
        document,
        title,
        title.casefold(),
        int(row.checked),
    )


def _read(row: Row) -> StagedRow:
    (position, kind, key, document, title, checked, answer, verdict, fate, fate_reason, entity) = (
        row
    )
    values, parent, version = from_json(document)
    return StagedRow(
        position=position,
        actor_kind=kind,
        key=key,
        values={field: decode_value(value) for field, value in values.items()},  # type: ignore[misc]
        parent=parent,
        version=version,
        title=title,
        checked=bool(checked),
        answer=answer,
        verdict=_verdict(verdict) if verdict else None,
        fate=Fate(fate) if fate else None,
        fate_reason=fate_reason,
        entity=entity,
    )


def _told(verdict: Verdict) -> str:
    return to_json(
        [
            verdict.action.value,
            verdict.reason,
            verdict.target,
            [
                [each.field, encode_value(each.old), encode_value(each.new)]
                for each in verdict.cells
            ],
            [[int(each.severity), each.text, each.advice] for each in verdict.problems],
            list(verdict.candidates),
            verdict.twin,
        ]
    )


def _verdict(document: str) -> Verdict:
    action, reason, target, cells, problems, candidates, twin = from_json(document)
    return Verdict(
        action=Action(action),
        reason=reason,
        target=target,
        cells=[Cell(field, decode_value(old), decode_value(new)) for field, old, new in cells],  # type: ignore[arg-type]
        problems=[Problem(Severity(severity), text, advice) for severity, text, advice in problems],
        candidates=candidates,
        twin=twin,
    )
