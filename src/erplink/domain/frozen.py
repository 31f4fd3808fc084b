"""FrozenDict: a mapping that cannot be changed, so that frozen values may hold one."""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, Sequence, ValuesView
from itertools import chain
from typing import Any, TypeVar, overload

__all__ = ["FrozenDict", "types_by_key"]

K = TypeVar("K")
V_co = TypeVar("V_co", covariant=True)


class FrozenDict(Mapping[K, V_co]):
    """A mapping that never changes; equal to any dict with the same items."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V_co] | None = None) -> None:
        """Copy ``items``, so that a later change of the original does not show here."""
        self._items: dict[K, V_co] = dict(items) if items else {}

    def __getitem__(self, key: K) -> V_co:
        """The value under ``key``, or KeyError."""
        return self._items[key]

    @overload
    def get(self, key: K, /) -> V_co | None: ...
    @overload
    def get(self, key: K, /, default: Any) -> Any: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        """The value under ``key``, or ``default``."""
        return self._items.get(key, default)

    def __contains__(self, key: object) -> bool:
        """Whether there is a value under ``key``."""
        return key in self._items

    def keys(self) -> KeysView[K]:
        """The keys, in the order they were given."""
        return self._items.keys()

    def values(self) -> ValuesView[V_co]:
        """The values, in the order of their keys."""
        return self._items.values()

    def items(self) -> ItemsView[K, V_co]:
        """The pairs of key and value."""
        return self._items.items()

    def shape(self) -> tuple[object, ...]:
        """The keys and the types of the values: what many mappings of one kind have in common."""
        items = self._items
        return (*items, *map(type, items.values()))

    def __iter__(self) -> Iterator[K]:
        """The keys, in the order they were given."""
        return iter(self._items)

    def __len__(self) -> int:
        """How many items there are."""
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        """Equal to a mapping of equal items, whatever their order."""
        if isinstance(other, FrozenDict):
            return self._items == other._items
        return self._items == other if isinstance(other, Mapping) else NotImplemented

    def __hash__(self) -> int:
        """A hash of the items, where every value has one."""
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        """The same text as a dict of the items."""
        return repr(self._items)

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle and copy as the items alone."""
        return (type(self), (self._items,))

    def __or__(self, other: Mapping[K, Any]) -> "FrozenDict[K, Any]":
        """A new mapping with the items of ``other`` laid over these."""
        return FrozenDict({**self._items, **other})


def types_by_key(mappings: Sequence[FrozenDict[K, Any]]) -> dict[K, set[type]] | None:
    """The types of the values that ``mappings`` have under each key.

    None where their keys differ, in themselves or in their order. It is for many mappings at once:
    it takes a part of the time that :meth:`FrozenDict.shape` takes for each of them.
    """
    items = [each._items for each in mappings]  # noqa: SLF001 - it is of this module
    keys = set(map(tuple, items))
    if len(keys) != 1:
        return None
    (names,) = keys
    types = list(map(type, chain.from_iterable(map(dict.values, items))))
    return {name: _distinct(types[at :: len(names)]) for at, name in enumerate(names)}


def _distinct(types: list[type]) -> set[type]:
    # Most columns hold one type, and to count it takes less than to gather it.
    first = types[0]
    return {first} if types.count(first) == len(types) else set(types)
