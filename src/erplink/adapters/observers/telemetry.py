"""TelemetryObserver: tells OpenTelemetry of every run: a span, and what it did, as metrics."""

from datetime import datetime

from opentelemetry.metrics import MeterProvider, get_meter_provider
from opentelemetry.trace import Status, StatusCode, TracerProvider, get_tracer_provider

from erplink.connectors import Event, hookimpl

__all__ = ["TelemetryObserver"]

_SCOPE = "erplink"


class TelemetryObserver:
    """A plug-in that makes spans and metrics of runs; hand it to the registry.

    Metrics: ``erplink.records`` by result, ``erplink.changes`` by field, ``erplink.requests`` and
    ``erplink.waited`` by system, ``erplink.questions``, ``erplink.run.duration`` and
    ``erplink.lag``, each by connection and kind; ``erplink.alerts`` by what happened.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
    ) -> None:
        """Tell the given providers, or the ones that the process has."""
        self._tracer = (tracer_provider or get_tracer_provider()).get_tracer(_SCOPE)
        meter = (meter_provider or get_meter_provider()).get_meter(_SCOPE)
        self._records = meter.create_counter("erplink.records", "{record}", "Records looked at")
        self._changes = meter.create_counter("erplink.changes", "{field}", "Fields written")
        self._requests = meter.create_counter("erplink.requests", "{request}", "Requests")
        self._waited = meter.create_counter("erplink.waited", "s", "Time systems were waited for")
        self._questions = meter.create_counter("erplink.questions", "{question}", "Questions")
        self._alerts = meter.create_counter("erplink.alerts", "{alert}", "What a person should see")
        self._duration = meter.create_histogram("erplink.run.duration", "s", "How long runs took")
        self._lag = meter.create_histogram("erplink.lag", "s", "How late runs began")

    @hookimpl
    def erplink_event(self, event: Event) -> None:
        """Note a run that ended, or count what a person should see."""
        if event.name == "run ended":
            self._measure(event)
            self._span(event)
        elif event.name != "run started":
            self._alerts.add(1, {"erplink.event": event.name})

    def _measure(self, event: Event) -> None:
        told = event.details
        place = {"erplink.connection": told["connection"], "erplink.kind": told["kind"]}
        for result, count in told["counts"].items():
            self._records.add(count, {**place, "erplink.result": result})
        for field, count in told["changes"].items():
            self._changes.add(count, {**place, "erplink.field": field})
        for system, count in told["requests"].items():
            self._requests.add(count, {**place, "erplink.system": system})
        for system, seconds in told["waited"].items():
            self._waited.add(seconds, {**place, "erplink.system": system})
        for side, seconds in told["lag"].items():
            self._lag.record(seconds, {**place, "erplink.side": side})
        self._questions.add(told["questions"], place)
        run = {"erplink.state": told["state"], "erplink.lane": told["lane"]}
        self._duration.record(told["seconds"], {**place, **run})

    def _span(self, event: Event) -> None:
        told = event.details
        span = self._tracer.start_span(
            f"erplink {told['mode']}",
            start_time=_nanoseconds(told["started"]),
            attributes={
                "erplink.run": told["run"],
                "erplink.connection": told["connection"],
                "erplink.kind": told["kind"],
                "erplink.lane": told["lane"],
                "erplink.state": told["state"],
                "erplink.read": told["read"],
            },
        )
        if told["state"] == "failed":
            span.set_status(Status(StatusCode.ERROR, told["reason"]))
        span.end(_nanoseconds(told["at"]))


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000) * 1_000
