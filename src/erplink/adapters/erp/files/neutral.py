"""Neutral texts: no text that is written becomes a formula where someone opens the file.

A text that a spreadsheet program would take for a formula gets an apostrophe before it, and loses
it again where it is read. So that this is always undone, a text that already looks like the result
gets one apostrophe more.
"""

import re
from typing import Final

__all__ = ["neutralised", "restored"]

#: With the full-width forms, which some programs take for the ordinary signs.
_BEGINNINGS: Final = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_DANGEROUS: Final = re.compile(f"'*{_BEGINNINGS}")
_NEUTRAL: Final = re.compile(f"'+{_BEGINNINGS}")


def neutralised(text: str) -> str:
    """The text as it is written, which is no formula."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def restored(text: str) -> str:
    """The text that was meant."""
    return text[1:] if _NEUTRAL.match(text) else text
