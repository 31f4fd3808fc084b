"""The tryton connector keeps its promises over real servers, of several series and databases."""

import itertools
import os
import re
from contextlib import closing

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.tryton import TrytonConnector
from erplink.adapters.http import Answered, Failed, Failure, Headers, HttpFactory
from erplink.domain.secret import Secret
from erplink.testing import ConnectorConformance, Harness, VirtualClock
from erplink.testing.promises import NotTried
from erplink.testing.tryton_world import TrytonWorld

CONNECTOR = TrytonConnector(page_max=3)
WRITES = re.compile(rb'"method":"[^"]*\.(create|write|delete)"')
ATTEMPTS = 4
#: Their check digits are is right; the server looks at that.
VAT, OTHER_VAT = "DE136695976", "DE100000008"
PARTY = {
    "name": "name {}".format,
    "code": None,  # filled for each run
    "active": lambda number: number % 2 == 1,
    "language": lambda number: ("de", "fr", "en")[number % 3],
    "vat": VAT,
    "identifiers": lambda number: (f"id {number}", f"more {number}"),
    "phones": lambda number: (f"+47 {number:08}", f"+46 {number:08}"),
    "emails": lambda number: (f"mail.{number}@erp.example",),
    "websites": lambda number: (f"https://erp.example/{number}",),
    "street": "street {}".format,
    "postal_code": "{:05}".format,
    "city": "city {}".format,
    "country": "DE",
    "subdivision": lambda number: ("DE-BE", "DE-HH")[number % 2],
    "categories": lambda number: (("Gold",), ("Customer", "Gold"))[number % 2],
}
SAMPLE = {
    "address": {
        "party_name": "name {}".format,
        "street": "street {}".format,
        "postal_code": "{:05}".format,
        "city": "city {}".format,
        "active": lambda number: number % 2 == 1,
        "country": "DE",
        "subdivision": lambda number: ("DE-BE", "DE-HH")[number % 2],
    },
    "project": {
        "name": "name {}".format,
        "comment": "comment {}".format,
        "effort_hours": lambda number: number,
    },
}
runs = itertools.count(1)


class Wire:
    """Between the connector and the server; breaks at the worst moment."""

    def __init__(self, wire, faults):
        self.wire, self.faults = wire, faults

    def exchange(self, call):
        faults, writes = self.faults, WRITES.search(call.body or b"")
        if faults.throttled and not writes:
            seconds, faults.throttled = faults.throttled, 0
            return Answered(429, Headers([("Retry-After", f"{seconds:.0f}")]), b"")
        if faults.breaks and not writes:
            faults.breaks -= 1
            return Failed(Failure.BROKEN, "the connection broke")
        answered = self.wire.exchange(call)
        if faults.loses and writes:
            faults.loses = False
            return Failed(Failure.BROKEN, "the answer was lost")
        return answered

    def close(self):
        self.wire.close()


class Faults:
    def __init__(self):
        self.throttled, self.breaks, self.loses = 0, 0, False

    def throttle(self, seconds):
        self.throttled = seconds

    def break_down(self):
        self.breaks = ATTEMPTS

    def lose_answer(self):
        self.loses = True

    def context(self, clock):
        plain = HttpFactory(clock=clock)
        http = HttpFactory(clock=clock, wire=lambda *args: Wire(plain._make_wire(*args), self))
        return lambda config: make_context("erp", config, clock=clock, http=http)


def harness_of(server, **more):
    world, faults, clock = TrytonWorld(server), Faults(), VirtualClock()
    run = next(runs)
    party = PARTY | {"code": f"code {run}-{{}}".format}
    config = server.config(relation="Works for")
    known = {
        "bad_config": config | {"password": Secret("let-admin-in-2")},
        "seed": world.seed,
        "edit": world.edit,
        "remove": world.remove,
        "merge": world.merge,
        "throttle": faults.throttle,
        "break_down": faults.break_down,
        "lose_answer": faults.lose_answer,
        "context": faults.context(clock),
        "sample": SAMPLE | {"customer": party, "person": party},
        "other": {
            "customer": {"vat": OTHER_VAT, "country": "DE"},
            "person": {"vat": OTHER_VAT, "country": "DE"},
            "address": {"country": "DE"},
        },
        "clock": clock,
    }
    yield Harness.of(CONNECTOR, config, **{**known, **more})
    world.clear()


