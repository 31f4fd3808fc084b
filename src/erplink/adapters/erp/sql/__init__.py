"""The ``sql`` connector: any database that SQLAlchemy has a driver for.

Tables and views are reflected into kinds. Nothing here needs SQLAlchemy before a configuration is
tested or a session opened. What holds for every database:

* A record's key is the text of its key column; several columns are joined, and told apart again.
* A record's version is its version column, or else a fingerprint of all its columns that are
  told. Columns whose type has no value in erplink (JSON, bytes, arrays, times of day) are neither
  told nor part of the fingerprint; the test of a configuration names them.
* Floating point numbers come as the decimal number that is their shortest text.
* A moment without a zone is in the configured one. Where that zone changes its clocks, the hour
  that comes twice is read as the first of the two; keep such columns in UTC.
* A text search and criteria mean what :func:`erplink.connectors.matches` says. SQLite is exact.
  Elsewhere upper and lower case are the database's own (so "ß" is not "SS"), texts are taken to
  be in composed form, as erplink writes them, and numbers so small that Python writes them with
  an exponent are found by their plain digits.
"""

from erplink.adapters.erp.sql.connector import SqlConnector

__all__ = ["SqlConnector"]
