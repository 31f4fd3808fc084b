"""Text forms: how a workbook writes the characters that its format has no room for."""

import re
from typing import Final

__all__ = ["escaped"]

_ESCAPE_LIKE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
#: Not allowed in XML, or changed by those who read it.
_NOT_PLAIN: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_BLANK: Final = re.compile(r"[ \t\n]")


def escaped(text: str) -> str:
    """The text as a cell holds it, in which ``_x000D_`` stands for a carriage return."""
    made = _NOT_PLAIN.sub(_code, _ESCAPE_LIKE.sub("_x005F_", text))
    # White space alone would be dropped, unless its first character is no white space.
    return made if made.strip() else _BLANK.sub(_code, made, count=1)


def _code(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"
