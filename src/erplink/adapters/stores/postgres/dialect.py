"""The dialect of PostgreSQL: lists are arrays, and parameters are written as psycopg reads them."""

import re

__all__ = ["translated"]


def translated(sql: str) -> str:
    """A statement as psycopg takes it."""
    sql = re.sub(r"\bNOT IN (:\w+)", r"<> ALL(\1)", sql)
    sql = re.sub(r"\bIN (:\w+)", r"= ANY(\1)", sql)
    sql = re.sub(r"(?<![:\w]):(\w+)", r"%(\1)s", sql)
    # What goes by its place are arrays, which are shorter in binary.
    return sql.replace("?", "%b")
