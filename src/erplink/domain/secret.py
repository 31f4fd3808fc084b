"""Secret: a text that stays out of every output."""

from typing import NoReturn, final

__all__ = ["MASK", "Secret"]

MASK = "••••••"
"""Stands in every text where a secret stood."""


@final
class Secret:
    """A text that shows itself to nobody who does not ask for it by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Take the text in; only :meth:`reveal` gives it out again."""
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the moment it is used."""
        return self._text

    def __repr__(self) -> str:
        """A mask, as long for a short secret as for a long one."""
        return f"Secret({MASK})"

    def __str__(self) -> str:
        """A mask."""
        return MASK

    def __format__(self, spec: str) -> str:
        """A mask, whatever the format asks for."""
        return MASK

    def __eq__(self, other: object) -> bool:
        """Equal to a Secret of the same text."""
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        """A hash that differs from that of the text itself."""
        return hash((Secret, self._text))

    def __bool__(self) -> bool:
        """Whether there is anything to keep secret."""
        return bool(self._text)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse to be pickled or copied into anything that might be stored or shown."""
        raise TypeError("a Secret is not pickled; hand it over where it is used")
