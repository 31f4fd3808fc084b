"""Parts: the fields of a record, each with how it is read, written and searched for.

A condition is narrowed to a domain that holds for whatever meets it, and perhaps for more: what
the server finds is looked at once more in erplink's own words, for there it is decided what is
the same. An empty domain says that the server cannot help.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final, Protocol

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Domain, either
from erplink.adapters.erp.tryton.draft import Draft, Raw
from erplink.adapters.erp.tryton.lists import Lists
from erplink.connectors import Condition, Operator
from erplink.domain.fields import Field, FieldType
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["Column", "Hours", "Item", "Part", "asciied", "like", "narrowed_column", "text_of"]


class Part(Protocol):
    """One field of a kind."""

    @property
    def field(self) -> Field:
        """What the field is called, and what it holds."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """The names that the server is asked for."""
        ...

    def value(self, raw: Raw) -> Value:
        """What the field holds."""
        ...

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:
        """Have the field hold ``value``; BadValue where that cannot be."""
        ...

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever ``condition`` is met."""
        ...

    def containing(self, text: str) -> Domain | None:
        """Holds wherever the field has ``text`` in it; None where it never has."""
        ...


# Every database compares these in the same way, whatever the case. What is none of them, or is
# a wildcard, or folds into another number of letters, is left to erplink.
_PLAIN: Final = re.compile(r"[ -$&-\[\]^`-~]+")


def asciied(text: str) -> str:
    """The longest stretch of ``text`` that every database compares in the same way."""
    stretches = (part for plain in _PLAIN.findall(text) for part in re.split("(?i:ss)", plain))
    return max(stretches, key=len, default="")


def text_of(raw: Any) -> str | None:
    """A text as it is told; an empty one is none."""
    return raw if isinstance(raw, str) and raw else None


def like(path: str, text: str) -> Domain:
    """Holds where the field at ``path`` has ``text`` in it, and perhaps elsewhere.

    A pattern with wildcards at its ends alone would be taken for words, and those be searched for
    in the stems that they have in some language; so there is one more in it.
    """
    plain = asciied(text.strip()).strip()
    return [[path, "ilike", f"%{plain[0]}%{plain[1:]}%"]] if len(plain) > 1 else []


@frozen
class Column:
    """A field of the record itself, kept as it is."""

    field: Field
    #: The name of the field in Tryton.
    name: str

    _KEPT: ClassVar = frozenset({FieldType.DATE, FieldType.DATETIME, FieldType.INTEGER})

    @property
    def reads(self) -> tuple[str, ...]:
        """The field itself."""
        return (self.name,)

    def value(self, raw: Raw) -> Value:
        """What the field holds."""
        held: Any = raw.get(self.name)
        match self.field.type:
            case FieldType.CHECKBOX:
                # SQLite's booleans are numbers.
                return None if held is None else bool(held)
            case FieldType.DECIMAL:
                return None if held is None else Decimal(str(held))
            case FieldType.TEXT:
                return text_of(held)
            case _:
                return held  # type: ignore[no-any-return] # decoded, and of the field's type

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:  # noqa: ARG002 - of all parts
        """Have the field hold ``value``."""
        if value is None and self.field.type is FieldType.CHECKBOX:
            raise BadValue("a yes or a no is expected", value="None", field=self.field.key)
        if draft.raw is None or self.value(draft.raw) != value:
            draft.values[self.name] = value

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever ``condition`` is met."""
        return narrowed_column(self.name, self.field, condition)

    def containing(self, text: str) -> Domain | None:
        """Holds wherever the field has ``text`` in it."""
        if self.field.type is FieldType.CHECKBOX:
            yes, no = (text.strip().casefold() in word for word in ("true", "false"))
            held = [word for word, has in ((True, yes), (False, no)) if has]
            return [[self.name, "in", held]] if held else None
        return like(self.name, text) if self.field.type is FieldType.TEXT else []


def narrowed_column(path: str, field: Field, condition: Condition) -> Domain:
    """Holds wherever a field that is kept as it is meets ``condition``."""
    wanted: Sequence[Any] = condition.values
    if field.type in (FieldType.TEXT, FieldType.LIST):
        return _narrowed_text(path, condition.operator, wanted)
    if None in wanted:
        return []
    if condition.operator in (Operator.EQUALS, Operator.IN):
        return [[path, "in", list(wanted)]]
    bounds = _BOUNDS.get(condition.operator, ())
    return [[path, sign, bound] for sign, bound in zip(bounds, wanted, strict=False)]


_BOUNDS: Final = {
    Operator.GREATER: (">",),
    Operator.LESS: ("<",),
    Operator.BETWEEN: (">=", "<="),
}


def _narrowed_text(path: str, operator: Operator, wanted: Sequence[Any]) -> Domain:
    texts = [text for text in wanted if isinstance(text, str) and text]
    if not wanted or len(texts) != len(wanted):
        return []
    if operator in (Operator.EQUALS, Operator.IN) and texts:
        found = [like(path, text) for text in texts]
        return either(found) if all(found) else []
    if operator in (Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH):
        return like(path, texts[0])
    return []


@frozen
class Item:
    """A reference to an item of a list, told by the key that the list has for it."""

    field: Field
    name: str
    #: The field of the item that is its key.
    by: str = "code"
    #: Whether Tryton can search for it.
    searched: bool = True

    @property
    def reads(self) -> tuple[str, ...]:
        """The key of the item."""
        return (f"{self.name}.{self.by}",)

    def value(self, raw: Raw) -> Value:
        """The key of the item."""
        item = raw.get(f"{self.name}.")
        return None if not item else _key(item.get(self.by))

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:
        """Refer to another item."""
        if draft.raw is None or self.value(draft.raw) != value:
            draft.values[self.name] = self.id_of(value, lists)

    def id_of(self, value: Value, lists: Lists) -> int | None:
        """The id of the item with the key ``value``."""
        return (
            None if value is None else lists.id_of(self.field.list_name, str(value), self.field.key)
        )

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever ``condition`` is met."""
        if not self.searched or self.by == "id":
            return []
        return narrowed_column(f"{self.name}.{self.by}", self.field, condition)

    def containing(self, text: str) -> Domain | None:
        """Holds wherever the key has ``text`` in it."""
        return like(f"{self.name}.{self.by}", text) if self.searched and self.by != "id" else []


def _key(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


@frozen
class Hours:
    """A stretch of time, told in hours."""

    field: Field
    name: str

    _HOUR: ClassVar = Decimal(3600)

    @property
    def reads(self) -> tuple[str, ...]:
        """The field itself."""
        return (self.name,)

    def value(self, raw: Raw) -> Value:
        """The hours."""
        held = raw.get(self.name)
        if not isinstance(held, timedelta):
            return None
        step = Decimal(1).scaleb(-(self.field.decimals or 0))
        return (Decimal(str(held.total_seconds())) / self._HOUR).quantize(step)

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:  # noqa: ARG002 - as above
        """Have it last so many hours."""
        if draft.raw is not None and self.value(draft.raw) == value:
            return
        hours = Decimal(str(value)) if value is not None else None
        try:
            held = None if hours is None else timedelta(seconds=float(hours * self._HOUR))
        except OverflowError:
            rule = "longer than any time that Tryton keeps"
            raise BadValue(rule, value=shorten(value), field=self.field.key) from None
        draft.values[self.name] = held

    def narrowed(self, condition: Condition) -> Domain:  # noqa: ARG002 - as above
        """The server counts in other units."""
        return []

    def containing(self, text: str) -> Domain | None:  # noqa: ARG002 - as above
        """The server counts in other units."""
        return []
