"""What every store promises, part by part; :class:`StoreConformance` has all of it."""

from erplink.testing.stores.feeding import FeedingPromises
from erplink.testing.stores.keeping import KeepingPromises
from erplink.testing.stores.linking import LinkingPromises
from erplink.testing.stores.place import Opener, StorePlace, open_plainly
from erplink.testing.stores.processes import ProcessPromises
from erplink.testing.stores.retaining import RetainingPromises
from erplink.testing.stores.sharing import SharingPromises
from erplink.testing.stores.staging import StagingPromises
from erplink.testing.stores.waiting import WaitingPromises
from erplink.testing.stores.working import WorkingPromises

__all__ = [
    "FeedingPromises",
    "KeepingPromises",
    "LinkingPromises",
    "Opener",
    "ProcessPromises",
    "RetainingPromises",
    "SharingPromises",
    "StagingPromises",
    "StorePlace",
    "WaitingPromises",
    "WorkingPromises",
    "open_plainly",
]
