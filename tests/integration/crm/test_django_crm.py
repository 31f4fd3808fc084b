"""What DjangoCrm does with a host's models, beyond what every CRM promises."""

import json
import subprocess
import sys
import unittest
from datetime import timedelta
from pathlib import Path

import pytest

from erplink.connectors import Deleted, Edit, EditRefused, Query, Removal, Saved, open_crm
from erplink.domain.records import EntityRef
from erplink.errors import BadName, InputError, Refused
from erplink.testing.postgres import postgres_server, why_no_postgres

pytest.importorskip("django", reason="the extra [django] is not installed")

from tests.django_host.setup import set_up

set_up()

from django.core.exceptions import PermissionDenied  # noqa: E402 - once Django is set up
from django.db import connection, transaction  # noqa: E402 - as above
from django.db.models import F, signals  # noqa: E402 - as above
from django.db.models.functions import Upper  # noqa: E402 - as above
from django.test import TestCase  # noqa: E402 - as above
from django.utils import timezone  # noqa: E402 - as above
from tests.django_host.shop.models import (  # noqa: E402 - as above
    Country,
    Customer,
    Mail,
    Person,
    Phone,
    Product,
)

from erplink.adapters.crm.django import (  # noqa: E402 - as above
    DjangoCrm,
    DjangoField,
    DjangoKind,
    DjangoValues,
)

FIELDS = ["name", "number", "town", "country", "rating"]
COMPANY = DjangoKind("company", Customer, FIELDS, modified="modified", request="request")


@pytest.fixture
def session():
    """A session over customers, of which there are none yet."""
    for model in (Mail, Person, Phone, Customer, Product, Country):
        model.objects.all().delete()
    Country.objects.create(code="NO", name="Norway")
    with open_crm(DjangoCrm([COMPANY], commit_lag=0)) as opened:
        yield opened
    connection.close()


def save(session, *edits):
    return session.save("company", [Edit(values, *key) for values, *key in edits])


# the host's own code -----------------------------------------------------------------------------


def test_signals_fire(session):
    """One for each record that is made, changed and removed."""
    seen = []

    def saved(sender, created, **_):  # noqa: ARG001 - Django's own
        seen.append("created" if created else "changed")

    def deleted(sender, **_):  # noqa: ARG001 - Django's own
        seen.append("deleted")

    signals.post_save.connect(saved, sender=Customer)
    signals.post_delete.connect(deleted, sender=Customer)
    (made,) = save(session, ({"name": "a", "number": "1"},))
    key = made.record.ref.key
    save(session, ({"name": "b"}, key), ({"name": "b"}, key))
    session.delete("company", [Removal(key)])
    signals.post_save.disconnect(saved, sender=Customer)
    signals.post_delete.disconnect(deleted, sender=Customer)

    assert ["created", "changed", "deleted"] == seen


@pytest.mark.parametrize(
    ("values", "field", "told"),
    [
        ({"name": "Forbidden"}, "name", "Nobody is called Forbidden."),
        ({"number": "1"}, "number", "Customer with this Number already exists."),
        ({"country": "XX"}, "country", "country instance with code 'XX'"),
        ({"rating": "fine"}, "rating", "there can be no such item"),
        ({"number": None}, "number", "the field is mandatory"),
        ({"name": "x" * 41}, "name", "longer than 40 characters"),
    ],
)
def test_what_the_host_forbids_is_refused_by_field(session, values, field, told):
    """In the words of the host's own validation; the other edits are done."""
    row = {"name": "a", "number": "2"}
    results = save(session, ({"name": "first", "number": "1"},), ({**row, **values},), (row,))

    assert [Saved, EditRefused, Saved] == [type(result) for result in results]
    assert field == results[1].field
    assert told in results[1].reason


def test_a_refusal_of_a_signal_is_one(session):
    """A receiver that raises PermissionDenied says no to one record."""

    def deny(sender, instance, **_):  # noqa: ARG001 - Django's own
        if instance.name == "b":
            raise PermissionDenied("b is locked")

    signals.pre_save.connect(deny, sender=Customer)
    results = save(session, ({"name": "a", "number": "1"},), ({"name": "b", "number": "2"},))
    signals.pre_save.disconnect(deny, sender=Customer)

    assert [Saved, EditRefused] == [type(result) for result in results]
    assert "b is locked" == results[1].reason


@pytest.mark.usefixtures("session")
def test_a_protected_record_is_not_removed():
    """Django's own words say why; the others are removed."""
    Customer.objects.create(name="a", number="1", country_id="NO")
    crm = DjangoCrm([DjangoKind("country", Country, ["code", "name"])])
    Country.objects.create(code="SE", name="Sweden")
    protected, gone = open_crm(crm).delete("country", [Removal("NO"), Removal("SE")])

    assert isinstance(protected, EditRefused)
    assert "protected" in protected.reason
    assert Deleted("SE") == gone
    assert ["NO"] == list(Country.objects.values_list("code", flat=True))


# changes -----------------------------------------------------------------------------------------


def test_an_update_of_a_queryset_is_told_by_the_change_table(session):
    """Which no stamp tells: that is what the change table is for."""
    crm = DjangoCrm([DjangoKind("company", Customer, FIELDS, change_table="changes")])
    crm.create_change_tables()
    stamped, kept = session, open_crm(crm)
    save(session, ({"name": "a", "number": "1"},), ({"name": "b", "number": "2"},))
    cursors = [each.changes("company", None, ["name"]).cursor for each in (stamped, kept)]
    row = Customer.objects.get(name="a")
    Customer.objects.filter(name="a").update(name="c", modified=timezone.now() - timedelta(hours=9))
    Customer.objects.filter(name="b").delete()
    by_stamp, by_trigger = (
        each.changes("company", cursor, ["name"])
        for each, cursor in zip((stamped, kept), cursors, strict=True)
    )
    forgotten = crm.forget_changes(timedelta(seconds=-60))
    again = kept.changes("company", cursors[1], ["name"])
    crm.drop_change_tables()

    assert "c" not in {record.fields["name"] for record in by_stamp}
    assert ["c"] == [record.fields["name"] for record in by_trigger]
    assert 1 == len(by_trigger.deletions)
    assert forgotten > 0
    assert [str(row.pk)] == [record.ref.key for record in again]


