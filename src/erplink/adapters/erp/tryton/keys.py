"""Keys: the ids of Tryton's records as erplink's keys."""

from typing import Final

__all__ = ["id_of"]

_ID_MAX: Final = 2**31 - 1
_DIGITS_MAX: Final = 10


def id_of(key: str) -> int | None:
    """The id that ``key`` stands for; None for a text that is no key of Tryton's."""
    if not (key.isascii() and key.isdecimal() and len(key) <= _DIGITS_MAX):
        return None
    number = int(key)
    return number if 0 < number <= _ID_MAX and str(number) == key else None
