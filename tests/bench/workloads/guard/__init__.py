"""GUARD: what it costs to hold a connector to its word while everything is read."""

from contract import Implementation, Target, Workload

from guard.world import prepare

WORKLOAD = Workload(
    name="GUARD",
    sentence="Read n records of 16 fields from the memory connector, by pages of 1000.",
    prepare=prepare,
    implementations=(
        Implementation("guarded", "erplink", "Through open_session, as a host reads."),
        Implementation("plain", "floor", "The connector's own session, and nobody looks."),
    ),
    targets=(Target("guarded/plain", at_most=1.1),),
)
