"""The documentation runs: every block of Python in the README and the pages, as it is printed."""

import re
from functools import cache
from pathlib import Path
from unittest import SkipTest

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parents[2]
PAGES = [
    pytest.param(page, id=page.relative_to(ROOT).as_posix())
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    if "_build" not in page.parts
]
BLOCKS = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()])

GIVEN = {"use-tryton-as-an-erp.md": "a_tryton"}
"""By the name of a page: the fixture with the names that it is read with, such as a server's."""

LANGUAGES = {"python", "sh", "text", "toml"}
"""What a block may be marked as; beside directives, which stand in braces."""


@pytest.fixture
def a_tryton(run_tryton):
    """A fresh server, and who one is to it."""
    with run_tryton() as server:
        config = server.config()
        yield {**config, "password": config["password"].reveal()}


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_run(page, request):
    """One after the other, in one namespace; a prompt's answer is the one that is printed."""
    document = BLOCKS.parse(page)
    if page.name in GIVEN:
        document.namespace.update(request.getfixturevalue(GIVEN[page.name]))
    for block in document.examples():
        try:
            block.evaluate()
        except SkipTest:  # marked, and argued
            continue


@pytest.mark.parametrize("page", PAGES)
def test_no_block_is_passed_over(page):
    """A block says what it is; one that must not run says why: ``skip: next(reason="…")``."""
    text = page.read_text(encoding="utf-8")
    marks = re.findall(r"^ *```(.*)\n(?:.*\n)*? *```$", text, re.MULTILINE)
    skips = re.findall(r"<!-+ *skip:(.*?)-+>", text)

    assert {mark for mark in marks if not mark.startswith("{")} <= LANGUAGES
    assert all("reason=" in skip for skip in skips)


@pytest.mark.parametrize("page", PAGES)
def test_the_files_that_a_page_names_are_there(page):
    """A path in a page leads somewhere, and a test that is named is one that runs."""
    named = re.findall(r"`([\w./-]+)`", page.read_text(encoding="utf-8"))
    paths = [each for each in named if each.startswith(("src/", "tests/", "docs/", ".ci/"))]
    tests = {each for each in named if each.startswith("test_")}

    assert [] == [path for path in paths if not (ROOT / path).exists()]
    assert set() == tests - names_of_tests()


@cache
def names_of_tests() -> set[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return {
        name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    }
