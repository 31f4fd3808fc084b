"""Whatever step a process is killed at, an import is resumed without a loss or a second record."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from erplink.testing.postgres import postgres_server, why_no_postgres

KILLER = Path(__file__).with_name("kill_import.py")
#: Whether every step is died at, as in the long run of the property tests.
ALL = settings().max_examples > 1000


def kill(url, folder, stride):
    """How many steps there were, roughly."""
    stride = 1 if ALL else stride
    command = [sys.executable, "-W", "error", str(KILLER), url, str(folder), str(stride)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rpartition(": ")[2]) * stride


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_killed_import_is_resumed_with_sqlite(tmp_path):
    """Rows are neither lost nor imported twice; and taking back is as whole."""
    assert 50 < kill(f"sqlite:///{tmp_path}/erplink.db", tmp_path, 7)


@pytest.mark.skipif(bool(why_no_postgres()), reason=why_no_postgres() or "there is PostgreSQL")
def test_a_killed_import_is_resumed_with_postgres(tmp_path):
    """As with SQLite."""
    with postgres_server() as server:
        assert 50 < kill(server.url(), tmp_path, 17)
