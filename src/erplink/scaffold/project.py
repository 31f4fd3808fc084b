"""A new connector's project, written from the template beside this file.

The template is a project that works: a connector over HTTP, a toy server to try it on, and its
conformance test. Only names are filled in.
"""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from erplink.domain.values import shorten
from erplink.errors import BadValue, InputError

__all__ = ["new_connector"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME_CHARACTERS_MAX = 40


def new_connector(name: str, folder: Path) -> Path:
    """Write the project ``erplink-NAME`` into ``folder``; what is there already is not touched."""
    if len(name) > _NAME_CHARACTERS_MAX or not _NAME.fullmatch(name):
        rule = f"a name is lower case letters, digits and dashes, at most {_NAME_CHARACTERS_MAX}"
        raise BadValue(rule, value=shorten(name))
    project = folder / f"erplink-{name}"
    if project.exists():
        raise InputError(f"{project} is there already; choose another name or another folder")
    package = f"erplink_{name.replace('-', '_')}"
    words = [word.capitalize() for word in name.split("-")]
    names = {"name": name, "package": package, "Class": "".join(words), "Title": " ".join(words)}
    _copy(files("erplink.scaffold") / "template", project, names)
    return project


def _copy(source: Traversable, target: Path, names: dict[str, str]) -> None:
    target.mkdir(parents=True)
    for each in sorted(source.iterdir(), key=lambda part: part.name):
        if each.name == "__pycache__":
            continue
        if each.is_dir():
            _copy(each, target / each.name.replace("package", names["package"]), names)
        else:
            text = Template(each.read_text(encoding="utf-8")).substitute(names)
            (target / each.name.removesuffix(".txt")).write_text(text, encoding="utf-8")
