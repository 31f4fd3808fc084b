"""Whatever moment a process is killed at, each of its transactions is whole or not there."""

import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import settings

from erplink.testing.postgres import postgres_server, why_no_postgres

KILLER = Path(__file__).with_name("kill_and_look.py")
#: As many as the long run of the property tests takes its time for.
KILLS = 200 if settings().max_examples > 1000 else 20


def kill(url: str) -> str:
    seed = token_hex(4)
    command = [sys.executable, "-W", "error", str(KILLER), url, seed, str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stderr}"
    return done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_killed_process_leaves_sqlite_whole(tmp_path):
    """All or nothing of each transaction, no link twice, no fence again, nothing lost."""
    assert f"kills: {KILLS}" in kill(f"sqlite:///{tmp_path}/erplink.db")


@pytest.mark.skipif(bool(why_no_postgres()), reason=why_no_postgres() or "there is PostgreSQL")
def test_a_killed_process_leaves_postgres_whole():
    """As with SQLite."""
    with postgres_server() as server:
        assert f"kills: {KILLS}" in kill(server.url())
