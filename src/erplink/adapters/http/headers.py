"""Headers: what stands above an answer, found in whatever case it is asked for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import final

__all__ = ["Headers"]


@final
class Headers(Mapping[str, str]):
    """The headers of an answer by name, in any case; repeated ones are joined by a comma."""

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        """Take name and value of each header, as often as it stands there."""
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name.lower(), []).append(value)

    def __getitem__(self, name: str) -> str:
        """The value under ``name``, all of them with commas where there are several."""
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        """The names, in lower case."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many different names there are."""
        return len(self._values)

    def __repr__(self) -> str:
        """The names only: a value may be a session's secret."""
        return f"Headers({', '.join(self._values)})"

    def all(self, name: str) -> tuple[str, ...]:
        """Every value under ``name``; for Set-Cookie, whose values hold commas of their own."""
        return tuple(self._values.get(name.lower(), ()))
