"""Stores: where the state of the engine lives, in a file or on a server.

.. code-block:: python

    store = open_store("sqlite:///erplink.db")
    with store.begin() as transaction:
        transaction.connections.put(connection)
"""

from erplink.adapters.stores.opening import open_store
from erplink.adapters.stores.store import SqlStore
from erplink.adapters.stores.vault import make_key

__all__ = ["SqlStore", "make_key", "open_store"]
