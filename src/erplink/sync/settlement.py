"""Settlement: what is to be remembered of many plans, gathered so that each table is written once.

A statement for every record costs more than what it writes; and in the order of the keys, a page
of records touches few pages of the database.
"""

from collections.abc import Collection, Iterable

from erplink.domain.history import RecordChange
from erplink.domain.links import Link
from erplink.sync.looks import Looks
from erplink.sync.plain_plan import AnyPlan
from erplink.sync.state import FeedName, Issue
from erplink.sync.store import Transaction

__all__ = ["Settlement"]


class Settlement:
    """What is to be remembered of some plans; kept at once for all of them."""

    def __init__(self) -> None:
        """Nothing is to be remembered yet."""
        #: What the records look like.
        self.looks = Looks()
        self._links: list[tuple[Link, int]] = []
        self._history: list[RecordChange] = []
        self._names: set[str] = set()
        self._issues: list[Issue] = []
        self._settled: dict[FeedName, dict[str, int]] = {}

    def move_on(self, link: Link, before: int) -> None:
        """Keep the new state of a link that was at the version ``before``."""
        self._links.append((link, before))

    def tell(self, changes: Iterable[RecordChange]) -> None:
        """Keep what was written."""
        self._history += changes

    def ask(self, names: Collection[str], issues: Iterable[Issue]) -> None:
        """Ask ``issues`` about the records of these names, and nothing else any more."""
        self._names.update(names)
        self._issues += issues

    def close(self, plan: AnyPlan) -> None:
        """Have the record of a plan no longer pending."""
        self._settled.setdefault(plan.feed, {})[plan.key] = plan.marked

    def put(self, state: Transaction) -> None:
        """Write all of it."""
        state.links.change_all(self._links)
        state.history.add(self._history)
        state.issues.withdraw(self._names, but=[each.id for each in self._issues])
        state.issues.put(self._issues)
        self.looks.put(state)
        for feed, marked in self._settled.items():
            state.pending.settle(feed, marked)
