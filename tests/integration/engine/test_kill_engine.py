"""Whatever moment an engine is killed at, the next one carries on as if nothing had happened."""

import os
import subprocess
import sys
from pathlib import Path
from secrets import token_hex

import pytest

KILLER = Path(__file__).with_name("kill_and_sync.py")
#: More of them: ERPLINK_KILLS=500.
KILLS = int(os.environ.get("ERPLINK_KILLS", "20"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork on Windows")
def test_a_killed_engine_loses_no_edit_and_makes_no_duplicate(tmp_path):
    """Real passes over real files, killed at random; then both sides agree on what was typed."""
    seed = token_hex(4)
    command = [sys.executable, str(KILLER), str(tmp_path), seed, str(KILLS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, f"seed {seed}\n{done.stdout}\n{done.stderr}"
    assert f"kills: {KILLS}" in done.stdout
