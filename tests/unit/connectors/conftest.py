"""What the tests of the contract share: plug-ins that are really installed, and small sessions."""

import sys
from textwrap import dedent

import pytest

from erplink.connectors import (
    Capabilities,
    GuardedSession,
    Kind,
    KindCapabilities,
    Redactor,
)
from erplink.domain.fields import Field, FieldType
from erplink.domain.secret import Secret

KINDS = (
    Kind(
        "customer",
        (
            Field("name"),
            Field("credit", FieldType.DECIMAL),
            Field("seen", FieldType.DATETIME),
            Field("emails", FieldType.TEXTS),
        ),
        ("name",),
        parent="group",
    ),
    Kind("group", (Field("name"),)),
)
EVERYTHING = KindCapabilities(
    read=True,
    search=True,
    count=True,
    changes=True,
    deletions=True,
    create=True,
    save=True,
    delete=True,
    versions=True,
    find_created=True,
    page_max=3,
    batch_max=3,
)


class Answers:
    """A session that gives the same answer to every question, or does what it is told to."""

    def __init__(self, answer=None, *, kinds=KINDS, **claims):
        self.answer, self.described, self.asked, self.closed = answer, kinds, [], 0
        of_kind = claims.pop("of_kind", EVERYTHING)
        self.claimed = Capabilities(kinds={"customer": of_kind}, **{"lists": True, **claims})

    @property
    def capabilities(self):
        self.asked.append(("capabilities",))
        return self.claimed

    def kinds(self):
        self.asked.append(("kinds",))
        return self.described

    def close(self):
        self.closed += 1

    def __getattr__(self, name):
        def answered(*arguments):
            self.asked.append((name, *arguments))
            return self.answer() if callable(self.answer) else self.answer

        return answered


@pytest.fixture(scope="session")
def answers():
    return Answers


@pytest.fixture(scope="session")
def everything():
    return EVERYTHING


@pytest.fixture(scope="session")
def guard():
    """Stands before a session of one connection, whose secret it knows."""

    def stand(session, **more):
        secret = Redactor([Secret("let-me-in")])
        return GuardedSession(session, plugin="acme", system="erp", redactor=secret, **more)

    return stand


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs distributions: a module of some source, offered under an entry point."""
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)

    def installed(name, source, *, module=None, entry_point="plugin"):
        module = module or f"installed_{name}"
        (tmp_path / f"{module}.py").write_text(dedent(source))
        home = tmp_path / f"{name}-1.0.dist-info"
        home.mkdir()
        (home / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (home / "entry_points.txt").write_text(f"[erplink]\n{entry_point} = {module}\n")

    yield installed
    for name in set(sys.modules) - before:
        if name.startswith("installed_"):
            del sys.modules[name]
