"""Naming: the kind of records that a sheet or file holds, by what it is called."""

import re
from typing import Final

from erplink.domain.kinds import ACTOR_KINDS

__all__ = ["kind_name", "list_name"]

_NOT_WORD: Final = re.compile(r"[\W_]+")
_PEOPLE: Final = {"people": "person"}


def kind_name(sheet: str) -> str:
    """The name of the kind: ``customer`` of a sheet called ``Customers``."""
    name = _NOT_WORD.sub("_", sheet.casefold()).strip("_") or sheet
    single = _PEOPLE.get(name, name.removesuffix("s"))
    return single if single in ACTOR_KINDS else name


def list_name(sheet: str, prefix: str) -> str:
    """The name of the list: ``countries`` of ``list countries``; empty where it holds none."""
    begin = sheet[: len(prefix)]
    rest = sheet[len(prefix) :]
    if begin.casefold() != prefix.casefold() or (prefix[-1:].isalnum() and rest[:1].isalnum()):
        return ""
    return rest.strip(" _.:-")
