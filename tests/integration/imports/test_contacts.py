"""Contacts with their companies, and contacts without one."""

import pytest
from attrs import evolve
from tests.integration.imports.office import BY_NAME, Office, shown, told

from erplink.domain.staging import Consent, OnAlone, RowFilter
from erplink.errors import BadName
from erplink.imports import Result

BOTH = ("customer", "person")


@pytest.fixture
def office():
    office = Office()
    office.customer("K-1", name="Fjord Boats")
    office.person("P-1", "K-1", name="Ann")
    office.person("P-2", name="Bob")
    return office


def with_alone(wish, **more):
    return evolve(BY_NAME, on_alone=wish, **more)


def test_persons_bring_the_companies_along_that_they_belong_to(office):
    """Asked for, the company of a staged person is staged too, and imported before."""
    office.customer("K-2", name="nobody's")
    importer = office.begun(kinds=BOTH[1:2])
    assert ["person", "person"] == [row.actor_kind for row in importer.rows()]

    importer = office.begun(each="import-2", kinds=BOTH)
    importer.remove(RowFilter())
    assert 3 == importer.add(kind="person", parents=True)
    assert ["K-1", "P-1", "P-2"] == sorted(row.key for row in importer.rows())
    importer.preview()
    importer.run()
    assert {"Ann": "Fjord Boats"} == office.contacts()


def test_contacts_come_after_the_companies_they_belong_to(office):
    """Whatever the order in which they were staged."""
    importer = office.begun(kinds=BOTH)
    importer.remove(RowFilter())
    importer.add(kind="person")
    importer.add(kind="customer")
    assert {"customer": 1, "person": 1} == importer.preview().new
    assert Result(created=2, skipped=1) == importer.run()
    assert {"Ann": "Fjord Boats"} == office.contacts()


def test_a_contact_without_a_company_is_skipped(office):
    """With the reason, where that is chosen."""
    importer = office.imported(with_alone(OnAlone.SKIP), kinds=BOTH)

    assert [("Bob", "skipped", "it belongs to no company of the CRM")] == told(
        importer, key="P-2", actor_kind="person"
    )
    assert {"Ann": "Fjord Boats"} == office.contacts()


def test_a_contact_without_a_company_comes_alone(office):
    """Where that is chosen and the CRM allows it."""
    office.imported(with_alone(OnAlone.ALONE), kinds=BOTH)

    assert {"Ann": "Fjord Boats", "Bob": None} == office.contacts()


def test_a_company_is_made_of_the_name_of_a_contact(office):
    """It is a row of its own in the preview, and among the new records; it is not linked."""
    importer = office.begun(with_alone(OnAlone.CREATE), kinds=BOTH)
    assert {"customer": 1, "company of person": 1, "person": 2} == importer.preview().new
    (made,) = importer.rows(RowFilter(actor_kind="company of person"))
    assert ("P-2", "Bob") == (made.key, made.title)

    assert Result(created=4) == importer.run()
    assert {"Ann": "Fjord Boats", "Bob": "Bob"} == office.contacts()
    with office.store.look() as state:
        assert ["K-1"] == [link.actor.key for link in state.links.of("erp", "customer")]
        assert [] == state.links.of("erp", "company of person")


def test_a_company_of_a_contacts_name_that_is_there_is_taken(office):
    """The row of the company is matched like any other."""
    office.company("9", name="Bob")
    importer = office.imported(with_alone(OnAlone.CREATE), kinds=BOTH)

    assert {"Ann": "Fjord Boats", "Bob": "Bob"} == office.contacts()
    assert ["Bob", "Fjord Boats"] == office.names()
    assert Result(created=3, skipped=1) == importer.result()


def test_a_contact_of_a_company_that_comes_twice_belongs_to_the_one_that_is_made(office):
    """Whichever of the two rows it belongs to; and so does one who has a made company's name."""
    office.customer("K-2", name="fjord boats")
    office.person("P-3", "K-2", name="Cid")
    office.person("P-4", name="Fjord boats")
    office.imported(with_alone(OnAlone.CREATE), kinds=BOTH)

    ours = ("Ann", "Cid", "Fjord boats")
    assert {"Bob": "Bob", **dict.fromkeys(ours, "Fjord Boats")} == office.contacts()


