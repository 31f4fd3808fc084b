"""Tryton servers made from wheels, for tests: an environment, a template, and a copy for each.

Tryton is free software under the GPL. It is installed into an environment of its own, runs as a
program of its own, and is spoken to over HTTP; nothing of it is imported.

.. code-block:: python

    @pytest.fixture(scope="session")
    def workshop(tmp_path_factory):
        return TrytonWorkshop(tmp_path_factory.mktemp("tryton"))

    @pytest.fixture
    def tryton(workshop):
        try:
            with workshop.server() as server:
                yield server
        except NoTryton as why:
            pytest.skip(str(why))

    def test_something(tryton):
        ids = tryton.call("model.party.party.create", [{"name": "Fjord Boats"}])
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from attrs import define, frozen
from attrs import field as attr

from erplink.adapters.http import HttpClient, http_client
from erplink.domain.secret import Secret
from erplink.errors import Refused
from erplink.testing.postgres import PostgresServer

__all__ = ["NoTryton", "TrytonServer", "TrytonWorkshop"]

USER: Final = "admin"
PASSWORD: Final = Secret("let-admin-in-1")
_SECONDS_MAX: Final = 60.0
_MODULES: Final = ("party", "company", "project", "party_relationship")
_SALES: Final = ("sale", "purchase")
_PACKAGES: Final = {
    # What old series need, and their wheels do not ask for.
    "7.0": ("setuptools<80", "passlib", "psycopg2-binary"),
}
_NEWER_PACKAGES: Final = ("psycopg[binary]", "psycopg_pool")
_DATABASE: Final = "erp"


class NoTryton(Exception):
    """There can be no server here; the message says why."""


@define(eq=False)
class TrytonServer:
    """A server with one database; killed and started again, the database is as it was."""

    #: Where its programs are.
    programs: Path
    #: Where its files are.
    folder: Path
    series: str
    database: str
    #: Where the database is, if not in a file of SQLite.
    postgres: PostgresServer | None = None
    clock_off: timedelta = timedelta(0)
    port: int = attr(init=False)
    _process: "subprocess.Popen[bytes] | None" = attr(default=None, init=False, repr=False)
    _desk: "_Desk | None" = attr(default=None, init=False, repr=False)

    @port.default
    def _some_port(self) -> int:
        return _free_port()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    # running --------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = self.folder / f"{self.port}.log"
        off = str(self.clock_off.total_seconds())
        program = str(self.programs / "trytond")
        options = ["-c", str(self.configured()), "-d", self.database]
        with log.open("ab") as told:
            self._process = subprocess.Popen(  # noqa: S603 - made by this very module
                [str(self.programs / "python"), "-c", _PROGRAM, off, program, *options],
                stdout=told,
                stderr=told,
                start_new_session=True,
            )
        _wait(self._answers, lambda: log.read_text("utf-8", "replace")[-2000:])

    def kill(self) -> None:
        """End it at once, whatever it was about."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it, if it still runs."""
        if self._desk is not None:
            self._desk.http.close()
        self._end(signal.SIGTERM)

    def configured(self) -> Path:
        """The file that it is configured by."""
        uri = "sqlite://"
        if self.postgres is not None:
            uri = f"postgresql://postgres:@/?host={self.postgres.folder}"
        file = self.folder / f"{self.port}.conf"
        file.write_text(
            f"[database]\nuri = {uri}\npath = {self.folder}\n"
            f"[web]\nlisten = 127.0.0.1:{self.port}\n",
            "utf-8",
        )
        return file

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise NoTryton("the server ended as soon as it was started")
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 1)):
            return True
        return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_SECONDS_MAX / 4)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    # its administrator at work --------------------------------------------------------------------

    def config(self, **more: Any) -> dict[str, Any]:
        """A configuration of the ``tryton`` connector for it."""
        known = {"url": self.url, "database": self.database}
        return {**known, "user": USER, "password": PASSWORD, **more}

    def call(self, method: str, *params: Any) -> Any:
        """What a method answers to the administrator, as JSON says it."""
        if self._desk is None:
            self._desk = _Desk.of(self)
        return self._desk.ask(method, *params, self._desk.context)

    def rows(self, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
        """The records of a model, archived ones too."""
        order = [["id", "ASC"]]
        rows: list[dict[str, Any]] = self.call(
            f"model.{model}.search_read", domain, 0, None, order, list(fields)
        )
        return rows


@define(eq=False)
class _Desk:
    """Where the administrator sits; knows nothing of the connector, which it is to judge."""

    http: HttpClient
    path: str
    headers: dict[str, Secret] = attr(factory=dict)
    context: dict[str, Any] = attr(factory=dict)

    @classmethod
    def of(cls, server: TrytonServer) -> "_Desk":
        path = f"{server.database}/" if server.series < "8" else f"{server.database}/rpc/"
        desk = cls(http_client(server.url), path)
        user, token, *_ = desk.ask("common.db.login", USER, {"password": PASSWORD.reveal()})
        session = b64encode(f"{USER}:{user}:{token}".encode()).decode()
        desk.headers["Authorization"] = Secret(f"Session {session}")
        known = desk.ask("model.res.user.get_preferences", True, {})  # noqa: FBT003 - for RPC
        desk.context |= {**known, "active_test": False}
        return desk

    def ask(self, method: str, *params: Any) -> Any:
        body = {"id": 1, "method": method, "params": list(params)}
        answer = self.http.post(self.path, json=body, headers=self.headers).json()
        if "error" in answer:
            raise Refused(str(answer["error"]))
        return answer["result"]


@frozen(eq=False)
class TrytonWorkshop:
    """A folder in which environments and templates are made, each once."""

    folder: Path

    @contextmanager
    def server(
        self,
        series: str = "8.0",
        *,
        postgres: PostgresServer | None = None,
        sales: bool = False,
        clock_off: timedelta = timedelta(0),
    ) -> Iterator[TrytonServer]:
        """Prepare what is not there yet, start a server on a free port, and stop it at the end.

        Args:
            series: Which Tryton.
            postgres: Where its databases are; files of SQLite where there is none.
            sales: Whether it has the modules for sales and purchases.
            clock_off: How far its clock is off; of SQLite's servers only.
        """
        programs = self._programs(series)
        template = self._template(programs, series, postgres, sales=sales)
        with TemporaryDirectory(prefix="erplink-tryton-") as folder:
            if postgres is None:
                shutil.copy(template, Path(folder, f"{_DATABASE}.sqlite"))
                yield from _served(programs, Path(folder), series, _DATABASE, None, clock_off)
                return
            name = f"{_DATABASE}{_free_port()}"
            with postgres.database(name, template):
                yield from _served(programs, Path(folder), series, name, postgres, clock_off)

    def _template(
        self, programs: Path, series: str, postgres: PostgresServer | None, *, sales: bool
    ) -> str:
        """The database that others are copied from: a file, or the name that it has."""
        name = f"template-{series}{'-sales' if sales else ''}"
        place = self.folder if postgres is None else Path(postgres.folder)
        if not (place / f"{name}.made").exists():
            modules = (*_MODULES, *(_SALES if sales else ()))
            _make(TrytonServer(programs, place, series, name, postgres), modules)
            (place / f"{name}.made").touch()
        return name if postgres is not None else str(place / f"{name}.sqlite")

    def _programs(self, series: str) -> Path:
        """The folder of the programs of an environment that has Tryton and its modules."""
        environment = self.folder / f"environment-{series}"
        done = environment / "done"
        if not done.exists():
            shutil.rmtree(environment, ignore_errors=True)
            _run([sys.executable, "-m", "venv", str(environment)], "make an environment")
            names = ("", *(f"-{module.replace('_', '-')}" for module in (*_MODULES, *_SALES)))
            packages = [f"trytond{name}~={series}.0" for name in names]
            beside = _PACKAGES.get(series, _NEWER_PACKAGES)
            pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "-q"]
            _run([*pip, *packages, *beside], f"install Tryton {series}")
            done.touch()
        return environment / "bin"