def test_a_stamp_in_the_future_holds_nothing_up(session):
    """A reading never counts as having come further than the present time."""
    save(session, ({"name": "a", "number": "1"},))
    Customer.objects.update(modified=timezone.now() + timedelta(days=9))
    cursor = session.changes("company", None, ["name"]).cursor
    save(session, ({"name": "b", "number": "2"},))

    assert "b" in {r.fields["name"] for r in session.changes("company", cursor, ["name"])}


# transactions ------------------------------------------------------------------------------------


def test_what_is_undone_by_the_host_never_was(session):
    """Inside ``transaction.atomic()`` a session is a part of it."""
    with transaction.atomic():
        (made,) = save(session, ({"name": "a", "number": "1"},))
        inside = Customer.objects.count()
        transaction.set_rollback(True)

    assert isinstance(made, Saved)
    assert (1, 0) == (inside, Customer.objects.count())


def test_a_refused_edit_leaves_the_hosts_transaction_usable(session):
    """It is undone by itself, and the host goes on."""
    with transaction.atomic():
        Customer.objects.create(name="theirs", number="1")
        (refused,) = save(session, ({"name": "a", "number": "1"},))
        Customer.objects.create(name="theirs too", number="2")

    assert isinstance(refused, EditRefused)
    assert 2 == Customer.objects.count()


class RolledBack(TestCase):
    """What a host's own tests look like: each is undone at its end."""

    __test__ = False  # it is run by a test, over what that has made ready

    def test_one(self):
        """It sees nothing of the other."""
        self._makes_one()

    def test_other(self):
        """Nor does it the other way round."""
        self._makes_one()

    def _makes_one(self):
        assert 0 == Customer.objects.count()
        session = open_crm(DjangoCrm([COMPANY]))
        (made,) = session.save("company", [Edit({"name": "a", "number": "1"})])
        assert isinstance(made, Saved)
        assert 1 == Customer.objects.count()


def test_tests_of_the_host_are_undone(session):
    """A TestCase of Django's leaves nothing of what erplink wrote in it."""
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(RolledBack)
    result = unittest.TestResult()
    suite.run(result)

    assert (2, [], []) == (result.testsRun, result.errors, result.failures)
    assert 0 == len(session.search("company", Query(), ["name"]))


# what does not fit -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "error", "told"),
    [
        (DjangoKind("c", Customer, ["nmae"]), BadName, "did you mean 'name'"),
        (DjangoKind("c", Customer, ["name"], modified="modifed"), BadName, "modified"),
        (DjangoKind("c", Customer, ["name"], parent="d"), BadName, "parent of c"),
        (DjangoKind("c", Customer, ["name"], natural_key=["code"]), BadName, "field of c"),
        (DjangoKind("c", Customer, {"x": DjangoValues("fones", "number")}), BadName, "phones"),
        (DjangoKind("c", Customer, {"x": DjangoValues("phones", "id")}), InputError, "texts"),
        (DjangoKind("c", Customer, {"x": "phones"}), InputError, "DjangoValues"),
        (DjangoKind("c", Customer, {"x": Upper("name") + F("town")}), InputError, "output_field"),
        (
            DjangoKind("c", Customer, {"x": DjangoField("name", list_name="l")}),
            BadName,
            "list of c",
        ),
    ],
)
def test_what_does_not_fit_is_refused_at_once(kind, error, told):
    """The error names what was said, and what there is."""
    with pytest.raises(error, match=told):
        DjangoCrm([kind])


def test_a_cursor_of_another_kind_is_refused(session):
    """One of the stamps does not fit a change table, and a text that is none fits nothing."""
    crm = DjangoCrm([DjangoKind("company", Customer, FIELDS, change_table="changes")])
    crm.create_change_tables()
    save(session, ({"name": "a", "number": "1"},))
    cursor = open_crm(crm).changes("company", None, ["name"]).cursor
    crm.drop_change_tables()

    with pytest.raises(Refused, match="cursor"):
        session.changes("company", cursor, ["name"])
    with pytest.raises(Refused, match="cursor"):
        session.changes("company", "nonsense", ["name"])


def test_texts_are_found_in_every_script(session):
    """Whatever SQLite knows of upper and lower case."""
    save(session, ({"name": "ÅSE & CO", "number": "1"},), ({"name": "Straße", "number": "2"},))

    def found(text):
        return [r.fields["name"] for r in session.search("company", Query(text), ["name"])]

    assert ["ÅSE & CO"] == found("åse")
    assert ["Straße"] == found("STRASSE")
    assert [] == found("' OR 1=1 --")
    under = Query(parent=EntityRef.of("company", "1"))
    assert 0 == len(session.search("company", under, ["name"]))


def test_models_in_postgres_keep_their_promises():
    """The same models in PostgreSQL: all that hangs on the database, in a process of its own."""
    if missing := why_no_postgres():
        pytest.skip(missing)
    root = Path(__file__).parents[3]
    program = "tests.integration.crm.examine_django_on_postgres"
    with postgres_server() as server:
        command = [sys.executable, "-W", "error", "-m", program, str(server.folder)]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr
    told = json.loads(done.stdout)
    assert [] == told["broken"]
    assert told["kept"] > 35
