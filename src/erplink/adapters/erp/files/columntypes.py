"""ColumnType: what a column holds, as it is set or found out."""

from typing import Final

from attrs import frozen

from erplink.domain.fields import FieldType, Sort
from erplink.errors import BadValue

__all__ = ["ColumnType", "column_type"]

SEPARATORS: Final = {
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "slash": "/",
    "space": " ",
    "newline": "\n",
}
_SIMPLE: Final = {
    each.value: each
    for each in (
        FieldType.TEXT,
        FieldType.INTEGER,
        FieldType.DECIMAL,
        FieldType.CHECKBOX,
        FieldType.DATE,
        FieldType.DATETIME,
    )
}
_IGNORE: Final = "ignore"


@frozen
class ColumnType:
    """The type of a column, and what it takes to read and write it."""

    type: FieldType = FieldType.TEXT
    #: For a list column: the list its keys belong to.
    list_name: str = ""
    #: For a column with several texts in a cell: what stands between them.
    separator: str = ""
    sort: Sort = Sort.PLAIN
    #: For a checkbox: the words for yes and no; empty where they are those that are found.
    words: tuple[str, ...] = ()
    #: Whether the column is left out.
    ignored: bool = False

    def __str__(self) -> str:
        """As it is set."""
        if self.ignored:
            return _IGNORE
        if self.type is FieldType.LIST:
            return f"list {self.list_name}"
        if self.type is FieldType.TEXTS:
            names = {sign: name for name, sign in SEPARATORS.items()}
            sort = "" if self.sort is Sort.PLAIN else f" {self.sort.value}"
            return f"texts {names[self.separator]}{sort}"
        words = f" {'/'.join(self.words)}" if self.words else ""
        return f"{self.type.value}{words}"


def column_type(text: str) -> ColumnType:
    """The type that a text such as ``decimal`` or ``texts comma phone`` sets."""
    word, _, more = " ".join(text.split()).partition(" ")
    if word == _IGNORE and not more:
        return ColumnType(ignored=True)
    if word in _SIMPLE and not more:
        return ColumnType(_SIMPLE[word])
    if word == "checkbox":
        yes, _, no = (part.strip() for part in more.partition("/"))
        if yes and no and yes.casefold() != no.casefold():
            return ColumnType(FieldType.CHECKBOX, words=(yes, no))
    if word == "list" and more:
        return ColumnType(FieldType.LIST, more)
    if word == "texts":
        name, _, sort = more.partition(" ")
        sorts = {each.value: each for each in Sort}
        if name in SEPARATORS and (not sort or sort in sorts):
            kind = sorts.get(sort, Sort.PLAIN)
            return ColumnType(FieldType.TEXTS, separator=SEPARATORS[name], sort=kind)
    rule = (
        f"a type is one of {', '.join(_SIMPLE)}, checkbox yes/no, list NAME, "
        f"texts {'|'.join(SEPARATORS)}, or ignore"
    )
    raise BadValue(rule, value=repr(text[:60]))
