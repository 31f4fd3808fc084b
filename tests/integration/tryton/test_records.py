"""Parties with all that belongs to them: what is told of them, and what becomes of an edit."""

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.tryton import TrytonConnector
from erplink.connectors import (
    Edit,
    EditRefused,
    EditUnknown,
    Query,
    Saved,
    all_changes,
    diagnose,
    discover,
)
from erplink.domain.secret import Secret
from erplink.errors import Refused, Unauthorised, Unsupported

CONNECTOR = TrytonConnector()
ALL = ["name", "code", "city", "emails", "phones", "categories", "active"]


def read(session, kind="customer", since=None, fields=ALL):
    pages = list(all_changes(session, kind, fields, since))
    found = {record.ref.key: record for page in pages for record in page}
    gone = {key for page in pages for key in page.deletions}
    aliases = {old: new for page in pages for old, new in page.aliases.items()}
    return found, gone, aliases, pages[-1].cursor


def party(server, name, **values):
    (id_,) = server.call("model.party.party.create", [{"name": name, **values}])
    return str(id_)


def category(server, name):
    (row,) = server.rows("party.category", [["name", "=", name]], "id")
    return row["id"]


def saved(session, edit, kind="customer"):
    (answer,) = session.save(kind, [edit])
    assert isinstance(answer, Saved), answer
    return answer.record


# children ----------------------------------------------------------------------------------------


def test_children_are_changed_one_by_one(tryton, opened):
    """What stays keeps its id and all that stands beside it; what goes is archived, not deleted."""
    session = opened(tryton)
    record = saved(session, Edit({"name": "Fjord", "phones": ("+47 1", "+47 2"), "city": "Oslo"}))
    known = [["party", "=", int(record.ref.key)]]
    before = tryton.rows("party.contact_mechanism", known, "value")
    one = next(row["id"] for row in before if row["value"] == "+47 1")
    tryton.call("model.party.contact_mechanism.write", [one], {"name": "Front desk"})

    saved(session, Edit({"phones": ("+47 1", "+47 3"), "city": "Moss"}, record.ref.key))

    after = tryton.rows("party.contact_mechanism", known, "value", "active", "name")
    told = {row["value"]: (bool(row["active"]), row["name"]) for row in after}
    assert {
        "+47 1": (True, "Front desk"),
        "+47 2": (False, None),
        "+47 3": (True, None),
    } == told
    assert ["Moss"] == [row["city"] for row in tryton.rows("party.address", known, "city")]
    back = saved(session, Edit({"phones": ("+47 2",)}, record.ref.key))
    assert ("+47 2",) == back.fields["phones"]
    assert 3 == len(tryton.rows("party.contact_mechanism", known, "id"))


def test_a_child_that_is_edited_by_itself_is_news_of_the_party(tryton, opened):
    """Tryton's own stamp of the party does not move; the feed and the version do."""
    session = opened(tryton)
    record = saved(session, Edit({"name": "Fjord", "city": "Oslo"}))
    cursor = read(session)[3]
    (address,) = tryton.rows("party.address", [["party", "=", int(record.ref.key)]], "id")

    tryton.call("model.party.address.write", [address["id"]], {"city": "Moss"})

    found = read(session, since=cursor)[0]
    assert "Moss" == found[record.ref.key].fields["city"]
    assert record.version != found[record.ref.key].version


# who belongs -------------------------------------------------------------------------------------


def test_customers_are_those_of_a_category(tryton, opened):
    """A new one is put into it; one that is taken out is told as gone; its name is not shown."""
    session = opened(tryton, customers="Customer", suppliers="Supplier")
    stranger = party(tryton, "Stranger")
    record = saved(session, Edit({"name": "Fjord", "categories": ("Gold",)}))
    found, _, _, cursor = read(session)
    assert stranger not in found
    assert ("Gold",) == found[record.ref.key].fields["categories"]
    assert record.ref.key not in read(session, "supplier")[0]

    removed = {"categories": [["remove", [category(tryton, "Customer")]]]}
    tryton.call("model.party.party.write", [int(record.ref.key)], removed)

    assert record.ref.key in read(session, since=cursor)[1]
    assert [None] == list(session.get("customer", [record.ref.key], ["name"]))


