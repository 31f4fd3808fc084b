"""Several writers at once, writers that die, and programs that know nothing of any lock."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from erplink.adapters.clock import SystemClock
from erplink.adapters.erp.files import FileLimits
from erplink.adapters.erp.files import source as sources
from erplink.adapters.erp.files.content import read_content, signature_of
from erplink.adapters.erp.files.locking import LOCK_SUFFIX, locked
from erplink.adapters.erp.files.replacing import TEMPORARY_SUFFIX, replace_file
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.connectors import Edit, EditStale, Saved
from erplink.errors import Unavailable
from erplink.testing import VirtualClock

openpyxl = pytest.importorskip("openpyxl", reason="the extra [files] is not installed")

CUSTOMERS = "id,name,note\n1,Acme,x\n2,Beta,y\n"


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "customers.csv"
    file.write_text(CUSTOMERS)
    return file


def only(folder):
    return sorted(each.name for each in folder.iterdir())


# at once -----------------------------------------------------------------------------------------


def test_sessions_that_write_at_once_lose_no_row(path, opened, all_of):
    """Each waits for the others and sees what they wrote, so that every number is given once."""

    def create(n):
        session = opened(path)
        edits = [Edit({"name": f"{n}-{m}"}) for m in range(3)]
        return [
            saved.record.ref.key for edit in edits for saved in session.save("customer", [edit])
        ]

    with ThreadPoolExecutor(4) as writers:
        keys = [key for found in writers.map(create, range(4)) for key in found]

    records = all_of(opened(path), "customer")
    assert 12 == len(set(keys))
    assert {"1", "2", *keys} == set(records)
    assert {f"{n}-{m}" for n in range(4) for m in range(3)} <= {
        record.fields["name"] for record in records.values()
    }
    assert ["customers.csv"] == only(path.parent)


WRITER = """
import sys
from erplink.adapters.context import make_context
from erplink.adapters.erp.files import FilesConnector
from erplink.connectors import Edit, open_session

config = {"path": sys.argv[1]}
session = open_session(FilesConnector(), config, make_context("f", config))
for n in range(5):
    session.save("customer", [Edit({"name": sys.argv[2]}), Edit({sys.argv[2]: str(n)}, "1")])
