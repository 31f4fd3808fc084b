"""SqlTransaction: everything that one open transaction reaches."""

from erplink.adapters.stores.connections import SqlConnections
from erplink.adapters.stores.database import Database
from erplink.adapters.stores.feedids import FeedIds
from erplink.adapters.stores.feeds import SqlFeeds
from erplink.adapters.stores.fingerprints import SqlFingerprints
from erplink.adapters.stores.held import SqlHeld
from erplink.adapters.stores.history import SqlHistory
from erplink.adapters.stores.imports import SqlImports
from erplink.adapters.stores.intents import SqlIntents
from erplink.adapters.stores.issues import SqlIssues
from erplink.adapters.stores.leases import SqlLeases
from erplink.adapters.stores.links import SqlLinks
from erplink.adapters.stores.mappings import SqlMappings
from erplink.adapters.stores.pending import SqlPending
from erplink.adapters.stores.runs import SqlRuns
from erplink.adapters.stores.settings import SqlSettings
from erplink.adapters.stores.staged import SqlStagedRows
from erplink.adapters.stores.vault import Vault
from erplink.domain.transforms import TransformCatalogue

__all__ = ["SqlTransaction"]


class SqlTransaction:
    """Everything that one transaction reaches, until it is over."""

    def __init__(
        self, database: Database, vault: Vault, catalogue: TransformCatalogue | None
    ) -> None:
        ids = FeedIds(database)
        self.connections = SqlConnections(database, vault)
        self.mappings = SqlMappings(database, catalogue)
        self.links = SqlLinks(database)
        self.feeds = SqlFeeds(database, ids)
        self.fingerprints = SqlFingerprints(database, ids)
        self.pending = SqlPending(database, ids)
        self.intents = SqlIntents(database)
        self.issues = SqlIssues(database)
        self.runs = SqlRuns(database)
        self.held = SqlHeld(database)
        self.history = SqlHistory(database)
        self.leases = SqlLeases(database)
        self.imports = SqlImports(database)
        self.staged = SqlStagedRows(database)
        self.settings = SqlSettings(database)
