"""Kills processes that import or take back, at every step that they do, and looks what is there.

Each life is a process. The first one is killed at its n-th step, for every n there is; the second
one goes on to the end. A step is a transaction of the store, or a call that writes to the CRM. Run
by ``test_kill.py``; by hand: ``python kill_import.py URL FOLDER STRIDE``.
"""

import os
import signal
import sys
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from attrs import evolve

from erplink.adapters.clock import SystemClock
from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlKind
from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.stores import open_store
from erplink.connectors import Kind
from erplink.domain import ActorRef, Connection, Field, FieldRule, Mapping
from erplink.domain.staging import ImportSettings, settings_to_toml
from erplink.imports import Importer, Part, Result, parts_to_text
from erplink.imports import importer as importer_module
from erplink.sync import Engine, Options
from erplink.sync.state import Import, ImportState
from erplink.testing.wrapped import WrappedSession

META = sa.MetaData()
COMPANY = sa.Table(
    "company",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("street", sa.Text),
    sa.Column("request", sa.Text, unique=True),
    sqlite_autoincrement=True,
)
CONTACT = sa.Table(
    "contact",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("company_id", sa.ForeignKey("company.id"), nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("request", sa.Text, unique=True),
    sqlite_autoincrement=True,
)
CUSTOMER = Kind("customer", [Field("name"), Field("street")], ("name",))
PERSON = Kind("person", [Field("name")], ("name",), parent="customer")
PARTS = [
    Part(
        CUSTOMER,
        Mapping(
            "erp",
            "customer",
            "company",
            rules=[FieldRule("name", "name"), FieldRule("street", "street")],
        ),
    ),
    Part(PERSON, Mapping("erp", "person", "contact", rules=[FieldRule("name", "name")])),
]
WISH = ImportSettings(
    match={"company": "name", "contact": "name"},
    on_duplicate="replace",
    on_alone="create a company",
)
ROWS = Result(created=9, updated=2)
"""Six customers, of whom the CRM has two; three persons, and two companies that are made."""


class Steps:
    """Counts the steps of this process, and kills it at one of them."""

    def __init__(self, last):
        self.done, self.last = 0, last

    def step(self):
        self.done += 1
        if self.done == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal(WrappedSession):
    def __init__(self, session, steps):
        super().__init__(session)
        self.steps = steps

    def save(self, kind, edits):
        self.steps.step()
        saved = self.session.save(kind, edits)
        self.steps.step()
        return saved

    def delete(self, kind, removals):
        self.steps.step()
        done = self.session.delete(kind, removals)
        self.steps.step()
        return done


class MortalStore:
    def __init__(self, store, steps):
        self.store, self.steps = store, steps

    def __getattr__(self, name):
        return getattr(self.store, name)

    @contextmanager
    def begin(self):
        self.steps.step()
        with self.store.begin() as state:
            yield state
        self.steps.step()


class LateClock(SystemClock):
    """The leases of the dead are over."""

    __slots__ = ("_late",)

    def __init__(self, late):
        self._late = late

    def now(self):
        return super().now() + self._late


def crm_at(path):
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.pool.NullPool)
    fields = {"name": "name", "street": "street"}
    kinds = [
        SqlKind("company", COMPANY, fields, request="request"),
        SqlKind(
            "contact",
            CONTACT,
            {"name": "name"},
            parent="company",
            parent_key="company_id",
            request="request",
        ),
    ]
    return engine, SqlCrm(engine, kinds)


def told(path):
    """All that the CRM holds."""
    engine, _ = crm_at(path)
    with engine.connect() as run:
        company = {row.id: (row.name, row.street) for row in run.execute(sa.select(COMPANY)).all()}
        contact = [
            (row.name, company[row.company_id][0]) for row in run.execute(sa.select(CONTACT))
        ]
    return sorted(company.values()), sorted(contact)


def importer_of(store, crm, erp=None, late=0, steps=None):
    def opened(system):
        if system != "crm":
            return erp.session(system)
        return crm() if steps is None else Mortal(crm(), steps)

    options = evolve(Options(), batch=3)
    clock = LateClock(timedelta(minutes=5 * late))
    return Importer(store, Engine(store, opened, clock, options=options), "import-1")


def stage(url, tenant, path):
    """Everything up to the preview."""
    engine, crm = crm_at(path)
    META.create_all(engine)
    with engine.begin() as run:
        old = [{"name": f"Company {n}", "street": "Old street"} for n in range(2)]
        run.execute(sa.insert(COMPANY), old)
    erp = MemoryErp([CUSTOMER, PERSON])
    for n in range(6):
        erp.put("customer", f"K-{n}", {"name": f"Company {n}", "street": "New street"})
    erp.put("person", "P-0", {"name": "Ann"}, parent=ActorRef("erp", "customer", "K-0"))
    for n in range(2):
        erp.put("person", f"P-{n + 1}", {"name": f"Person {n}"})
    with closing(open_store(url, tenant=tenant)) as store:
        with store.begin() as state:
            state.connections.put(Connection("erp", "ERP", "memory", active=True))
            state.imports.put(
                Import(
                    id="import-1",
                    connection="erp",
                    actor_kind="person",
                    created=datetime.now(UTC),
                    source=parts_to_text(PARTS),
                    settings=settings_to_toml(WISH),
                )
            )
        importer = importer_of(store, crm, erp)
        importer.add(kind="customer")
        importer.add(kind="person")
        importer.preview()


def import_all(importer):
    if importer.state.state is not ImportState.DONE:  # else it died of its last step
        importer.run()


def undo_all(importer):
    importer.undo(importer.plan_undo())


def lived(url, tenant, path, what, *, last, late):
    """Do it in a process of its own; whether it came to the end."""
    child = os.fork()
    if child == 0:
        try:
            steps, (_, crm) = Steps(last), crm_at(path)
            with closing(open_store(url, tenant=tenant, wait=30.0)) as store:
                what(importer_of(MortalStore(store, steps), crm, late=late, steps=steps))
        except BaseException:  # noqa: BLE001 - it is told, and the process ends
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), f"life {late} died of {status}"
    return status == 0


def one_story(url, tenant, path, last):
    """Import and take back, with a death at one step of each; whether any was left to die at."""
    stage(url, tenant, path)
    before = told(path)
    imported = lived(url, tenant, path, import_all, last=last, late=0)
    if not imported:
        assert lived(url, tenant, path, import_all, last=0, late=1)
    with closing(open_store(url, tenant=tenant)) as store:
        importer = importer_of(store, None)
        assert (ImportState.DONE, ROWS) == (importer.state.state, importer.result()), last
    companies, contacts = told(path)
    new = [(f"Company {n}", "New street") for n in range(6)]
    made = [(f"Person {n}", None) for n in range(2)]
    assert [*new, *made] == companies, last
    people = [("Ann", "Company 0"), ("Person 0", "Person 0"), ("Person 1", "Person 1")]
    assert people == contacts, last
    undone = lived(url, tenant, path, undo_all, last=last, late=2)
    if not undone:
        assert lived(url, tenant, path, undo_all, last=0, late=3)
    assert before == told(path), last
    return not (imported and undone)


def main(url, folder, stride):
    importer_module._PAGE = 3
    last, stories, going = 1, 0, True
    while going:
        path = Path(folder) / f"crm-{last}.db"
        going = one_story(url, f"t{last}", path, last)
        path.unlink()
        last, stories = last + stride, stories + 1
    sys.stdout.write(f"stories: {stories}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
