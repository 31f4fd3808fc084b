"""TrytonConnector: opens sessions over Tryton servers, by HTTP and nothing else."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from erplink.adapters.erp.tryton.form import FORM
from erplink.connectors import Configuration, Context, Diagnosis
from erplink.domain.fields import Field

if TYPE_CHECKING:
    from erplink.adapters.erp.tryton.session import TrytonSession

__all__ = ["TrytonConnector"]


@frozen
class TrytonConnector:
    """A Tryton server of the series 7.0 or 8; nothing has to be installed in it."""

    name: ClassVar[str] = "tryton"
    title: ClassVar[str] = "Tryton"
    versions: ClassVar[str] = "7.0, and 8.0 and later"

    #: The most records on one page.
    page_max: int = 500

    def config_fields(self) -> Sequence[Field]:
        """Where the server is, who one is to it, and which parties are what."""
        return FORM

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Sign in and look around; tells apart what may be wrong."""
        from erplink.adapters.erp.tryton.examination import examine  # noqa: PLC0415 - needs HTTP

        return examine(config, context)

    def discover(self, config: Configuration, context: Context) -> Mapping[str, Mapping[str, str]]:
        """The databases there are, and once one can sign in, companies, categories and more."""
        from erplink.adapters.erp.tryton.proposals import propose  # noqa: PLC0415 - needs HTTP

        return propose(config, context)

    def open(self, config: Configuration, context: Context) -> "TrytonSession":
        """Sign in; a wrong password, or a module that is missing, fails here."""
        from erplink.adapters.erp.tryton.session import open_session  # noqa: PLC0415 - as above
        from erplink.adapters.erp.tryton.settings import TrytonSettings  # noqa: PLC0415 - as above

        return open_session(TrytonSettings.of(config), context, self.page_max)
