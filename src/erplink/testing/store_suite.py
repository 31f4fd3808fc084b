"""StoreConformance: every promise of the port of the store, as one pytest class."""

from erplink.testing.stores import (
    FeedingPromises,
    KeepingPromises,
    LinkingPromises,
    ProcessPromises,
    RetainingPromises,
    SharingPromises,
    StagingPromises,
    WaitingPromises,
    WorkingPromises,
)

__all__ = ["StoreConformance"]


class StoreConformance(
    KeepingPromises,
    LinkingPromises,
    FeedingPromises,
    WaitingPromises,
    WorkingPromises,
    StagingPromises,
    RetainingPromises,
    SharingPromises,
    ProcessPromises,
):
    """Subclass it as ``TestMyStore``, and fill in the fixture ``store_url``.

    .. code-block:: python

        class TestSqlite(StoreConformance):
            @pytest.fixture
            def store_url(self, tmp_path):
                return f"sqlite:///{tmp_path}/erplink.db"

    A store that :func:`erplink.adapters.stores.open_store` does not know is opened by an
    ``opener`` of your own. Where nobody but the first opener reaches the same database, ``alone``
    says so, and what takes two is skipped.
    """
