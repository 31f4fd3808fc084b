"""erplink as an app of a real Django project: the command, and the pages of the admin."""

import html
import re
from io import StringIO

import pytest

pytest.importorskip("django", reason="the extra [django] is not installed")

from tests.django_host.setup import set_up

set_up()

from django.apps import apps  # noqa: E402 - once Django is set up
from django.contrib.auth.models import Group, Permission, User  # noqa: E402 - as above
from django.core.exceptions import ImproperlyConfigured  # noqa: E402 - as above
from django.core.management import CommandError, call_command  # noqa: E402 - as above
from django.db import connection  # noqa: E402 - as above
from django.test import Client, override_settings  # noqa: E402 - as above
from django.urls import reverse  # noqa: E402 - as above
from tests.django_host.hub import ERP  # noqa: E402 - as above
from tests.django_host.shop.models import Customer, Mail, Person, Phone  # noqa: E402 - as above


@pytest.fixture
def hub():
    """The Hub of a process that has just begun, over models and an ERP that are empty."""
    for model in (Mail, Person, Phone, Customer, User, Group):
        model.objects.all().delete()
    for kind in ERP.kinds:
        ERP.rows(kind.name).clear()
        ERP._log.clear()
    config = apps.get_app_config("erplink")
    config.__dict__.pop("hub", None)
    yield config.hub
    config.__dict__.pop("hub").close()
    connection.close()


def login(name, *permissions, groups=(), superuser=False):
    """A browser in which a member of the staff is logged in."""
    user = User.objects.create_user(name, is_staff=True, is_superuser=superuser)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    user.groups.set([Group.objects.get_or_create(name=group)[0] for group in groups])
    client = Client()
    client.force_login(user)
    return client


def page(client, name, status=200, **query):
    """The text of a page, without its marks."""
    answer = client.get(reverse(f"admin:erplink_{name}_changelist"), query)
    assert status == answer.status_code
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def post(client, name, **values):
    """Post a form of a page; gives what is told on it afterwards."""
    answer = client.post(reverse(f"admin:erplink_{name}_changelist"), values, follow=True)
    told = re.findall(r'<li class="(?:success|error)">(.*?)</li>', answer.content.decode())
    return answer.status_code, [html.unescape(each) for each in told]


def command(*arguments):
    """What ``manage.py erplink`` prints."""
    out = StringIO()
    call_command("erplink", *arguments, stdout=out)
    return out.getvalue()


# the command -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hub")
def test_the_command_syncs():
    """A customer of the ERP is a row of the host's model afterwards."""
    ERP.put("customer", "K-7", {"name": "Fjord Boats", "number": "7", "city": "Oslo"})

    assert "north/customer: done, 1 read: 1 created\n" == command("sync", "north")
    assert ["Fjord Boats"] == list(Customer.objects.values_list("name", flat=True))


@pytest.mark.usefixtures("hub")
def test_the_command_syncs_all_and_everything():
    """Without a name, all connections; with --full, all that there is."""
    ERP.put("customer", "K-7", {"name": "Fjord Boats", "number": "7"})
    command("sync")

    assert "unchanged" in command("sync", "--full")


@pytest.mark.usefixtures("hub")
def test_the_command_tells_how_things_stand():
    """Each connection has a line."""
    command("sync")

    expected = ["north (North ERP): active; done", "south (South ERP): inactive"]

    assert expected == command("status").splitlines()


@pytest.mark.usefixtures("hub")
def test_the_command_names_what_is_not_there():
    """A connection that is misspelt ends the command with the names there are."""
    with pytest.raises(CommandError, match="north"):
        command("sync", "nort")


@pytest.mark.usefixtures("hub")
@override_settings(ERPLINK_HUB="")
def test_a_project_without_a_hub_is_told_so():
    """The error names the setting."""
    apps.get_app_config("erplink").__dict__.pop("hub")
    with pytest.raises(ImproperlyConfigured, match="ERPLINK_HUB"):
        command("status")
    with override_settings(ERPLINK_HUB="tests.django_host.hub.make_hub"):
        _ = apps.get_app_config("erplink").hub


