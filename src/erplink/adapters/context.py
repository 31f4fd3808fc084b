"""What a connector is given to work with, put together from real parts."""

from functools import partial

from erplink.adapters.clock import SystemClock
from erplink.adapters.http import HttpFactory
from erplink.connectors import (
    Clock,
    Configuration,
    Context,
    RateBudget,
    Redactor,
    TokenBudget,
    redacting_logger,
)

__all__ = ["make_context"]


def make_context(
    connection: str,
    configuration: Configuration,
    *,
    clock: Clock | None = None,
    budget: RateBudget | None = None,
    http: HttpFactory | None = None,
) -> Context:
    """The context of ``connection``: its clients keep to its budget, its log hides its secrets.

    Give one ``http`` factory to all contexts of a process: its TLS context is made only once.
    """
    clock = clock or SystemClock()
    budget = budget or TokenBudget(clock)
    http = http or HttpFactory(clock=clock)
    logger = redacting_logger(f"erplink.connection.{connection}", Redactor.of(configuration))
    client = partial(http.client, budget=budget, logger=logger)
    return Context(connection, clock, logger, budget, client)
