"""Undo: an import is taken back where nobody has worked since, and three lists say so."""

import pytest
from attrs import evolve
from tests.integration.imports.office import BY_NAME, Office
from tests.integration.imports.test_run import Moods, stocked

from erplink.connectors import EditRefused
from erplink.domain.staging import Consent, OnAlone, RowFilter
from erplink.errors import NotNow
from erplink.imports import Result
from erplink.testing.wrapped import WrappedSession

REPLACE = evolve(BY_NAME, on_duplicate="replace")


@pytest.fixture
def office():
    office = Office()
    office.company("1", name="Company 0", street="Old street")
    stocked(office, 3)
    office.customer("K-0", street="New street", code="C0")
    return office


def undone(importer, which=None):
    """Take it back: the records that are as before, what is kept, and what failed."""
    result = importer.undo(importer.plan_undo(which))
    return (
        sorted(map(str, result.reversed)),
        [(each.record, each.field, each.reason) for each in result.kept],
        [(each.record, each.field, each.reason) for each in result.failed],
    )


@pytest.mark.parametrize("link", [True, False])
def test_an_import_is_taken_back(office, link):
    """New records are removed, with their links; updated fields get their values back.

    What was there before stays linked, and is as it was.
    """
    before = office.companies()
    importer = office.imported(evolve(REPLACE, link=link))
    assert 3 == len(office.companies())

    reversed_ = [f"crm/company/{key}" for key in "123"]
    assert (reversed_, [], []) == undone(importer)
    assert before == office.companies()
    with office.store.look() as state:
        links = state.links.of("erp", "customer")
    assert ["crm/company/1"][: int(link)] == [str(each.entity) for each in links]


def test_a_preview_of_an_undo_writes_nothing(office):
    """It says which records would be as before."""
    importer = office.imported(REPLACE)
    after = office.companies()

    assert 3 == len(importer.plan_undo().records)
    assert after == office.companies()


def test_what_was_edited_since_is_kept(office):
    """A field that somebody edited, and a whole record that somebody worked on; the rest goes."""
    importer = office.imported(REPLACE)
    office.company("1", street="Newest street")
    office.company("2", note="called on Monday")

    reversed_, kept, failed = undone(importer)
    assert ["crm/company/1", "crm/company/3"] == reversed_
    assert {
        ("crm/company/1", "street", "edited since"),
        ("crm/company/2", "", "edited since"),
    } == set(kept)
    assert [] == failed
    assert {
        "1": {"name": "Company 0", "street": "Newest street"},
        "2": {"name": "Company 1", "note": "called on Monday"},
    } == office.companies()


def test_what_moves_between_preview_and_undo_is_kept(office):
    """What was not shown is not done."""
    importer = office.imported(REPLACE)
    planned = importer.plan_undo()
    office.company("1", street="Newest street")
    office.company("2", note="called")
    result = importer.undo(planned)

    assert ["crm/company/3"] == [str(ref) for ref in result.reversed]
    assert "Newest street" == office.companies()["1"]["street"]
    assert ["crm/company/1", "crm/company/2"] == sorted(
        each.record for each in (*result.kept, *result.failed)
    )


def test_one_row_is_taken_back(office):
    """The others stay as they are."""
    importer = office.imported(REPLACE)

    assert (["crm/company/2"], [], []) == undone(importer, RowFilter(key="K-1"))
    assert ["Company 0", "Company 2"] == office.names()
    assert (["crm/company/1", "crm/company/3"], [], []) == undone(importer)
    assert Result(undone=3) == importer.result()
    assert ([], [], []) == undone(importer)


def test_a_partly_failed_import_is_taken_back(office):
    """What was done is taken back, and what failed needs nothing."""

    class Picky(Moods):
        def save(self, kind, edits, session):
            return [
                EditRefused("no twos")
                if edit.patch.get("name") == "Company 2"
                else session.save(kind, [edit])[0]
                for edit in edits
            ]

    before = office.companies()
    importer = office.begun(REPLACE)
    importer.preview()
    Picky(office)
    assert Result(created=1, updated=1, failed=1) == importer.run()

    undone(importer)
    assert before == office.companies()


