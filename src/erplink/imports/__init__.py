"""Staged imports: nothing touches the CRM until a person has seen what will happen."""

from erplink.imports.importer import Importer
from erplink.imports.parts import Part, parts_from_text, parts_to_text
from erplink.imports.preview import Preview, Result

__all__ = ["Importer", "Part", "Preview", "Result", "parts_from_text", "parts_to_text"]