#: What is tried on every server; the rest where ``ERPLINK_TRYTON_ALL`` is set.
FEW = {
    "test_a_broken_reading_can_be_taken_up_again",
    "test_a_configuration_is_diagnosed",
    "test_a_creation_is_found_by_its_key",
    "test_a_deletion_is_told",
    "test_a_late_commit_is_told",
    "test_a_lost_creation_can_be_resolved",
    "test_a_merged_record_leads_to_its_new_key",
    "test_a_new_record_is_in_the_next_reading",
    "test_a_stale_version_is_refused",
    "test_a_text_is_found_wherever_it_stands",
    "test_a_version_moves_with_its_record",
    "test_an_edit_is_in_the_next_reading",
    "test_claims_fit_what_there_is",
    "test_what_was_saved_is_told",
}
#: What takes very long, for it saves and searches for each value and each field by itself.
LONG = {
    "test_every_operator_means_what_it_says",
    "test_saved_codes_stay_texts",
    "test_saved_texts_keep_their_letters",
}
ALL = bool(os.environ.get("ERPLINK_TRYTON_ALL"))
KINDS = ("customer", "person", "project") if ALL else ("customer",)


def needs_all(reason):
    return pytest.skip(f"{reason}: set ERPLINK_TRYTON_ALL to try it")


class TestTrytonOnSqlite(ConnectorConformance):
    @pytest.fixture(autouse=True)
    def _some(self, request):
        if not ALL and request.node.originalname in LONG:
            needs_all("it takes very long")

    @pytest.fixture
    def harness(self, tryton):
        """Version 8.0 over SQLite, with people who work in it."""
        yield from harness_of(tryton, kinds=KINDS)


class TestTrytonAddresses(ConnectorConformance):
    @pytest.fixture(autouse=True)
    def _some(self):
        if not ALL:
            needs_all("it takes long")

    @pytest.fixture
    def harness(self, tryton):
        """Addresses by themselves, of customers that come without any."""
        bare = SAMPLE | {"customer": {"name": "name {}".format}}
        other = {"address": {"country": "DE"}}
        yield from harness_of(tryton, kinds=("address",), sample=bare, other=other)


class TestTrytonOnPostgres(ConnectorConformance):
    @pytest.fixture(autouse=True)
    def _some(self, request):
        if not ALL and request.node.originalname not in FEW:
            needs_all("it is tried on SQLite")

    @pytest.fixture
    def harness(self, tryton_on_postgres):
        """Version 8.0 over PostgreSQL, where transactions may end late."""
        server = tryton_on_postgres
        with closing(server.postgres.connect(server.database)) as late:
            yield from harness_of(server, kinds=KINDS, begin=beginning(late))


class TestOldTryton(ConnectorConformance):
    @pytest.fixture(autouse=True)
    def _some(self, request):
        if not ALL and request.node.originalname not in FEW:
            needs_all("it is tried on 8.0")

    @pytest.fixture
    def harness(self, old_tryton):
        """Version 7.0 over SQLite, whose moments are of whole seconds."""
        yield from harness_of(old_tryton, kinds=KINDS)


def beginning(connection):
    """A transaction that is begun now, and ended when somebody says so."""

    def begin(kind, values):
        if kind != "customer":
            raise NotTried(f"{kind}: only a party is begun here")
        transaction = connection.transaction()
        transaction.__enter__()
        (key,) = connection.execute(
            "INSERT INTO party_party (name, code, active, create_uid, create_date)"
            " VALUES (%s, %s, true, 1, CURRENT_TIMESTAMP) RETURNING id",
            [values["name"], values["code"]],
        ).fetchone()

        def commit():
            transaction.__exit__(None, None, None)
            return str(key)

        return commit

    return begin
