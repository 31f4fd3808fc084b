"""The run: exactly what was shown happens, row by row, and what it comes to adds up."""

import pytest
from attrs import evolve
from tests.integration.imports.office import BY_NAME, Office, told

from erplink.connectors import EditRefused
from erplink.domain.staging import Action, Fate, RowFilter, RowOrder
from erplink.errors import BadName, BadValue, NotNow, Unavailable, Unknown
from erplink.imports import Result
from erplink.sync.state import ImportState
from erplink.testing.wrapped import WrappedSession


@pytest.fixture
def office():
    return Office()


def stocked(office, count):
    for number in range(count):
        office.customer(f"K-{number}", name=f"Company {number}")
    return office


def small_batches(monkeypatch, rows):
    monkeypatch.setattr("erplink.imports.importer._PAGE", rows)


class Moody(WrappedSession):
    """A session to a CRM that does something else than it is asked, when it is told to."""

    def __init__(self, session, moods):
        super().__init__(session)
        self.moods = moods

    def save(self, kind, edits):
        return self.moods.save(kind, edits, self.session)


class Moods:
    def __init__(self, office):
        self.real = office.session
        office.engine._conductor._opener = self.open

    def open(self, system):
        return Moody(self.real(system), self) if system == "crm" else self.real(system)

    def save(self, kind, edits, session):
        return session.save(kind, edits)


# only what was checked, only as it was shown ------------------------------------------------------


def test_nothing_is_in_the_crm_before_it_runs(office):
    """Neither by staging nor by configuring nor by a preview."""
    importer = stocked(office, 3).begun()
    importer.configure(evolve(BY_NAME, on_duplicate="replace"))
    importer.preview()

    assert {} == office.companies()


def test_only_the_checked_rows_are_imported(office):
    """The others are left, and the figures still add up to the rows."""
    importer = stocked(office, 3).begun()
    importer.preview()
    importer.check(RowFilter(key="K-1"), checked=False)

    assert Result(created=2, left=1) == importer.run()
    assert ["Company 0", "Company 2"] == office.names()


def test_a_row_whose_record_changed_since_it_was_shown_is_refused_and_listed(office):
    """The others go on; the record stays as it is."""
    office.company("1", name="Company 0", street="Old street")
    stocked(office, 2)
    office.customer("K-0", street="New street")
    importer = office.begun(evolve(BY_NAME, on_duplicate="replace"))
    importer.preview()
    office.company("1", street="Newest street")

    assert Result(created=1, stale=1) == importer.run()
    assert [("Company 0", "stale", "the CRM is not what was shown any more")] == told(
        importer, fates=[Fate.STALE]
    )
    assert "Newest street" == office.companies()["1"]["street"]


def test_a_row_that_was_to_be_new_is_refused_once_the_crm_has_it(office):
    """Nobody gets a second record because somebody was quicker."""
    importer = stocked(office, 1).begun()
    importer.preview()
    office.company("1", name="Company 0")

    assert Result(stale=1) == importer.run()
    assert ["Company 0"] == office.names()


def test_a_row_that_was_staged_after_the_preview_is_refused(office):
    """Nobody has seen what it would do."""
    importer = stocked(office, 1).begun()
    importer.preview()
    office.customer("K-9", name="late")
    importer.add_keys(["K-9"])

    assert Result(created=1, stale=1) == importer.run()
    assert [("late", "stale", "it was staged after the preview")] == told(importer, text="late")


def test_what_is_new_and_what_was_updated_are_two_lists(office):
    """Of the records of the CRM; and what is imported is linked."""
    office.company("7", name="Company 0")
    stocked(office, 2)
    office.customer("K-0", street="Main street")
    importer = office.imported()

    assert (["1"], ["7"]) == tuple(
        list(importer.entities(fate)) for fate in (Fate.CREATED, Fate.UPDATED)
    )
    with office.store.look() as state:
        links = {link.actor.key: link.entity.key for link in state.links.of("erp", "customer")}
    assert {"K-0": "7", "K-1": "1"} == links


def test_what_is_imported_need_not_be_linked(office):
    """Then nothing is kept in step later."""
    stocked(office, 2).imported(evolve(BY_NAME, link=False))

    assert 2 == len(office.companies())
    with office.store.look() as state:
        assert [] == state.links.of("erp", "customer")


def test_a_record_that_is_linked_to_another_actor_is_not_taken(office):
    """One record of the CRM belongs to one actor; the preview says so, and so it ends."""
    office.customer("K-1", name="ACME")
    office.imported()
    office.customer("K-2", name="ACME")
    importer = office.begun(each="import-2")
    importer.check(RowFilter(key="K-1"), checked=False)
    importer.preview()

    (row,) = importer.rows(RowFilter(key="K-2"))
    reason = "crm/company/1 is linked to erp/customer/K-1"
    assert (Action.NOTHING, reason) == (row.verdict.action, row.verdict.reason)
    assert Result(skipped=1, left=1) == importer.run()


def test_rows_about_the_same_company_are_told(office):
    """The first one counts; the others are warned of, until it is unchecked."""
    office.customer("K-1", name="ACME")
    office.customer("K-2", name="acme")
    importer = office.begun()
    importer.preview()
    (row,) = importer.rows(RowFilter(severity=2))
    assert ("acme", "the same company as row 1 of this import") == (row.title, row.verdict.reason)

    importer.check(RowFilter(key="K-1"), checked=False)
    importer.preview()
    assert [] == importer.rows(RowFilter(severity=2))
    importer.check(RowFilter(key="K-1"))
    importer.preview()
    assert Result(created=1, skipped=1) == importer.run()
    assert ["ACME"] == office.names()


