"""What is promised of staged imports: rows in order, found by what a person looks for."""

import pytest
from attrs import evolve

from erplink.domain.staging import Action, Fate, RowFilter, RowOrder, RowTotal, Verdict
from erplink.errors import BadName
from erplink.sync.state import ImportState
from erplink.sync.store import Store, Transaction
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import A_VERDICT, DAY, NOW, a_row, an_import

__all__ = ["StagingPromises"]

_ALL = RowFilter()
_NOTHING = Verdict(action=Action.NOTHING, reason="it is as it is")


def _keys(transaction: Transaction, which: RowFilter = _ALL) -> list[str]:
    return [row.key for row in transaction.staged.page("import-1", which)]


def _prepare(transaction: Transaction, *keys: str) -> None:
    transaction.imports.put(an_import())
    transaction.staged.add("import-1", [a_row(key) for key in keys])


class StagingPromises(StorePlace):
    """A row stays where it was staged, until somebody removes it."""

    # imports ---------------------------------------------------------------------------------

    def test_an_import_is_kept_and_comes_back(self, store: Store) -> None:
        """An import is given back as it was put last, the newest first."""
        told = an_import(settings="link = false", source="{}", principal="u7", run="R1")
        moved = evolve(told, state=ImportState.PAUSED, reason="for the night")
        with store.begin() as transaction:
            transaction.imports.put(told)
            transaction.imports.put(an_import("import-0", created=NOW - DAY))
            transaction.imports.put(moved)

        with store.look() as transaction:
            must_equal(moved, transaction.imports.get("import-1"))
            must_equal(None, transaction.imports.get("import-2"))
            must_equal(["import-1", "import-0"], [each.id for each in transaction.imports.all()])

    def test_an_import_that_is_removed_takes_its_rows_along(self, store: Store) -> None:
        """Nothing is left of it, and the rows of another import stay."""
        with store.begin() as transaction:
            _prepare(transaction, "A")
            transaction.imports.put(an_import("import-2"))
            transaction.staged.add("import-2", [a_row("A")])
            transaction.imports.remove("import-1")
            transaction.imports.remove("unknown")
            must_equal(None, transaction.imports.get("import-1"))
            must_equal(1, transaction.staged.count("import-2", _ALL))
            _prepare(transaction)
            must_equal([], _keys(transaction))

    def test_rows_belong_to_an_import(self, store: Store) -> None:
        """Rows of an import that is not there are refused by its name."""
        with store.begin() as transaction, pytest.raises(BadName, match="'nowhere'"):
            transaction.staged.add("nowhere", [a_row("A")])

    # rows ------------------------------------------------------------------------------------

    def test_rows_come_in_the_order_in_which_they_were_staged(self, store: Store) -> None:
        """Page by page, with everything that was put."""
        full = a_row("Ø", parent="P", version="v1", title="100 %_!\\ Ø", checked=False)
        with store.begin() as transaction:
            _prepare(transaction, "C", "A")
            must_equal(2, transaction.staged.add("import-1", [full, a_row("B")]))
            must_equal(["C", "A", "Ø", "B"], _keys(transaction))

            first, second = transaction.staged.page("import-1", _ALL, after=1, most=2)
            must_equal(("A", 2), (first.key, first.position))
            must_equal(evolve(full, position=3), second)

    def test_a_record_is_staged_once(self, store: Store) -> None:
        """Staged again it stands where it did, as it is now, and is to be planned anew."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B")
            transaction.staged.judge("import-1", [(1, A_VERDICT)])
            must_equal(1, transaction.staged.add("import-1", [a_row("C"), a_row("A", title="new")]))
            must_equal(0, transaction.staged.add("import-1", []))
            rows = transaction.staged.page("import-1", _ALL)
            must_equal(["A", "B", "C"], [row.key for row in rows])
            must_equal(("new", None), (rows[0].title, rows[0].verdict))

    def test_one_key_may_be_of_two_kinds(self, store: Store) -> None:
        """A person and a company of one number are two rows."""
        with store.begin() as transaction:
            _prepare(transaction, "A")
            person = a_row("A", actor_kind="person")
            must_equal(1, transaction.staged.add("import-1", [person]))
            found = transaction.staged.of("import-1", "person", ["A", "B"])
            must_equal({"A": evolve(person, position=2)}, dict(found))
            must_equal({}, dict(transaction.staged.of("import-1", "person", [])))

    def test_a_title_of_half_characters_does_no_harm(self, store: Store) -> None:
        """What no database takes is left out of what is only for people."""
        with store.begin() as transaction:
            transaction.imports.put(an_import())
            transaction.staged.add("import-1", [a_row("A", title="a\0\ud800b")])
            must_equal("a?b", transaction.staged.page("import-1", _ALL)[0].title)

    # verdicts and fates ----------------------------------------------------------------------

    def test_a_verdict_is_kept_and_forgotten(self, store: Store) -> None:
        """What was planned comes back to the letter, until it is to be planned anew."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B")
            transaction.staged.judge("import-1", [(1, A_VERDICT), (2, _NOTHING)])
            transaction.staged.judge("import-1", [])
            first, second = transaction.staged.page("import-1", _ALL)
            must_equal([A_VERDICT, _NOTHING], [first.verdict, second.verdict])
            which = RowFilter(actions=[Action.CHANGED])
            must_equal(1, transaction.staged.forget_verdicts("import-1", which))
            must_equal(["A"], _keys(transaction, RowFilter(planned=False)))

    def test_an_answer_is_kept_and_has_the_row_planned_anew(self, store: Store) -> None:
        """What a person said about a row is there when it is planned."""
        with store.begin() as transaction:
            _prepare(transaction, "A")
            transaction.staged.judge("import-1", [(1, A_VERDICT)])
            transaction.staged.answer("import-1", 1, "E")
            (row,) = transaction.staged.page("import-1", _ALL)
            must_equal(("E", None), (row.answer, row.verdict))

    def test_what_came_of_a_row_is_kept(self, store: Store) -> None:
        """With its reason, and with the record that came of it."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B")
            fates = [(1, Fate.CREATED, "", "E"), (2, Fate.STALE, "it moved", "")]
            transaction.staged.settle("import-1", fates)
            transaction.staged.settle("import-1", [])
            first, second = transaction.staged.page("import-1", _ALL)
            must_equal((Fate.CREATED, "", "E"), (first.fate, first.fate_reason, first.entity))
            must_equal((Fate.STALE, "it moved"), (second.fate, second.fate_reason))

    # looking for rows ------------------------------------------------------------------------

    def test_rows_are_found_by_what_a_person_looks_for(self, store: Store) -> None:
        """By kind, action, problem, text, tick, fate and key, and by all of it together."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B", "C")
            transaction.staged.add("import-1", [a_row("D", actor_kind="person", title="Straße_9")])
            transaction.staged.judge("import-1", [(1, A_VERDICT), (2, _NOTHING)])
            transaction.staged.settle("import-1", [(2, Fate.SKIPPED, "", "")])
            must_equal(1, transaction.staged.check("import-1", RowFilter(key="C"), checked=False))
            wanted = [
                (RowFilter(actor_kind="person"), ["D"]),
                (RowFilter(actions=[Action.CHANGED, Action.NOTHING]), ["A", "B"]),
                (RowFilter(planned=True, severity=2), ["A"]),
                (RowFilter(planned=False), ["C", "D"]),
                (RowFilter(text="STRASSE_"), ["D"]),
                (RowFilter(text="Straße%"), []),
                (RowFilter(checked=False), ["C"]),
                (RowFilter(checked=True, fates=[Fate.SKIPPED]), ["B"]),
                (RowFilter(run=False, matched=True), ["A"]),
                (RowFilter(matched=False), ["B", "C", "D"]),
            ]
            for which, keys in wanted:
                must_equal(keys, _keys(transaction, which))
                must_equal(len(keys), transaction.staged.count("import-1", which))

    def test_rows_are_shown_in_the_order_that_a_person_wants(self, store: Store) -> None:
        """As they were staged, by title whatever the case, or the worst first."""
        with store.begin() as transaction:
            transaction.imports.put(an_import())
            rows = [a_row("1", title="b"), a_row("2", title="A"), a_row("3", title="B")]
            transaction.staged.add("import-1", rows)
            transaction.staged.judge("import-1", [(3, A_VERDICT)])
            wanted = {
                RowOrder.STAGED: ["1", "2", "3"],
                RowOrder.TITLE: ["2", "1", "3"],
                RowOrder.WORST: ["3", "1", "2"],
            }
            for order, keys in wanted.items():
                found = transaction.staged.sorted("import-1", _ALL, order)
                must_equal(keys, [row.key for row in found])
                found = transaction.staged.sorted("import-1", _ALL, order, skip=1, most=1)
                must_equal(keys[1:2], [row.key for row in found])

    def test_totals_add_up_to_the_rows_there_are(self, store: Store) -> None:
        """Every row is in one of them."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B", "C")
            transaction.staged.judge("import-1", [(1, A_VERDICT)])
            transaction.staged.settle("import-1", [(1, Fate.UPDATED, "", "E")])
            plain = RowTotal(
                actor_kind="customer", action=None, severity=0, fate=None, checked=True, rows=2
            )
            updated = evolve(plain, action=Action.CHANGED, severity=2, fate=Fate.UPDATED, rows=1)
            must_equal([plain, updated], list(transaction.staged.totals("import-1")))

    def test_rows_can_be_removed(self, store: Store) -> None:
        """The others stay where they are, and a new one goes to the end."""
        with store.begin() as transaction:
            _prepare(transaction, "A", "B", "C")
            must_equal(1, transaction.staged.remove("import-1", RowFilter(key="B")))
            transaction.staged.add("import-1", [a_row("D")])
            must_equal(["A", "C", "D"], _keys(transaction))
