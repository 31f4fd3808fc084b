"""The README tells the truth: its example, its output, and the two commands that the gate runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def output_of(script: Path) -> str:
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", EXAMPLES, ids=lambda script: script.name)
def test_every_example_runs(script):
    """An example is a script that runs by itself and shows something."""
    assert output_of(script)


def test_the_example_prints_what_the_readme_says():
    """The code in the README is the example's, and the text below it is what it prints."""
    (code,) = blocks("python")
    (printed,) = blocks("text")
    example = ROOT / "docs" / "examples" / "two_way_sync.py"

    assert code in example.read_text(encoding="utf-8")
    assert printed == output_of(example)


def test_the_readme_has_two_commands():
    """One installs and tells the demo, one installs and passes the tests; the gate runs both."""
    run, test = blocks("sh")

    assert "pip install '.[demo]' && v/bin/erplink demo" in run
    assert "pip install -e '.[test]' && v/bin/pytest" in test


def test_what_the_readme_links_to_is_there():
    """Every link of the README leads to a file."""
    links = re.findall(r"\]\(([^)#:]+)\)", README)

    assert [] == [link for link in links if not (ROOT / link).exists()]
