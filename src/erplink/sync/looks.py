"""Looks: what records look like as far as is known once plans are carried out."""

from erplink.domain.links import Link
from erplink.domain.plan import Create
from erplink.domain.records import CRM
from erplink.sync.fingerprint import OUTDATED
from erplink.sync.plain_plan import AnyPlan, PlainPlan
from erplink.sync.state import FeedName, Side
from erplink.sync.store import Transaction

__all__ = ["Looks"]


class Looks:
    """What records look like as far as is known after some plans; kept at once for all of them."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._rows: dict[FeedName, dict[str, bytes]] = {}

    def forget(self, link: Link) -> None:
        """Have both records of a link looked at when they come again, whatever they look like.

        What a record looked like said that there is nothing to do for as long as nobody wrote it
        and both sides agreed on the same: who types it back then has made an edit.
        """
        kind = link.actor.kind
        for side, ref in ((Side.CRM, link.entity), (Side.ERP, link.actor)):
            self._rows.setdefault(FeedName(link.connection, kind, side), {})[ref.key] = OUTDATED

    def note(self, plan: AnyPlan) -> None:
        """Keep what the record of a plan looked like that was carried out."""
        if plan.fingerprint:
            look = OUTDATED if _patches_its_own(plan) else plan.fingerprint
            self._rows.setdefault(plan.feed, {})[plan.key] = look

    def put(self, state: Transaction) -> None:
        """Keep them all."""
        for feed, rows in self._rows.items():
            state.fingerprints.put(feed, rows.items())


def _patches_its_own(plan: AnyPlan) -> bool:
    """Whether a plan writes to the side from which its record came."""
    if isinstance(plan, PlainPlan):
        return plan.writes_to(crm=plan.feed.side is Side.CRM)
    mine = CRM if plan.feed.side is Side.CRM else plan.feed.connection
    return mine in (step.target.system for step in plan.writes if not isinstance(step, Create))