def test_a_contact_waits_for_the_answer_which_company_is_meant(office):
    """Its company is made of its name, and the CRM has several of that name."""
    for key in "89":
        office.company(key, name="Bob")
    importer = office.begun(with_alone(OnAlone.CREATE), kinds=BOTH)
    for _ in range(2):
        shown = importer.preview()
        assert ({"customer": 1, "person": 1}, 1) == (shown.new, shown.questions)
    (question,) = importer.rows(RowFilter(actor_kind="company of person"))
    importer.answer(question.position, "9")
    assert 2 == importer.preview().new["person"]

    importer.run()
    assert "9" == office.crm.rows("contact")["2"].parent.key


def test_a_company_that_is_unchecked_takes_its_contact_along(office):
    """No contact is imported whose company nobody wants."""
    importer = office.begun(with_alone(OnAlone.CREATE), kinds=BOTH)
    importer.preview()
    importer.check(RowFilter(actor_kind="company of person"), checked=False)
    importer.check(RowFilter(actor_kind="customer"), checked=False)

    assert {} == importer.preview().new
    assert Result(skipped=2, left=2) == importer.run()
    assert {} == office.contacts()


def test_the_made_company_goes_when_its_contact_needs_none(office):
    """Unchecked, or with another wish: nobody is left with a company that nobody asked for."""
    importer = office.begun(with_alone(OnAlone.CREATE), kinds=BOTH)
    importer.preview()
    importer.check(RowFilter(key="P-2", actor_kind="person"), checked=False)
    assert {"customer": 1, "person": 1} == importer.preview().new

    importer.check(RowFilter(key="P-2", actor_kind="person"))
    assert 1 == importer.preview().new["company of person"]
    importer.configure(with_alone(OnAlone.ALONE))
    assert {"customer": 1, "person": 2} == importer.preview().new


def test_a_contact_whose_company_could_not_be_made_is_a_failure(office):
    """And the others go on."""
    importer = office.begun(with_alone(OnAlone.ALONE), kinds=BOTH)
    importer.preview()
    office.company("9", name="Fjord Boats")

    assert Result(created=1, stale=1, failed=1) == importer.run()
    assert [("Ann", "failed", "it belongs to no company of the CRM")] == told(importer, key="P-1")


def test_contacts_may_not_be_imported_at_all(office):
    """Without contacts staged, only companies come."""
    importer = office.imported(kinds=BOTH[:1])

    assert (Result(created=1), {}) == (importer.result(), office.contacts())


def test_no_match_key_makes_every_contact_new(office):
    """Matched by nothing, a contact is made although the CRM has one like it."""
    office.contact("1", name="Bob")
    wish = evolve(with_alone(OnAlone.ALONE), match={"company": "name", "contact": "none"})
    office.imported(wish, kinds=BOTH)

    names = [values["name"] for values in office.companies("contact").values()]
    assert ["Ann", "Bob", "Bob"] == sorted(names)


def test_the_grounds_of_consent_are_written_to_new_contacts(office):
    """Legal basis and source; whoever is there already keeps what they have."""
    office.contact("1", name="Bob")
    wish = with_alone(OnAlone.ALONE, consent=Consent(basis="contract", source="fair"))
    importer = office.begun(wish, kinds=BOTH)
    importer.preview()
    (verdict,) = [row.verdict for row in importer.rows(RowFilter(key="P-1", actor_kind="person"))]
    assert {"name": "Ann", "consent_basis": "contract", "consent_source": "fair"} == {
        cell.field: cell.new for cell in verdict.cells
    }

    importer.run()
    ann, bob = (office.companies("contact")[key] for key in ("2", "1"))
    assert ("contract", "fair") == (ann["consent_basis"], ann["consent_source"])
    assert {"name": "Bob"} == bob


def test_consent_needs_a_field_to_be_written_to(office):
    """A field that the CRM does not have is named before anything is shown."""
    wish = evolve(BY_NAME, consent=Consent(basis="contract", basis_field="consent_basi"))
    importer = office.begun(wish, kinds=BOTH)

    with pytest.raises(BadName, match=r"'consent_basi'.*consent_basis"):
        importer.preview()
    assert [] == importer.rows(RowFilter(planned=True))


def test_preview_shows_every_field(office):
    """From what to what, for contacts as for companies."""
    office.contact("1", name="ann", email="a@x.no")
    office.person("P-1", "K-1", email="a@y.no")
    importer = office.begun(evolve(BY_NAME, on_duplicate="replace"), kinds=BOTH)
    importer.preview()

    changes = {"name": ("ann", "Ann"), "email": ("a@x.no", "a@y.no")}
    assert [("changed", "Ann", changes)] == shown(importer, key="P-1")
