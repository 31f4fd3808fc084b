"""Effort: what a pass cost is measured and kept with its report."""

from threading import Thread

from tests.unit.sync.stage import Stage

from erplink.sync.effort import Effort, Meter, effort_from_data, effort_to_data
from erplink.sync.reports import effort_from_json, report_from_json
from erplink.testing import VirtualClock


def test_requests_and_the_time_they_took_count_for_their_system():
    """A meter knows how often each system was asked and for how long it was waited for."""
    clock = VirtualClock()
    meter = Meter(clock)
    meter.of("erp")("get", lambda: clock.sleep(2.0))
    meter.of("erp")("save", lambda: clock.sleep(0.5))
    meter.of("crm")("get", lambda: None)

    assert {"erp": 2, "crm": 1} == meter.effort.requests
    assert {"erp": 2.5, "crm": 0.0} == meter.effort.waited
    assert 2.5 == meter.effort.seconds


def test_to_close_a_session_is_no_request():
    """Closing asks the system for nothing."""
    meter = Meter(VirtualClock())

    assert "closed" == meter.of("erp")("close", lambda: "closed")
    assert {} == meter.effort.requests


def test_a_request_that_fails_counts_too():
    """A request that came to nothing was one all the same."""
    meter = Meter(VirtualClock())
    failed = False
    try:
        meter.of("erp")("get", lambda: 1 // 0)
    except ZeroDivisionError:
        failed = True

    assert failed
    assert {"erp": 1} == meter.effort.requests


def test_no_request_of_any_thread_is_lost():
    """Threads that ask side by side are all counted."""
    meter = Meter(VirtualClock())
    ask = meter.of("erp")
    threads = [Thread(target=lambda: [ask("get", int) for _ in range(200)]) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {"erp": 800} == meter.effort.requests


def test_an_effort_comes_back_from_plain_data():
    """What was written down is what is read again."""
    effort = Effort(seconds=1.5, requests={"erp": 2}, waited={"erp": 0.25}, lag={"crm": 60.0})

    assert effort == effort_from_data(effort_to_data(effort))


def test_a_run_keeps_what_it_did_to_each_field_and_what_it_cost():
    """The stored run tells the changes by field, the requests by system, and how late it began."""
    stage = Stage()
    stage.customers(1)
    stage.settle()
    stage.pause(60)
    stage.erp.put("customer", "K0", {"city": "Bergen"})

    result = stage.one()

    assert {"crm.city": 1} == result.report.changes
    assert result.report == report_from_json(result.run.report)
    assert result.effort == effort_from_json(result.run.report)
    assert {"erp", "crm"} == set(result.effort.requests)
    assert {"erp", "crm"} == set(result.effort.lag)
    assert min(result.effort.lag.values()) >= 60
