"""Proposals: what the fields of the form may be filled with, once the files are known."""

from erplink.adapters.erp.files.delimited import DELIMITERS
from erplink.adapters.erp.files.kindplan import KindPlan
from erplink.adapters.erp.files.layout import Layout, layout_of
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.settings import KIND_SHAPE, NONE, KindSettings, NewKeys, Settings
from erplink.adapters.erp.files.source import Source
from erplink.adapters.erp.files.textbook import TextBook
from erplink.connectors import Context
from erplink.domain.fields import FieldType
from erplink.domain.toml import write_toml

__all__ = ["proposals"]

_MARKS = (FieldType.DATE, FieldType.DATETIME, FieldType.INTEGER)


def proposals(
    settings: Settings, limits: FileLimits, context: Context
) -> dict[str, dict[str, str]]:
    """By field of the form: what it may be, each with a text for people."""
    source = Source(settings, limits, context.clock)
    found: dict[str, dict[str, str]] = {"sheets": {}, "key_column": {}, "modified_column": {}}
    for path in source.files():
        book = source.book(path)
        found["sheets"] |= dict.fromkeys((*book.sheets, *book.hidden), path.name)
        if isinstance(book, TextBook):
            found.setdefault("encoding", {})[book.encoding] = path.name
            name = DELIMITERS.get(book.delimiter, book.delimiter)
            found.setdefault("delimiter", {})[name] = path.name
    layout = layout_of(source, settings, limits)
    for plan in layout.kinds.values():
        for title, column in plan.columns.items():
            sheet = plan.place.sheet
            found["key_column"].setdefault(title, sheet)
            if column.type.type in _MARKS:
                found["modified_column"].setdefault(title, sheet)
    found["modified_column"][NONE] = "compare the rows"
    found["new_keys"] = {each.value: each.name.title() for each in NewKeys}
    found["kinds"] = {_fixed(layout): "everything as it was found, fixed"}
    return found


def _fixed(layout: Layout) -> str:
    """The settings that say what was found out, so that it stays so whatever the cells hold."""
    return write_toml(
        {name: KIND_SHAPE.to_table(_kind_settings(plan)) for name, plan in layout.kinds.items()}
    )


def _kind_settings(plan: KindPlan) -> KindSettings:
    fixed = (plan.key, plan.parent_column)
    return KindSettings(
        sheet=plan.place.sheet,
        key=plan.key,
        modified=plan.modified or NONE,
        parent=plan.parent or NONE,
        parent_column=plan.parent_column,
        header_row=plan.place.header_row,
        new_keys=plan.new_keys,
        creation_column=plan.creation,
        natural_key=plan.natural_key,
        types={title: each.type for title, each in plan.columns.items() if title not in fixed},
    )