def test_no_migration_is_missing():
    """A host's ``makemigrations --check`` finds nothing to do in erplink."""
    call_command("makemigrations", "erplink", check=True, dry_run=True, verbosity=0)


# the admin ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hub")
def test_connections_have_a_page():
    """A superuser sees all of them, and how they are doing."""
    command("sync")
    told = page(login("root", superuser=True), "connection")

    assert "North ERP north memory active" in told
    assert "South ERP south memory inactive" in told
    assert "customer done" in told


@pytest.mark.usefixtures("hub")
def test_a_user_sees_the_connections_of_their_scope():
    """What a connection's scope does not cover is on no page."""
    told = page(login("ada", "view_connection"), "connection")
    more = page(login("eve", "view_connection", groups=["accountants"]), "connection")

    assert ("North ERP" in told, "South ERP" in told) == (True, False)
    assert ("North ERP" in more, "South ERP" in more) == (True, True)


@pytest.mark.usefixtures("hub")
def test_a_user_without_the_permission_sees_nothing():
    """The pages are Django's to permit."""
    page(login("ada"), "connection", status=403)


@pytest.mark.usefixtures("hub")
def test_a_connection_is_synced_from_its_page():
    """Whoever may change connections may sync one; whoever may only see them may not."""
    ERP.put("customer", "K-7", {"name": "Fjord Boats", "number": "7"})
    asked = {"connection": "north", "action": "sync"}
    refused, _ = post(login("eve", "view_connection"), "connection", **asked)
    may = login("ada", "view_connection", "change_connection")
    status, told = post(may, "connection", **asked)

    assert (403, 200) == (refused, status)
    assert ["Customer: 1 read: 1 created"] == told


@pytest.mark.usefixtures("hub")
def test_a_connection_is_switched_off_and_on():
    """What keeps it from being switched on is told."""
    client = login("root", superuser=True)
    _, off = post(client, "connection", connection="north", action="deactivate")
    _, on = post(client, "connection", connection="north", action="activate")
    _, south = post(client, "connection", connection="nowhere", action="activate")

    assert ["North ERP is not active any more."] == off
    assert ["North ERP is active."] == on
    assert "nowhere" in south[0]


def ask(hub):
    """Have both sides rename a company, which is asked about."""
    ERP.put("customer", "K-7", {"name": "Fjord Boats", "number": "7"})
    hub.sync.now("north")
    row = Customer.objects.get()
    row.name = "Fjord Boats AS"
    row.save()
    ERP.put("customer", "K-7", {"name": "Fjord Boats & Sons"})
    hub.sync.now("north")
    return row


def test_questions_have_a_page(hub):
    """With the answers there are."""
    ask(hub)
    told = page(login("ada", "view_question"), "question")

    assert "crm: Fjord Boats AS" in told
    assert "North ERP: Fjord Boats & Sons" in told


def test_a_question_is_answered_from_its_page(hub):
    """Whoever may change questions may answer one; then nothing waits any more."""
    row = ask(hub)
    (question,) = hub.conflicts.open()
    asked = {"question": question.id, "answer": "north"}
    refused, _ = post(login("eve", "view_question"), "question", **asked)
    may = login("ada", "view_question", "change_question")
    _, wrong = post(may, "question", question=question.id, answer="south")
    _, told = post(may, "question", **asked)
    row.refresh_from_db()

    assert 403 == refused
    assert "south" in wrong[0]
    assert ["The question is settled."] == told
    assert "Fjord Boats & Sons" == row.name
    assert "Nothing waits for an answer." in page(may, "question")


def test_the_history_of_a_record_has_a_page(hub):
    """When it was written, on whose behalf, and why."""
    ERP.put("customer", "K-7", {"name": "Fjord Boats", "number": "7"})
    hub.sync.now("north")
    key = str(Customer.objects.get().pk)
    client = login("ada", "view_historyentry")
    told = page(client, "historyentry", system="crm", kind="company", key=key)

    assert "Fjord Boats" in told
    assert "Show" in page(client, "historyentry")
    assert "Nothing was written" in page(
        client, "historyentry", system="north", kind="customer", key="?"
    )
