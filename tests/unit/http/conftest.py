from datetime import UTC, datetime, timedelta

import pytest

from erplink.adapters.http.exchange import Answered, Failed
from erplink.adapters.http.factory import HttpFactory
from erplink.adapters.http.headers import Headers


class FakeClock:
    """A clock that passes time only where somebody sleeps."""

    def __init__(self, start=1_000.0):
        self.seconds = start
        self.slept = []

    def now(self):
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds - 1_000.0)

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        assert seconds > 0
        self.slept.append(seconds)
        self.seconds += seconds


class FakeWire:
    """A wire that answers from a script and remembers what it was asked."""

    def __init__(self, *script):
        self.script = list(script)
        self.calls = []
        self.closed = False

    def exchange(self, call):
        self.calls.append(call)
        happened = self.script.pop(0)
        return happened(call) if callable(happened) else happened

    def close(self):
        self.closed = True


def answer(status=200, body=b"{}", **headers):
    """What a system answered; underscores in the names of headers are hyphens."""
    pairs = {"content_type": "application/json", **headers}
    return Answered(
        status, Headers((name.replace("_", "-"), value) for name, value in pairs.items()), body
    )


@pytest.fixture(scope="session")
def new_clock():
    return FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture(scope="session")
def new_wire():
    return FakeWire


@pytest.fixture(scope="session")
def answers():
    return answer


@pytest.fixture
def connect(clock):
    """Make a client whose wire plays a script; luck is always 1/2."""

    def make(*script, base_url="https://erp.example/api", **options):
        wire = FakeWire(*script)
        factory = HttpFactory(clock=clock, random=lambda: 0.5, wire=lambda _url, _options: wire)
        return factory.client(base_url, **options), wire

    return make


@pytest.fixture(scope="session")
def failed():
    return lambda failure, reason="it broke": Failed(failure, reason)
