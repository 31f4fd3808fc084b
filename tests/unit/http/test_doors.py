import ast
import subprocess
import sys
from pathlib import Path

import pytest

import erplink.adapters.http as door
from erplink.adapters import http

FOLDER = Path(door.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))


def imported(file):
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_one_file_knows_httpx():
    """Should httpx go quiet one day, one file is written anew."""
    knowing = [
        file.name
        for file in FILES
        if any(n.startswith("http") and "httpx" in n for n in imported(file))
    ]

    assert knowing == ["wire.py"]


def test_the_door_lists_what_it_opens():
    """What is importable is what is listed, in order."""
    public = {name for name in vars(door) if not name.startswith("_")}
    modules = {file.stem for file in FILES}

    assert sorted(door.__all__) == door.__all__
    assert set(door.__all__) == public - modules
    assert http is door


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_public_signature_names_httpx(file):
    """Nothing but the wire mentions it, not even in an annotation."""
    tree = ast.parse(file.read_text())
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}

    assert "httpx" not in names or file.stem == "wire"


def test_httpx_is_imported_with_the_first_client():
    """Who talks to no system over HTTP does not wait for it, nor for TLS."""
    script = (
        "import sys; import erplink.adapters.http as http; "
        "assert not {'httpx', 'ssl', 'msgspec'} & set(sys.modules), 'too early'; "
        "http.http_client('http://127.0.0.1'); assert 'httpx' in sys.modules"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.stderr == ""


def test_a_context_is_made_once_and_shared():
    """Making it takes its time; clients of one factory share it."""
    factory = door.HttpFactory()

    assert factory._context() is factory._context()