def test_a_merged_party_leads_to_the_one_that_replaced_it(tryton, opened):
    """The wizard archives it; its key is an alias from then on."""
    session = opened(tryton)
    old, new = party(tryton, "Fjord"), party(tryton, "Fjord")
    cursor = read(session)[3]
    wizard, *_ = tryton.call("wizard.party.replace.create")
    asked = {"ask": {"source": int(old), "destination": int(new)}}
    tryton.call("wizard.party.replace.execute", wizard, asked, "replace")

    found, gone, aliases, _ = read(session, since=cursor)

    assert {old: new} == aliases
    assert old not in found.keys() | gone


def test_persons_are_under_their_company(tryton, opened):
    """A person is a party with a relation to a customer, and is made with one."""
    session = opened(tryton, relation="Works for")
    boats = saved(session, Edit({"name": "Fjord Boats"}))

    ann = saved(
        session, Edit({"name": "Ann", "emails": ("ann@x.example",)}, parent=boats.ref), "person"
    )

    assert boats.ref == ann.parent
    found = session.search("person", Query(parent=boats.ref), ["name"])
    assert ["Ann"] == [record.fields["name"] for record in found]
    (answer,) = session.save("person", [Edit({"name": "Nobody's"})])
    assert isinstance(answer, EditRefused)


def test_an_archived_party_is_told_as_one(tryton, opened):
    """It is no deletion, and can be undone."""
    session = opened(tryton)
    key = party(tryton, "Fjord")
    cursor = read(session)[3]

    tryton.call("model.party.party.write", [int(key)], {"active": False})

    found, gone, _, _ = read(session, since=cursor)
    assert False is found[key].fields["active"]
    assert key not in gone


# what is refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"vat": "DE1"}, "vat"),
        ({"country": "XX"}, "country"),
        ({"categories": ("Platinum",)}, "categories"),
        ({"language": "klingon"}, "language"),
        ({"colour": "red"}, "colour"),
        ({"country": "NO", "subdivision": "DE-BE"}, "subdivision"),
    ],
)
def test_a_refusal_names_its_field(tryton, opened, patch, field):
    """By Tryton's own message, or before anything is sent."""
    session = opened(tryton)
    key = saved(session, Edit({"name": "Fjord"})).ref.key

    (answer,) = session.save("customer", [Edit(patch, key)])

    assert (EditRefused, field) == (type(answer), answer.field)


def test_one_bad_creation_stops_no_other(tryton, opened):
    """They are sent in one call, and each by itself once that was refused."""
    session = opened(tryton)
    edits = [Edit({"name": "One"}), Edit({"name": "Two", "vat": "DE1"}), Edit({"name": "Three"})]

    answers = session.save("customer", edits)

    assert [Saved, EditRefused, Saved] == [type(answer) for answer in answers]


def test_somebody_elses_write_is_not_taken_for_ones_own(tryton, opened):
    """What is there now may not be what was written: it is looked at again."""
    session = opened(tryton)
    key = saved(session, Edit({"name": "Fjord"})).ref.key
    connected = session._session._connected
    object.__setattr__(connected, "user", 999_999)

    (answer,) = session.save("customer", [Edit({"name": "Fjord Boats"}, key)])

    assert isinstance(answer, EditUnknown)


# who may what ------------------------------------------------------------------------------------


