"""Drivers: the libraries that read and write workbooks, imported when a workbook is opened."""

from importlib import import_module
from typing import Any

from erplink.adapters.erp.files.trouble import FileTrouble

__all__ = ["driver"]


def driver(name: str) -> Any:
    """The library called ``name``, or FileTrouble that says how to get it."""
    try:
        return import_module(name)
    except ImportError as error:
        message = "A library for workbooks is missing: pip install 'erplink[files]'."
        raise FileTrouble("missing-library", message, str(error)) from error
