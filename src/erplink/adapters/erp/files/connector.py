"""FilesConnector: a workbook, a CSV file or a folder of them, as an ERP."""

from collections.abc import Mapping, Sequence

from attrs import field as attr
from attrs import frozen

from erplink.adapters.erp.files.examination import examined
from erplink.adapters.erp.files.form import FORM
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.proposals import proposals
from erplink.adapters.erp.files.session import FilesSession
from erplink.adapters.erp.files.settings import settings_of
from erplink.adapters.erp.files.trouble import FileTrouble, translated
from erplink.connectors import Configuration, Context, Diagnosis
from erplink.domain.fields import Field

__all__ = ["FilesConnector"]


@frozen
class FilesConnector:
    """Opens sessions over files; a sheet or file holds the records of one kind."""

    #: How much of a file is taken before it is refused.
    limits: FileLimits = attr(factory=FileLimits)
    name: str = "files"
    title: str = "Workbooks and CSV files"
    versions: str = "Excel workbooks (.xlsx), and text files (.csv, .tsv)"

    def config_fields(self) -> Sequence[Field]:
        """The form, most of which may be left empty."""
        return FORM

    def test(self, config: Configuration, context: Context) -> Diagnosis:
        """Read everything once, and say what there is or what is wrong."""
        try:
            return examined(settings_of(config, self.limits), self.limits, context)
        except FileTrouble as trouble:
            return Diagnosis.error(trouble.code, trouble.message, trouble.technical)

    def discover(self, config: Configuration, context: Context) -> Mapping[str, Mapping[str, str]]:
        """The sheets and columns there are, and settings that fix what was found out."""
        with translated():
            return proposals(settings_of(config, self.limits), self.limits, context)

    def open(self, config: Configuration, context: Context) -> FilesSession:
        """Open a session; files that cannot be used are refused here."""
        with translated():
            return FilesSession(settings_of(config, self.limits), self.limits, context)
