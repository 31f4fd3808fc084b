"""The reference has a place for every public module, and a row for each name of the front door.

That the names of a module are all described is found out when the documentation is built.
"""

import re
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "erplink"
PAGES = [page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md")]

OUTER_DOORS = {"erplink", "erplink.domain"}
"""They offer what their rooms have, and it is described there."""


def public_modules(name: str, folder: Path) -> set[str]:
    """The modules that something is meant to be imported from; behind a door, the door alone."""
    if name not in OUTER_DOORS and offers_something(folder / "__init__.py"):
        return {name}
    files = (file for file in folder.glob("*.py") if file.stem != "__init__")
    found = {f"{name}.{file.stem}" for file in files if offers_something(file)}
    for inner in folder.glob("*/__init__.py"):
        found |= public_modules(f"{name}.{inner.parent.name}", inner.parent)
    return found


def offers_something(file: Path) -> bool:
    return bool(re.search(r"^__all__ = \[\s*\"", file.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_public_module_has_its_place_in_the_reference():
    """A new module is described, or the build of the documentation would not know of it."""
    described = re.findall(r"^\.\. offers:: (\S+)$", "\n".join(PAGES), re.MULTILINE)

    assert set() == public_modules("erplink", PACKAGE) - set(described)
    assert len(set(described)) == len(described)


def test_every_name_of_the_front_door_is_explained():
    """What a newcomer may import from erplink is on one page, with a line for each."""
    page = (ROOT / "docs" / "reference" / "erplink.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| \{(?:py:)?\w+\}`~(?:\w+\.)+(\w+)` \|", page, re.MULTILINE)

    assert sorted(import_module("erplink").__all__) == sorted(explained)