def test_a_configuration_that_does_not_work_says_why(tryton):
    """A wrong address, database, password, category and relation are told apart."""

    def code(**wrong):
        config = tryton.config(**wrong)
        return diagnose(CONNECTOR, config, make_context("erp", config)).code

    assert "" == code()
    assert "cannot-connect" == code(url="http://127.0.0.1:9")
    assert "not-tryton" == code(url=f"{tryton.url}/elsewhere")
    assert "no-such-database" == code(database="nowhere")
    assert "wrong-password" == code(password=Secret("let-admin-in-2"))
    assert "wrong-password" == code(user="nobody")
    assert "wrong-password" == code(basic=True, password=Secret("let-admin-in-2"))
    assert "wrong-key" == code(key=Secret("no-such-key"))
    assert "bad-configuration" == code(customers="Nobody's category")
    assert "bad-configuration" == code(relation="Dreams of")
    assert "module-missing" == code(suppliers="purchases")


def test_what_can_be_chosen_is_proposed(tryton):
    """The databases to everybody, companies and the rest to who can sign in."""
    config = tryton.config()
    proposed = discover(CONNECTOR, config, make_context("erp", config))
    strangers = {"url": tryton.url, "database": ""}

    assert tryton.database in proposed["database"]
    assert {"1": "Harbour Trading"} == dict(proposed["company"])
    assert {"all", "none", "Customer", "Gold", "Supplier"} == proposed["customers"].keys()
    assert {"Works for"} == proposed["relation"].keys()
    assert "eu_vat" in proposed["vat_types"]
    assert {"database"} == discover(CONNECTOR, strangers, make_context("erp", strangers)).keys()


def test_rights_that_are_missing_are_told(own_tryton, opened):
    """Who may not write is warned and claims nothing; who may not read is refused on opening."""
    (model,) = own_tryton.rows("ir.model", [["name", "=", "party.party"]], "id")
    assert model
    right = {"model": "party.party", "perm_read": True, "perm_write": False}
    denied = {"perm_create": False, "perm_delete": False, "group": None}
    (access,) = own_tryton.call("model.ir.model.access.create", [right | denied])
    config = own_tryton.config()

    diagnosis = diagnose(CONNECTOR, config, make_context("erp", config))
    claims = opened(own_tryton).capabilities.of("customer")

    assert "no-write-permission" == diagnosis.code
    assert (False, False, False) == (claims.create, claims.save, claims.delete)
    own_tryton.call("model.ir.model.access.write", [access], {"perm_read": False})
    assert "access-denied" == diagnose(CONNECTOR, config, make_context("erp", config)).code
    with pytest.raises(Unauthorised):
        opened(own_tryton).get("customer", ["1"], ["name"])


def test_basic_credentials_need_no_session(tryton, opened):
    """The password goes with every request."""
    session = opened(tryton, basic=True)

    key = party(tryton, "Fjord")

    assert [key] == [record.ref.key for record in session.get("customer", [key], ["name"])]


def test_the_key_of_an_application_reads(tryton, opened):
    """It tells what a session with a password tells, and writes nothing."""
    record = saved(opened(tryton), Edit({"name": "Fjord", "emails": ("a@x.example",)}))
    application = {"user": 1, "application": "rest"}
    (made,) = tryton.call("model.res.user.application.create", [application])
    (row,) = tryton.rows("res.user.application", [["id", "=", made]], "key")

    session = opened(tryton, key=Secret(row["key"]))

    (told,) = session.get("customer", [record.ref.key], ALL)
    assert dict(told.fields) == {key: record.fields[key] for key in ALL}
    assert record.ref.key in read(session)[0]
    assert session.count("customer", Query()) > 0
    with pytest.raises(Unsupported):
        session.save("customer", [Edit({"name": "x"}, record.ref.key)])


def test_a_key_of_an_old_server_is_refused(old_tryton, opened):
    """There is no REST API before 8.0."""
    with pytest.raises(Refused, match="from Tryton 8"):
        opened(old_tryton, key=Secret("b6f3"))


def test_it_shows_no_secret(tryton, opened):
    """Neither what it is made of nor what it says of itself."""
    session = opened(tryton)

    assert "TrytonSession(Tryton 8.0: 3 kinds)" == repr(session._session)
    assert "let-admin-in" not in repr(session._session._connected)
