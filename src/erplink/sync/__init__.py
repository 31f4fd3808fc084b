"""The engine that keeps linked records in step: detect, reconcile, apply, recover."""

from erplink.sync.conductor import Judgement
from erplink.sync.engine import ENGINE, Engine
from erplink.sync.fingerprint import BLAKE2B, Hashing
from erplink.sync.pace import Pace
from erplink.sync.passes import PassResult, Preview
from erplink.sync.rails import Rail, Rails, Tally, Trip
from erplink.sync.scheduler import Scheduler
from erplink.sync.state import (
    Feed,
    FeedName,
    HeldPlan,
    Intent,
    Issue,
    IssueKind,
    Lane,
    Lease,
    Pending,
    Run,
    RunMode,
    RunState,
    Side,
)
from erplink.sync.store import Retention, Store, Transaction
from erplink.sync.systems import Opener
from erplink.sync.workbench import Options, Progress

__all__ = [
    "BLAKE2B",
    "ENGINE",
    "Engine",
    "Feed",
    "FeedName",
    "Hashing",
    "HeldPlan",
    "Intent",
    "Issue",
    "IssueKind",
    "Judgement",
    "Lane",
    "Lease",
    "Opener",
    "Options",
    "Pace",
    "PassResult",
    "Pending",
    "Preview",
    "Progress",
    "Rail",
    "Rails",
    "Retention",
    "Run",
    "RunMode",
    "RunState",
    "Scheduler",
    "Side",
    "Store",
    "Tally",
    "Transaction",
    "Trip",
]