# what takes long, and is made once ----------------------------------------------------------------


def _served(*what: Any) -> Iterator[TrytonServer]:
    server = TrytonServer(*what)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _make(template: TrytonServer, modules: Sequence[str]) -> None:
    """Make the database that others are copied from."""
    file = template.folder / f"{template.database}.sqlite"
    if template.postgres is None:
        file.unlink(missing_ok=True)
        file.touch()
    else:
        template.postgres.run(f'CREATE DATABASE "{template.database}"')
    secret = template.folder / "password"
    secret.write_text(PASSWORD.reveal(), "utf-8")
    program = [str(template.programs / "trytond-admin"), "-c", str(template.configured())]
    wanted = ["-d", template.database, "-u", "ir", "res", *modules, "--activate-dependencies"]
    told = {**os.environ, "TRYTONPASSFILE": str(secret)}
    _run([*program, *wanted, "--email", "admin@example.com"], "make a database", told)
    template.start()
    try:
        _fill(template)
    finally:
        template.stop()
    if template.postgres is None:
        _settle(file)


def _fill(database: TrytonServer) -> None:
    """What every company has: a currency, countries, categories, and a way to be related."""

    def make(model: str, *values: dict[str, Any]) -> list[int]:
        ids: list[int] = database.call(f"model.{model}.create", list(values))
        return ids

    (euro,) = make("currency.currency", {"name": "Euro", "symbol": "€", "code": "EUR"})
    (party,) = make("party.party", {"name": "Harbour Trading"})
    (company,) = make("company.company", {"party": party, "currency": euro})
    (admin,) = database.rows("res.user", [["login", "=", USER]], "id")
    employed = {"companies": [["add", [company]]], "company": company}
    database.call("model.res.user.write", [admin["id"]], employed)
    germany, _ = make(
        "country.country", {"name": "Germany", "code": "DE"}, {"name": "Norway", "code": "NO"}
    )
    lands = {"Berlin": "DE-BE", "Hamburg": "DE-HH"}
    parts = [{"name": name, "code": code, "country": germany} for name, code in lands.items()]
    make("country.subdivision", *({**part, "type": "land"} for part in parts))
    make("party.category", *({"name": name} for name in ("Customer", "Supplier", "Gold")))
    make("party.relation.type", {"name": "Works for"})


