import socket
import ssl

import httpx
import pytest

from erplink.adapters.http import Limits, Timeouts
from erplink.adapters.http.addresses import Origin
from erplink.adapters.http.call import Call
from erplink.adapters.http.exchange import Failed, Failure
from erplink.adapters.http.pool import PoolBusy
from erplink.adapters.http.wire import HttpxWire, _failed


def chained(error, *causes):
    """``error`` with one cause behind the other, as httpx and httpcore raise them."""
    last = error
    for cause in causes:
        last.__cause__ = cause
        last = cause
    return error


def refused():
    return ConnectionRefusedError(111, "Connection refused")


ROWS = [
    (httpx.ConnectTimeout("-"), Failure.NO_CONNECTION, "no connection within 10 s"),
    (PoolBusy(), Failure.NO_CONNECTION, "no free connection within 30 s"),
    (httpx.ReadTimeout("-"), Failure.BROKEN, "no answer within 60 s"),
    (httpx.WriteTimeout("-"), Failure.BROKEN, "it was not taken within 60 s"),
    (httpx.ReadError("-"), Failure.BROKEN, "the connection broke"),
    (
        chained(httpx.WriteError("-"), BrokenPipeError(32, "Broken pipe")),
        Failure.BROKEN,
        "the connection broke: Broken pipe",
    ),
    (httpx.RemoteProtocolError("-"), Failure.BROKEN, "the answer ended early, or is no HTTP"),
    (httpx.ProxyError("-"), Failure.NO_CONNECTION, "the proxy did not connect"),
    (httpx.ConnectError("-"), Failure.NO_CONNECTION, "no connection"),
    (
        chained(httpx.ConnectError("-"), OSError("-"), refused()),
        Failure.NO_CONNECTION,
        "no connection: Connection refused",
    ),
    (
        chained(httpx.ConnectError("-"), socket.gaierror(-2, "-")),
        Failure.NO_CONNECTION,
        "the host's name is not known (DNS)",
    ),
    (
        chained(httpx.ConnectError("-"), ssl.SSLEOFError(8, "-")),
        Failure.NO_CONNECTION,
        "the connection ended while TLS was agreed on",
    ),
    (
        chained(httpx.ConnectError("-"), ssl.SSLError(1, "-")),
        Failure.NO_TRUST,
        "TLS failed (no reason given); is it an https port?",
    ),
    (httpx.LocalProtocolError("s3cret"), Failure.UNSENDABLE, "it is no proper HTTP request"),
    (ValueError("s3cret"), Failure.BROKEN, "it came to nothing (ValueError)"),
]


@pytest.mark.parametrize(("error", "failure", "sentence"), ROWS, ids=lambda row: repr(row)[:40])
def test_foreign_errors_are_translated(error, failure, sentence):
    """Each of them says at what point it happened, in a sentence of ours."""
    failed = _failed(error, Failure.BROKEN, Timeouts())

    assert failed.failure is failure
    assert failed.reason.startswith(sentence)
    assert "s3cret" not in failed.reason


def test_a_foreign_error_before_sending_is_told_apart():
    """Where nothing was sent, an error of an unknown kind surely left no trace."""
    failed = _failed(httpx.InvalidURL("s3cret"), Failure.UNSENDABLE, Timeouts())

    assert failed == Failed(Failure.UNSENDABLE, "it cannot be sent as it is (InvalidURL)")


def test_a_foreign_error_after_sending_leaves_it_open(wire, monkeypatch):
    """Whatever breaks once the request is out, it may have acted."""

    def breaks(_transport, _request):
        raise ValueError("s3cret")

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", breaks)

    failed = wire.exchange(Call(method="POST", url="http://127.0.0.1/"))

    assert failed == Failed(Failure.BROKEN, "it came to nothing (ValueError)")


@pytest.fixture
def wire(clock):
    wire = HttpxWire(
        "https://erp.example",
        timeouts=Timeouts(),
        limits=Limits(),
        clock=clock,
        tls=ssl.create_default_context,
    )
    yield wire
    wire.close()


def test_a_url_that_is_none_is_not_sent(wire):
    """It is said to be none."""
    failed = wire.exchange(Call(method="GET", url="nowhere"))

    assert failed == Failed(Failure.UNSENDABLE, "that is no URL a request can be sent to")


@pytest.mark.parametrize(
    ("host", "packing"),
    [("erp.example", "gzip"), ("bücher.example", "gzip"), ("localhost", "identity")],
)
def test_packing_is_offered_to_other_machines(wire, host, packing):
    """It saves time on the way to another machine, whatever a caller wrote."""
    call = Call(method="GET", url=f"https://{host}/", headers=(("Accept-Encoding", "br"),))

    request = wire._request(call, Origin("https", host, 443))

    assert request.headers.get_list("accept-encoding") == [packing]


def test_every_request_has_its_timeouts(wire):
    """They go with the request, each of them a number."""
    request = wire._request(
        Call(method="GET", url="https://erp.example/"), Origin("https", "erp.example", 443)
    )

    assert request.extensions["timeout"] == {"connect": 10, "read": 60, "write": 60, "pool": 30}
