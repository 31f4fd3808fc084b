"""A CRM in the host's own tables, by SQLAlchemy; needs the extra ``[sql]``."""

from erplink.adapters.crm.sqlalchemy.crm import SqlCrm, Within
from erplink.adapters.crm.sqlalchemy.kinds import SqlField, SqlKind, SqlList, SqlValues

__all__ = ["SqlCrm", "SqlField", "SqlKind", "SqlList", "SqlValues", "Within"]
