"""SqlConnector: opens sessions over databases; SQLAlchemy is not needed before that."""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from erplink.adapters.erp.sql.form import FORM
from erplink.adapters.erp.sql.settings import SqlSettings
from erplink.connectors import Configuration, Context, Diagnosis
from erplink.domain.fields import Field
from erplink.errors import Refused

if TYPE_CHECKING:
    from erplink.adapters.erp.sql.session import SqlSession

__all__ = ["SqlConnector"]


@frozen
class SqlConnector:
    """Any database with a SQLAlchemy driver; tried on SQLite and PostgreSQL."""

    name: ClassVar[str] = "sql"
    title: ClassVar[str] = "SQL database"
    versions: ClassVar[str] = "SQLite, PostgreSQL, and what else SQLAlchemy 2 has a driver for"

    #: The most records on one page.
    page_max: int = 1000

    def config_fields(self) -> Sequence[Field]:
        """Where the database is, and what of it to offer."""
        return FORM

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Connect and reflect; tells apart what may be wrong, and says what is left out."""
        try:
            settings = _settings(config)
        except Refused as error:
            return Diagnosis.error(error.code, str(error), str(error))
        from erplink.adapters.erp.sql.examination import examine  # noqa: PLC0415 - needs the driver

        return examine(settings, context.clock)

    def discover(self, config: Configuration, context: Context) -> Mapping[str, Mapping[str, str]]:
        """The schemas and tables there are, and what was found in them."""
        settings = _settings(config)
        from erplink.adapters.erp.sql.proposals import propose  # noqa: PLC0415 - needs the driver

        return propose(settings, context.clock)

    def open(self, config: Configuration, context: Context) -> "SqlSession":
        """Connect and reflect; a wrong password or table fails here."""
        settings = _settings(config)
        from erplink.adapters.erp.sql.session import open_session  # noqa: PLC0415 - as above

        return open_session(settings, context, self.page_max)


def _settings(config: Configuration) -> SqlSettings:
    settings = SqlSettings.of(config)
    if find_spec("sqlalchemy") is None:
        reason = "SQLAlchemy is missing: pip install 'erplink[sql]'"
        raise Refused(reason, field="url", code="driver-missing")
    return settings
