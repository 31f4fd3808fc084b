"""Observers: what happens reaches the logs and OpenTelemetry, and no secret does."""

import logging
from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from erplink.adapters.clock import SystemClock
from erplink.adapters.erp.memory import MemoryErp
from erplink.adapters.observers import LogObserver
from erplink.adapters.observers.telemetry import TelemetryObserver
from erplink.adapters.stores import open_store
from erplink.connectors import Event, Kind, Registry
from erplink.domain import Connection, Field, FieldRule, Mapping, OnUnlinked, Secret
from erplink.errors import Unavailable
from erplink.sync import Engine

KINDS = {"erp": "customer", "crm": "company"}


def synced(observer, *, down=False):
    """Two passes of a real engine that an observer hears of, of which only the first has work."""
    systems = {
        name: MemoryErp([Kind(kind, [Field("name")], ("name",))]) for name, kind in KINDS.items()
    }
    for number in range(3):
        systems["erp"].put("customer", f"K{number}", {"name": f"name {number}"})

    def opened(system):
        if down and system == "erp":
            raise Unavailable("it is down")
        return systems[system].session(system)

    store = open_store("sqlite:///:memory:")
    rules = [FieldRule("name", "name")]
    on_unlinked = OnUnlinked(in_erp="create")
    with store.begin() as state:
        state.connections.put(Connection("erp", "ERP", "memory", active=True))
        state.mappings.put(
            Mapping("erp", "customer", "company", rules=rules, on_unlinked=on_unlinked)
        )
    registry = Registry([observer], installed=False)
    engine = Engine(store, opened, SystemClock(), observe=registry.notify)
    engine.sync()
    engine.sync()
    store.close()


def test_a_run_is_one_line_of_the_log(caplog):
    """Who reads the log sees which run ended how; its begin is for debugging only."""
    with caplog.at_level(logging.INFO, logger="erplink"):
        synced(LogObserver())

    first, second = caplog.records
    assert first.getMessage().startswith("run ended run=")
    assert "report='3 read: 3 created'" in first.getMessage()
    assert logging.INFO == first.levelno
    assert {"created": 3} == first.erplink["counts"]
    assert {"crm.name": 3} == first.erplink["changes"]
    assert {"erp", "crm"} == set(second.erplink["requests"])


def test_a_run_that_failed_is_a_warning(caplog):
    """What somebody should look at stands out."""
    with caplog.at_level(logging.DEBUG, logger="erplink"):
        synced(LogObserver(), down=True)

    assert {"run started", "run ended"} == {
        " ".join(each.getMessage().split()[:2]) for each in caplog.records
    }
    assert {logging.DEBUG, logging.WARNING} == {each.levelno for each in caplog.records}


def test_a_log_that_is_switched_off_costs_nothing(caplog):
    """Nothing is formatted for a logger that does not want it."""
    with caplog.at_level(logging.ERROR, logger="erplink"):
        synced(LogObserver())

    assert [] == caplog.records


def test_no_secret_reaches_the_log(caplog):
    """A text of a system that holds a known secret is masked before it is written."""
    observer = LogObserver(secrets=[Secret("open sesame")])
    with caplog.at_level(logging.INFO, logger="erplink"):
        observer.erplink_event(Event("run held", {"run": "R1", "reason": "no: open sesame"}))

    assert "open sesame" not in caplog.text
    assert "open sesame" not in str(caplog.records[0].erplink)
    assert "run='R1'" in caplog.text


@pytest.fixture
def telemetry():
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers, meters = TracerProvider(), MeterProvider([reader])
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    observer = TelemetryObserver(tracer_provider=tracers, meter_provider=meters)
    yield observer, exporter, lambda: points(reader)
    tracers.shutdown()
    meters.shutdown()


def points(reader):
    """The sums of what was measured, by name and what tells it apart."""
    found = {}
    for resource in reader.get_metrics_data().resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    value = point.value if hasattr(point, "value") else point.count
                    found[metric.name, *sorted(point.attributes.values())] = value
    return found


def test_a_run_becomes_a_span_and_metrics(telemetry):
    """OpenTelemetry hears how long a run took, what it did, and what it asked of whom."""
    observer, exporter, measured = telemetry
    synced(observer)

    first, second = exporter.get_finished_spans()
    assert "erplink changes" == first.name
    assert "done" == first.attributes["erplink.state"]
    assert 3 == first.attributes["erplink.read"]
    assert first.start_time < first.end_time <= second.end_time
    found = measured()
    assert 3 == found["erplink.records", "created", "customer", "erp"]
    assert 3 == found["erplink.changes", "crm.name", "customer", "erp"]
    assert 2 == found["erplink.run.duration", "customer", "done", "erp", "scheduled"]
    assert found["erplink.requests", "crm", "customer", "erp"] > 0
    assert 1 == found["erplink.lag", "crm", "customer", "erp"]


def test_a_run_that_failed_is_an_error_there(telemetry):
    """The span says that it failed, and why."""
    observer, exporter, _ = telemetry
    synced(observer, down=True)

    span = exporter.get_finished_spans()[0]
    assert StatusCode.ERROR == span.status.status_code
    assert "it is down" in span.status.description


def test_what_a_person_should_see_is_counted(telemetry):
    """Whatever is neither begin nor end of a run is an alert."""
    observer, _, measured = telemetry
    observer.erplink_event(Event("run held", {"run": "R1", "reason": "too many"}))
    observer.erplink_event(Event("run started", {"run": "R1", "at": datetime.now(UTC)}))

    assert {("erplink.alerts", "run held"): 1} == measured()