def test_a_doubt_is_a_question(office):
    """Several records with the key: a person says which, or that it is new, or to skip it."""
    for key in "12":
        office.company(key, name="ACME")
    for key in "ABC":
        office.customer(key, name="ACME", street=f"{key} street")
    importer = office.begun()
    assert 3 == importer.preview().questions
    rows = importer.rows(order=RowOrder.STAGED)
    assert [{"1", "2"}] * 3 == [set(row.verdict.candidates) for row in rows]
    importer.answer(rows[0].position, "2")
    importer.answer(rows[1].position, "new")
    importer.preview()
    assert Result(created=1, updated=1, skipped=1) == importer.run()
    assert "A street" == office.companies()["2"]["street"]
    assert [("ACME", "skipped", "nobody said which record it is about")] == told(
        importer, fates=[Fate.SKIPPED]
    )


def test_a_match_field_that_is_missing_in_the_data_is_an_error(office):
    """Before the preview, which shows nothing then; it says what to do."""
    importer = stocked(office, 1).begun(evolve(BY_NAME, match={"company": "number"}))

    with pytest.raises(
        BadValue, match=r"number: rows have no such field.*map it, or match by another"
    ):
        importer.preview()
    assert [] == importer.rows(RowFilter(planned=True))


# what goes wrong ----------------------------------------------------------------------------------


def test_what_is_wrong_with_one_row_stops_no_other(office):
    """It is a failure with the reason that the CRM gave."""

    class Picky(Moods):
        def save(self, kind, edits, session):
            return [
                EditRefused("no twos", "name", "E2")
                if edit.patch["name"] == "Company 2"
                else session.save(kind, [edit])[0]
                for edit in edits
            ]

    importer = stocked(office, 4).begun()
    importer.preview()
    Picky(office)

    assert Result(created=3, failed=1) == importer.run()
    assert [("Company 2", "failed", "name: no twos")] == told(importer, fates=[Fate.FAILED])
    with office.store.look() as state:
        assert (0, 0) == state.pending.count("erp")


def test_a_crm_that_is_down_pauses_the_import(office, monkeypatch):
    """It goes on with it once the CRM is back; no row is lost, and none comes twice."""

    class Down(Moods):
        batches = 0

        def save(self, kind, edits, session):
            self.batches += 1
            if self.batches == 2:
                raise Unavailable("it is night")
            return session.save(kind, edits)

    small_batches(monkeypatch, 2)
    importer = stocked(office, 6).begun()
    importer.preview()
    Down(office)

    with pytest.raises(Unavailable, match="it is night"):
        importer.run()
    assert (ImportState.PAUSED, "it is night") == (importer.state.state, importer.state.reason)
    assert Result(created=6) == importer.run()
    assert sorted(f"Company {number}" for number in range(6)) == office.names()


def test_an_answer_that_was_lost_is_read_back(office):
    """The rows are new, and each is there once."""

    class Deaf(Moods):
        def save(self, kind, edits, session):
            session.save(kind, edits)
            raise Unknown("the connection broke")

    importer = stocked(office, 3).begun()
    importer.preview()
    Deaf(office)

    assert Result(created=3) == importer.run()
    assert 3 == len(office.companies())


# pause, resume, cancel ----------------------------------------------------------------------------


def run_until(importer, monkeypatch, stop):
    """Run in batches of two, and do something after the first."""
    small_batches(monkeypatch, 2)
    seen = []

    def watch(progress):
        seen.append(progress.done)
        if len(seen) == 1:
            stop()

    return importer.run(watch=watch), seen


def test_a_run_can_be_paused_and_resumed(office, monkeypatch):
    """By anybody who knows the import, in another process too; progress is told meanwhile."""
    importer = stocked(office, 5).begun()
    importer.preview()

    result, seen = run_until(importer, monkeypatch, importer.pause)
    assert (Result(created=2, left=3), [2]) == (result, seen)
    assert ImportState.PAUSED is importer.state.state
    assert Result(created=5) == importer.run()
    assert 5 == len(office.companies())


def test_a_run_can_be_cancelled(office, monkeypatch):
    """What was imported stays, and nothing goes on with the rest."""
    importer = stocked(office, 5).begun()
    importer.preview()

    result, _ = run_until(importer, monkeypatch, importer.cancel)
    assert Result(created=2, left=3) == result
    with pytest.raises(NotNow, match="is cancelled already"):
        importer.run()
    assert 2 == len(office.companies())


def test_what_runs_or_ran_cannot_be_changed(office):
    """Nobody is shown one thing and gets another."""
    importer = stocked(office, 1).imported()

    for change in (importer.add, importer.preview, lambda: importer.remove(RowFilter())):
        with pytest.raises(NotNow, match="is done: it cannot be changed"):
            change()


# select -------------------------------------------------------------------------------------------


def test_rows_are_added_and_removed_repeatedly(office):
    """By search and by key; a record is staged once, as it is now."""
    stocked(office, 3)
    importer = office.begun()
    importer.remove(RowFilter())
    assert 1 == importer.add_keys(["K-1"])
    assert 2 == importer.add()
    assert 0 == importer.add_keys(["K-0"])
    assert 1 == importer.remove(RowFilter(key="K-2"))
    assert ["K-1", "K-0"] == [row.key for row in importer.rows()]
    with pytest.raises(BadName, match="there is no customer 'K-9'"):
        importer.add_keys(["K-9"])


def test_rows_are_paged_filtered_and_sorted(office):
    """As a screen shows them."""
    importer = stocked(office, 5).begun()
    importer.preview()

    assert ["Company 2", "Company 3"] == [row.title for row in importer.rows(skip=2, most=2)]
    assert ["Company 4"] == [row.title for row in importer.rows(RowFilter(text="PANY 4"))]
