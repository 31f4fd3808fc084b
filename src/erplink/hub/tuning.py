"""Tuning: how a Hub works, where the usual way is not the right one."""

from attrs import field as attr
from attrs import frozen

from erplink.connectors import Clock
from erplink.domain.kinds import STANDARD_PAIRS, LinkablePairs
from erplink.sync import Judgement, Options, Pace

__all__ = ["Tuning"]


@frozen(kw_only=True)
class Tuning:
    """What a host may choose otherwise; every one of them has a good default."""

    #: Which kinds of entities may be linked to which kinds of actors.
    pairs: LinkablePairs = STANDARD_PAIRS
    #: How passes are done.
    options: Options = attr(factory=Options)
    #: What conflicts are judged by.
    judgement: Judgement = attr(factory=Judgement)
    #: How often a connection is looked at, unless it has an interval of its own.
    pace: Pace = attr(factory=Pace)
    #: How many connections are served side by side.
    workers: int = 4
    #: How often the store is asked for what is due.
    poll_seconds: float = 1.0
    #: Tells the time; the machine's own where none is given.
    clock: Clock | None = None