"""


def test_processes_that_write_at_once_lose_nothing(path, opened, all_of):
    """Neither the rows that they add nor the cells that they change in one row."""
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name])
        for name in ("name", "note")
    ]

    assert [0, 0] == [writer.wait(timeout=30) for writer in writers]
    records = all_of(opened(path), "customer")
    assert 12 == len(records)
    assert ("4", "4") == (records["1"].fields["name"], records["1"].fields["note"])


def test_a_writer_waits_for_another_one_only_so_long(path, opened):
    """And is told to come back."""
    clock = VirtualClock()
    session = opened(path, clock=clock, limits=FileLimits(lock_seconds_max=3.0))

    with (
        locked(path, FileLimits(), SystemClock()),
        pytest.raises(Unavailable, match="Another program is writing"),
    ):
        session.save("customer", [Edit({"name": "x"}, "1")])

    assert 3 <= clock.monotonic() < 4
    assert isinstance(session.save("customer", [Edit({"name": "x"}, "1")])[0], Saved)


def test_a_change_by_a_program_that_knows_no_lock_is_kept(path, opened, monkeypatch):
    """It came between reading and replacing: everything is decided again on what is there now."""
    session = opened(path)
    version = session.get("customer", ["1"], [])[0].version
    real, meddled = replace_file, []

    def meddling(target, data, expected):
        if not meddled:
            meddled.append(path.write_text(CUSTOMERS.replace("Acme", "Theirs") + "3,C,z\n"))
        return real(target, data, expected)

    monkeypatch.setattr(sources, "replace_file", meddling)
    edits = [Edit({"note": "mine"}, "1", expects=version), Edit({"note": "mine"}, "2")]
    stale, saved = session.save("customer", edits)

    assert isinstance(stale, EditStale)
    assert "Theirs" == stale.current.fields["name"]
    assert isinstance(saved, Saved)
    assert "id,name,note\n1,Theirs,x\n2,Beta,mine\n3,C,z\n" == path.read_text()


def test_a_file_that_never_rests_is_left_for_later(path, opened, monkeypatch):
    """After some attempts the writer is told to come back, and nothing was done."""
    session = opened(path, limits=FileLimits(attempts_max=3))
    attempts = []

    def meddling(target, data, expected):
        attempts.append(path.write_text(CUSTOMERS + f"{len(attempts) + 3},C,z\n"))
        return replace_file(target, data, expected)

    monkeypatch.setattr(sources, "replace_file", meddling)
    with pytest.raises(Unavailable, match="goes on being changed"):
        session.save("customer", [Edit({"note": "mine"}, "1")])

    assert 3 == len(attempts)
    assert "mine" not in path.read_text()


@pytest.mark.parametrize(
    ("mark", "program"), [("~$erp.xlsx", "Excel"), (".~lock.erp.xlsx#", "LibreOffice")]
)
def test_nothing_is_written_while_a_person_has_the_file_open(
    tmp_path, workbook, opened, diagnosed, mark, program
):
    """They would undo it when they save."""
    path = workbook(tmp_path / "erp.xlsx", Customers=[["id", "n"], ["1", "a"]])
    (tmp_path / mark).write_text("somebody")
    session = opened(path)

    with pytest.raises(Unavailable, match=f"open in {program}"):
        session.save("customer", [Edit({"n": "b"}, "1")])
    assert "a" == session.get("customer", ["1"], ["n"])[0].fields["n"]
    assert "open-elsewhere" == diagnosed(path).code


# dying -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "os.fdopen"])
def test_a_write_that_fails_leaves_the_file_as_it_was(path, opened, monkeypatch, step):
    """A full disk, a lost drive: the old content is whole, and nothing lies beside it."""
    session = opened(path)

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(Unavailable, match="is as it was"):
        session.save("customer", [Edit({"name": "x"}, "1")])
    monkeypatch.undo()

    assert CUSTOMERS == path.read_text()
    assert ["customers.csv"] == only(path.parent)
    assert isinstance(session.save("customer", [Edit({"name": "x"}, "1")])[0], Saved)


DYING = "import os, pathlib\npathlib.Path.replace = lambda *_: os._exit(9)\n" + WRITER


def test_a_writer_that_is_killed_leaves_the_file_as_it_was(path, opened, all_of):
    """Its lock is free at once, and the next writer cleans up what it left."""
    done = subprocess.run([sys.executable, "-c", DYING, str(path), "name"], check=False)

    assert 9 == done.returncode
    assert CUSTOMERS == path.read_text()
    assert any(name.endswith(TEMPORARY_SUFFIX) for name in only(path.parent))
    session = opened(path.parent)
    assert {"1", "2"} == set(all_of(session, "customer"))
    session.save("customer", [Edit({"name": "x"}, "1")])
    assert ["customers.csv"] == only(path.parent)


def test_what_others_left_is_not_cleaned_up(path, opened):
    """Only names that are certainly this connector's own, for this very file."""
    others = [f".other.csv.1{TEMPORARY_SUFFIX}", ".customers.csv.tmp", f".x{LOCK_SUFFIX}"]
    for name in others:
        (path.parent / name).write_text("")

    opened(path).save("customer", [Edit({"name": "x"}, "1")])

    assert sorted([*others, "customers.csv"]) == only(path.parent)


# files and links ---------------------------------------------------------------------------------


def test_the_rights_of_a_file_are_kept(path, opened):
    """Whoever could read it can read it still, and nobody else."""
    path.chmod(0o640)

    opened(path).save("customer", [Edit({"name": "x"}, "1")])

    assert 0o640 == path.stat().st_mode & 0o777


