"""ListMap: which item of an ERP's list is which item of the CRM's."""

from collections.abc import Iterable, Mapping

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["ListMap", "ListPair"]


@frozen
class ListPair:
    """One ERP item that stands for one CRM item."""

    erp: str
    crm: str
    #: Which pair counts where an item has more than one counterpart.
    preferred: bool = False


def _pairs(pairs: Mapping[str, str] | Iterable[ListPair]) -> tuple[ListPair, ...]:
    if isinstance(pairs, Mapping):
        return tuple(ListPair(erp, crm) for erp, crm in pairs.items())
    return tuple(pairs)


@frozen
class ListMap:
    """The items of two lists, paired; an item may stay without a counterpart and is never guessed.

    One to one unless pairs are marked ``preferred``: then several items may share a counterpart,
    and the preferred pair says which one it becomes on the way back.
    """

    erp_list: str
    crm_list: str
    pairs: tuple[ListPair, ...] = attr(default=(), converter=_pairs)
    # Grouped once, for a value is looked up for each record of a page.
    _grouped: FrozenDict[str, dict[str, list[ListPair]]] = attr(init=False, eq=False, repr=False)

    @_grouped.default
    def _group(self) -> FrozenDict[str, dict[str, list[ListPair]]]:
        grouped: dict[str, dict[str, list[ListPair]]] = {"erp": {}, "crm": {}}
        for pair in self.pairs:
            grouped["erp"].setdefault(pair.erp, []).append(pair)
            grouped["crm"].setdefault(pair.crm, []).append(pair)
        return FrozenDict(grouped)

    def doubled(self) -> tuple[str, ...]:
        """A sentence per item with several counterparts of which none, or not one, is preferred."""
        return (*self._doubled("erp", "crm"), *self._doubled("crm", "erp"))

    def _doubled(self, side: str, other: str) -> tuple[str, ...]:
        return tuple(
            f"{side.upper()} item {item!r} is mapped to {len(pairs)} {other.upper()} items"
            f" and {sum(pair.preferred for pair in pairs)} of them are preferred"
            for item, pairs in self._grouped[side].items()
            if len(pairs) > 1 and sum(pair.preferred for pair in pairs) != 1
        )

    def unmapped(
        self, erp_items: Iterable[str], crm_items: Iterable[str]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The items of either list that have no counterpart, in the order given."""
        erp_known, crm_known = self._grouped["erp"], self._grouped["crm"]
        return (
            tuple(item for item in erp_items if item not in erp_known),
            tuple(item for item in crm_items if item not in crm_known),
        )

    def to_crm(self, item: str) -> str:
        """The CRM's item for the ERP's ``item``."""
        return self._counterpart("erp", self.erp_list, item).crm

    def to_erp(self, item: str) -> str:
        """The ERP's item for the CRM's ``item``."""
        return self._counterpart("crm", self.crm_list, item).erp

    def _counterpart(self, side: str, name: str, item: str) -> ListPair:
        pairs = self._grouped[side].get(item, [])
        if len(pairs) > 1:
            pairs = [pair for pair in pairs if pair.preferred]
        if len(pairs) != 1:
            rule = f"the item has no counterpart; map it in the list {name!r}"
            raise BadValue(rule, value=shorten(item))
        return pairs[0]
