"""What each family of databases does in its own way."""

from erplink.adapters.erp.sql.dialects.dialect import Dialect
from erplink.adapters.erp.sql.dialects.postgres import PostgresDialect
from erplink.adapters.erp.sql.dialects.sqlite import SqliteDialect

__all__ = ["Dialect", "PostgresDialect", "SqliteDialect"]
