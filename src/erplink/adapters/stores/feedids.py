"""FeedIds: the numbers that stand for feeds, so that a million rows need not name theirs."""

from attrs import field, frozen

from erplink.adapters.stores.database import Database
from erplink.sync.state import FeedName

__all__ = ["FeedIds"]


@frozen
class FeedIds:
    """The numbers of a tenant's feeds; within one transaction, each is looked up once."""

    _database: Database
    _known: dict[FeedName, int] = field(factory=dict, init=False)

    def find(self, name: FeedName) -> int | None:
        """The number of a feed, if it has one."""
        if name not in self._known:
            rows = self._database.query("feed_id", **_parts(name))
            if not rows:
                return None
            self._known[name] = rows[0][0]
        return self._known[name]

    def give(self, name: FeedName) -> int:
        """The number of a feed, a new one where it has none."""
        found = self.find(name)
        if found is None:
            self._database.execute("feed_make", **_parts(name))
            found = self.find(name)
        # It was made, or somebody else was quicker.
        assert found is not None  # noqa: S101 - see above
        return found


def _parts(name: FeedName) -> dict[str, str]:
    return {
        "connection": name.connection,
        "actor_kind": name.actor_kind,
        "side": name.side.value,
    }
