"""The demo: a small CRM and an ERP in a workbook, and a story that is told by doing it."""

from erplink.demo.telling import tell

__all__ = ["tell"]
