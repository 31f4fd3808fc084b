"""The ``files`` connector: a workbook, or a folder of CSV files, as an ERP."""

from erplink.adapters.erp.files.connector import FilesConnector
from erplink.adapters.erp.files.exporting import exported
from erplink.adapters.erp.files.limits import FileLimits

__all__ = ["FileLimits", "FilesConnector", "exported"]