def test_a_link_goes_on_being_one(path, opened):
    """The file it leads to is changed."""
    link = path.parent / "link.csv"
    link.symlink_to(path)

    opened(link).save("customer", [Edit({"name": "x"}, "1")])

    assert link.is_symlink()
    assert "1,x,x" in path.read_text()


def test_a_folder_that_is_gone_is_told(path, opened):
    """Surely nothing was done, and it may come back: a drive that is not there for a while."""
    session = opened(path)
    path.rename(path.with_name("away.csv"))

    with pytest.raises(Unavailable, match=r"no file customers\.csv"):
        session.get("customer", ["1"], [])
    with pytest.raises(Unavailable):
        session.save("customer", [Edit({"name": "x"}, "1")])


def test_an_old_content_is_never_replaced_by_mistake(path):
    """Where the file is another one by now, nothing is done."""
    before = signature_of(path)
    path.write_text("somebody else's")

    assert not replace_file(path, b"mine", before)
    assert "somebody else's" == path.read_text()
    path.unlink()
    with pytest.raises(FileTrouble, match="There is no file"):
        signature_of(path)


# reading while others write ----------------------------------------------------------------------


def test_a_file_is_read_whole_while_somebody_writes_it(path):
    """What is read is what the file held at one moment, or the reader is told to come back."""
    contents = {f"id,name\n1,{letter * 50_000}\n".encode() for letter in "ab"}
    stop = Event()

    def write():
        while not stop.is_set():
            for content in contents:
                path.write_bytes(content)

    writer = Thread(target=write)
    writer.start()
    try:
        seen = set()
        for _ in range(60):
            with suppress(FileTrouble):  # it goes on being changed
                seen.add(read_content(path, FileLimits(), SystemClock()).data)
    finally:
        stop.set()
        writer.join()

    # A file that is written in place grows from nothing; but no two of its contents are mixed.
    whole = contents | {CUSTOMERS.encode()}
    assert all(any(each.startswith(data) for each in whole) for data in seen)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs a file of /proc")
def test_a_file_that_is_not_what_it_says_is_not_taken():
    """Its size and its content do not agree, however often one looks."""
    clock = VirtualClock()

    with pytest.raises(FileTrouble, match="being changed") as caught:
        read_content(Path("/proc/self/status"), FileLimits(attempts_max=3), clock)

    assert caught.value.passing
    assert clock.monotonic() > 0


def test_what_is_no_ordinary_file_is_not_waited_for(tmp_path, diagnosed):
    """A pipe would be read from for ever."""
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)

    assert "not-readable" == diagnosed(path).code


def test_a_change_within_one_tick_is_noticed(path, opened):
    """Of the same size, at the same time, in the same file: only its bytes tell."""
    session = opened(path)
    status = path.stat()
    assert "Acme" == session.get("customer", ["1"], ["name"])[0].fields["name"]

    with path.open("r+") as file:
        file.write(CUSTOMERS.replace("Acme", "Emca"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert "Emca" == session.get("customer", ["1"], ["name"])[0].fields["name"]


def test_a_file_that_lies_still_is_not_read_again(path, opened, monkeypatch):
    """Its signature is enough once it is old enough to tell the next change."""
    os.utime(path, (1, 1))
    session = opened(path)
    monkeypatch.setattr(sources, "read_content", None)

    assert "Acme" == session.get("customer", ["1"], ["name"])[0].fields["name"]


def test_a_workbook_changed_in_the_middle_is_read_again(tmp_path, workbook, opened):
    """As a person would who saves it between two calls."""
    path = workbook(tmp_path / "erp.xlsx", Customers=[["id", "n"], ["1", "a"]])
    session = opened(path)
    book = openpyxl.load_workbook(path)
    book["Customers"]["B2"] = "b"
    book.save(path)

    assert "b" == session.get("customer", ["1"], ["n"])[0].fields["n"]
