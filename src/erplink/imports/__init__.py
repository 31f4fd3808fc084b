"""Staged imports: nothing touches the CRM until a person has seen what will happen."""

from erplink.imports.files import FileColumns, columns_of, file_part, file_settings, only_kind
from erplink.imports.importer import Importer
from erplink.imports.parts import Part, parts_from_text, parts_to_text
from erplink.imports.preview import Preview, Result
from erplink.imports.undoing import ImportUndo, UndoResult

__all__ = [
    "FileColumns",
    "ImportUndo",
    "Importer",
    "Part",
    "Preview",
    "Result",
    "UndoResult",
    "columns_of",
    "file_part",
    "file_settings",
    "only_kind",
    "parts_from_text",
    "parts_to_text",
]
