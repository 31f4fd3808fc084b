"""What goes wrong with real servers, and that nothing is lost by it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Event, Thread
from time import sleep

import pytest

from erplink.adapters.erp.tryton import TrytonConnector
from erplink.connectors import Edit, EditStale, EditUnknown, Saved, all_changes
from erplink.errors import SessionError, Unavailable

NAME = ["name"]


def read(session, since=None, kind="customer", fields=NAME):
    """What a whole reading tells: records by key, and the cursor at its end."""
    pages = list(all_changes(session, kind, fields, since))
    return {record.ref.key: record for page in pages for record in page}, pages[-1].cursor


def make(server, *names):
    return [
        str(id_) for id_ in server.call("model.party.party.create", [{"name": n} for n in names])
    ]


@pytest.fixture
def server(tryton):
    """A server that other tests of this file use as well."""
    return tryton


def test_three_hundred_late_rows_are_told(tryton_on_postgres, opened):
    """Rows that end late, all under a stamp that was passed, come with the next reading."""
    server = tryton_on_postgres
    session = opened(server)
    _, cursor = read(session)
    with closing(server.postgres.connect(server.database)) as late:
        with late.transaction():
            late.execute(
                "INSERT INTO party_party (name, code, active, create_uid, create_date)"
                " SELECT 'Late', 'late ' || n, true, 1, CURRENT_TIMESTAMP"
                " FROM generate_series(1, 300) n"
            )
            # The server tells its time to the second.
            sleep(1.1)
            (quick,) = make(server, "Quick")
            found, cursor = read(session, cursor)
            assert quick in found
            assert "Late" not in {record.fields["name"] for record in found.values()}
        later, _ = read(session, cursor)

    assert 300 == sum(record.fields["name"] == "Late" for record in later.values())
    without, _ = read(opened(server, overlap=0), cursor)
    assert 0 == sum(record.fields["name"] == "Late" for record in without.values())


def test_a_database_that_drops_everybody_is_come_back_to(tryton_on_postgres, opened):
    """As when it is restarted: what was asked is answered, or told as unavailable, and goes on."""
    server = tryton_on_postgres
    session = opened(server)
    (key,) = make(server, "Fjord Boats")
    with closing(server.postgres.connect()) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [server.database],
        )

    for _ in range(10):
        try:
            (record,) = session.get("customer", [key], NAME)
        except Unavailable:
            continue
        break

    assert "Fjord Boats" == record.fields["name"]
    (answer,) = session.save("customer", [Edit({"name": "Fjord Boats AS"}, key)])
    assert isinstance(answer, Saved | EditUnknown)
    assert "Fjord Boats AS" == session.get("customer", [key], NAME)[0].fields["name"]


def test_six_writers_on_one_party_lose_no_edit(tryton_on_postgres, opened):
    """Whoever expects a version that is gone is told so; every edit that was taken is there."""
    server = tryton_on_postgres
    (key,) = make(server, "0")

    def count_up(_):
        session = opened(server)
        done = 0
        for _ in range(10):
            (record,) = session.get("customer", [key], NAME)
            edit = Edit({"name": str(int(record.fields["name"]) + 1)}, key, expects=record.version)
            try:
                (answer,) = session.save("customer", [edit])
            except Unavailable:
                continue
            done += isinstance(answer, Saved)
            assert isinstance(answer, Saved | EditStale)
        return done

    with ThreadPoolExecutor(6) as writers:
        done = sum(writers.map(count_up, range(6)))

    (record,) = opened(server).get("customer", [key], NAME)
    assert done == int(record.fields["name"])
    assert done > 0


@pytest.mark.parametrize("off", [timedelta(hours=1), -timedelta(hours=1)])
def test_a_clock_that_is_an_hour_off_loses_nothing(run_tryton, opened, off):
    """Cursors come from what the server told, by its own clock."""
    with run_tryton(clock_off=off) as server:
        session = opened(server)
        make(server, "One")
        _, cursor = read(session)
        two = make(server, "Two")
        found, cursor = read(session, cursor)
        assert {*two} <= found.keys()
        assert "Two" == found[two[0]].fields["name"]
        three = make(server, "Three")
        assert {*three} <= read(session, cursor)[0].keys()


def test_a_stamp_in_the_future_holds_nothing_up(server, opened):
    """A clock that was ahead and is right again: what is changed now is still told."""
    session = opened(server)
    with run_ahead(server, "Tomorrow"):
        _, cursor = read(session)
        late = make(server, "Today")

        assert {*late} <= read(session, cursor)[0].keys()


class run_ahead:  # noqa: N801 - used like a function
    """Has a party that was changed a day from now."""

    def __init__(self, server, name):
        self.key = make(server, name)[0]
        with closing(sqlite3.connect(server.folder / f"{server.database}.sqlite")) as database:
            database.execute(
                "UPDATE party_party SET write_date = '2099-01-01 00:00:00.000000' WHERE id = ?",
                [int(self.key)],
            )
            database.commit()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_a_server_that_is_killed_is_unavailable_and_comes_back(own_tryton, opened):
    """A session that was begun goes on with the server that was started again."""
    session = opened(own_tryton)
    (key,) = make(own_tryton, "Fjord Boats")

    own_tryton.kill()
    with pytest.raises(Unavailable):
        session.get("customer", [key], NAME)
    own_tryton.start()

    assert "Fjord Boats" == session.get("customer", [key], NAME)[0].fields["name"]


def test_a_server_that_is_killed_in_a_pass_leaves_nothing_twice(house):
    """Killed in the middle of writing, started again: in the end each company has one party."""
    names = {f"Company {number:02}" for number in range(12)}
    for name in names:
        house.add(name=name)
    house.connect()
    begun = Event()
    seen = Thread(target=kill_once_there_is_something, args=[house, begun])
    seen.start()
    with_fault = house.hub.sync.now()
    seen.join()
    house.server.start()

    house.hub.sync.replay(with_fault[0].run.connection)
    house.hub.sync.now(full=True)

    made = [name for (name,) in house.parties() if name in names]
    assert sorted(names) == sorted(made)
    assert begun.is_set()


def kill_once_there_is_something(house, begun):
    for _ in range(2000):
        try:
            if len(house.parties()) > 0:
                break
        except SessionError:
            continue
    house.server.kill()
    begun.set()


def test_a_session_that_the_server_ended_is_begun_anew(server, opened):
    """The password is asked for once more by the server, and by nobody else."""
    session = opened(server)
    (key,) = make(server, "Fjord Boats")
    drop_sessions(server)

    assert "Fjord Boats" == session.get("customer", [key], NAME)[0].fields["name"]


def drop_sessions(server):
    with closing(sqlite3.connect(server.folder / f"{server.database}.sqlite", timeout=30)) as file:
        file.execute("DELETE FROM ir_session")
        file.commit()
    server._desk = None


def test_a_thousand_parties_are_read_in_order(server, opened):
    """On pages of any size, each of them once."""
    names = [f"Party {number:04}" for number in range(1000)]
    keys = make(server, *names)
    session = opened(server, TrytonConnector(page_max=300))

    found, _ = read(session)

    assert names == [found[key].fields["name"] for key in keys]
