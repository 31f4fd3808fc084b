"""Codec: how the cells of one column are read as values, and values written as cells."""

from collections.abc import Callable

from attrs import frozen

from erplink.adapters.erp.files.cells import Cell, is_blank
from erplink.domain.values import Value

__all__ = ["Codec"]


@frozen
class Codec:
    """Two functions that undo each other; each raises BadValue for what it cannot take."""

    #: Takes a cell in which something stands.
    read: Callable[[Cell], Value]
    #: Takes a value that is not empty, in the canonical form of its field.
    write: Callable[[Value], Cell]

    def value(self, cell: Cell) -> Value:
        """The value of a cell; None where nothing stands in it."""
        return None if is_blank(cell) else self.read(cell)

    def cell(self, value: Value) -> Cell:
        """The cell for a value; an empty one for None."""
        return None if value is None else self.write(value)