def _settle(file: Path) -> None:
    """Have everything in one file, which can be copied."""
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode = DELETE")


def _run(command: Sequence[str], what: str, environment: Mapping[str, str] | None = None) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, env=environment, timeout=900)  # noqa: S603 - made by this very module
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", b"") or b""
        why = told.decode("utf-8", "replace").strip()[-500:]
        raise NoTryton(f"it was not possible to {what}: {why or error}") from None


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(ready: Callable[[], bool], told: Callable[[], str]) -> None:
    until = time.monotonic() + _SECONDS_MAX
    while not ready():
        if time.monotonic() > until:
            raise NoTryton(f"the server does not answer: {told()}")
        time.sleep(0.02)


_PROGRAM: Final = """
import datetime, runpy, sys, time, weakref

off = float(sys.argv.pop(1))
if off:
    from trytond.backend.sqlite import database

    right, known = time.time, weakref.WeakKeyDictionary()
    time.time = lambda: right() + off

    def now():
        moment = datetime.datetime.now() + datetime.timedelta(seconds=off)
        transaction = database.Transaction()
        of_transaction = known.setdefault(transaction, {})
        return of_transaction.setdefault(transaction.started_at, moment.isoformat(" "))

    database.now = now

del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Starts a server, with a clock that is off by so many seconds."""