def test_contacts_go_before_the_companies_they_belong_to(office):
    """And a company stays that somebody else's contact belongs to, or one that is kept."""
    office.person("P-1", "K-1", name="Ann")
    office.person("P-2", "K-2", name="Bob")
    office.person("P-3", name="Cid")
    wish = evolve(
        REPLACE, on_alone=OnAlone.CREATE, consent=Consent(basis="contract"), on_duplicate="merge"
    )
    importer = office.imported(wish, kinds=("customer", "person"))
    assert {"Ann": "Company 1", "Bob": "Company 2", "Cid": "Cid"} == office.contacts()
    bob = next(key for key, each in office.companies("contact").items() if each["name"] == "Bob")
    office.contact(bob, consent_basis="consent")

    reversed_, kept, failed = undone(importer)
    assert 5 == len(reversed_)
    assert [
        (f"crm/contact/{bob}", "consent_basis", "edited since"),
        ("crm/company/3", "", "others belong to it"),
    ] == kept
    assert [] == failed
    assert ({"Bob": "Company 2"}, ["Company 0", "Company 2"]) == (office.contacts(), office.names())


def test_what_was_taken_back_can_be_imported_again(office):
    """As if it had never been there."""
    importer = office.imported(REPLACE)
    once = office.companies()
    undone(importer)
    again = office.imported(REPLACE, "import-2")

    assert Result(created=2, updated=1) == again.result()
    assert sorted(map(str, once.values())) == sorted(map(str, office.companies().values()))


def test_what_was_taken_back_does_not_come_again_by_itself(office):
    """A pass makes no record anew that a person took back."""
    mapping = evolve(
        office.mapping, on_unlinked=evolve(office.mapping.on_unlinked, in_erp="create")
    )
    with office.store.begin() as state:
        state.mappings.put(mapping)
    importer = office.imported(REPLACE)
    undone(importer)
    office.engine.sync()

    assert ["Company 0"] == office.names()


class Undeletable(WrappedSession):
    """A session to a CRM that removes no company."""

    @property
    def capabilities(self):
        claims = self.session.capabilities
        company = evolve(claims.of("company"), delete=False)
        return evolve(claims, kinds={**claims.kinds, "company": company})


def undeletable(office):
    real = office.session
    office.engine._opener = office.engine._conductor._opener = lambda system: (
        Undeletable(real(system)) if system == "crm" else real(system)
    )


@pytest.mark.parametrize("link", [True, False])
def test_a_crm_that_removes_nothing_archives(office, link):
    """By the field that the mapping names for it; the link goes all the same."""
    with office.store.begin() as state:
        deletes = evolve(office.mapping.on_delete, crm_archive="archived")
        office.mapping = evolve(office.mapping, on_delete=deletes)
        state.mappings.put(office.mapping)
    importer = office.imported(evolve(REPLACE, link=link))
    undeletable(office)

    assert 3 == len(undone(importer)[0])
    assert [False, True, True] == [
        bool(each.get("archived")) for each in office.companies().values()
    ]


def test_what_can_be_neither_removed_nor_archived_is_told(office):
    """It stays, and is on the list of what failed."""
    importer = office.imported(REPLACE)
    undeletable(office)

    reason = "crm cannot remove it, and no field is named that archives it"
    assert [(f"crm/company/{key}", "", reason) for key in "23"] == undone(importer)[2]


def test_what_runs_is_not_taken_back(office):
    """It is paused or cancelled first."""
    importer = office.begun(REPLACE)
    importer.preview()
    refused = []

    def watch(_):
        with pytest.raises(NotNow, match="pause or cancel it first"):
            importer.undo(importer.plan_undo())
        refused.append(True)

    importer.run(watch=watch)
    assert refused


def test_a_company_that_was_made_of_a_name_is_not_archived_by_any_field(office):
    """No mapping names one for it."""
    office.person("P-1", name="Cid")
    wish = evolve(BY_NAME, on_alone=OnAlone.CREATE)
    importer = office.imported(wish, kinds=("customer", "person"))
    undeletable(office)

    assert ("crm/company/4", "") == undone(importer)[2][0][:2]
