"""Tryton servers as ERPs: parties, persons, addresses and projects, over JSON-RPC."""

from erplink.adapters.erp.tryton.connector import TrytonConnector

__all__ = ["TrytonConnector"]
