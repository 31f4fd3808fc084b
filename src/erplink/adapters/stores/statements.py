"""Statements: named SQL, read from the files beside this one.

They are written once for all databases. ``:name`` is a parameter, ``?`` one that goes by its place,
and ``IN :names`` means one of a list; a dialect says how its database writes them. Where a database
needs other words altogether, it has a statement of the same name in a file of its own.
"""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

__all__ = ["load_migrations", "load_statements", "parse_statements"]

_HERE: Final = "erplink.adapters.stores"
_MIGRATION: Final = re.compile(r"(\d{4})\.sql")


def parse_statements(text: str) -> dict[str, str]:
    """The statements of a file by the names in the comments ``-- name: …`` above them."""
    _, *parts = re.split(r"^-- name: (\w+)\n", text, flags=re.MULTILINE)
    return {name: sql.strip() for name, sql in zip(parts[::2], parts[1::2], strict=True)}


def load_statements(dialect: str, translate: Callable[[str], str]) -> Mapping[str, str]:
    """All statements, as the database in the folder ``dialect`` understands them."""
    found: dict[str, str] = {}
    for file in sorted(_folder("statements").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".sql"):
            found |= parse_statements(file.read_text(encoding="utf-8"))
    own = _folder(dialect) / "statements.sql"
    found |= parse_statements(own.read_text(encoding="utf-8"))
    return {name: translate(sql) for name, sql in found.items()}


def load_migrations(dialect: str) -> Mapping[int, str]:
    """The scripts that lead from each number of the schema to the next, by the next."""
    return {
        int(match[1]): file.read_text(encoding="utf-8")
        for file in _folder(dialect).iterdir()
        if (match := _MIGRATION.fullmatch(file.name))
    }


def _folder(name: str) -> Traversable:
    return files(_HERE) / name
