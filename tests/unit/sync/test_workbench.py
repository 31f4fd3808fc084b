"""What a pass works with is put together once, and says nothing to nobody unless asked to."""

import pytest
from tests.unit.sync.stage import Stage

from erplink.connectors import Event
from erplink.domain.records import CRM
from erplink.sync.state import RunMode
from erplink.sync.systems import Systems
from erplink.sync.workbench import Progress


@pytest.fixture
def stage():
    stage = Stage(page_max=2)
    stage.customers(5)
    return stage


def test_nobody_has_to_listen(stage):
    """A workbench of its own tells nothing, and is never cancelled."""
    with Systems(stage.open) as systems:
        bench = stage.bench(systems)

        assert bench.observe(Event("something", {})) is None
        assert not bench.cancelled()
        assert bench.pairing_of(None) is None


def test_fingerprints_are_those_of_the_mapping(stage):
    """Another mapping looks at records in another way."""
    with Systems(stage.open) as systems:
        bench = stage.bench(systems)

        assert bench.pairing.salt in bench.fingerprinter.salt


def test_whoever_watches_hears_after_every_page(stage):
    """How many records were looked at, never fewer than before."""
    heard = []
    stage.sync(watch=heard.append)

    done = [each.done for each in heard]
    assert done == sorted(done)
    assert 5 == done[-1]
    assert [{None}, {"erp"}, {"customer"}] == [
        {getattr(each, name) for each in heard} for name in ("total", "connection", "actor_kind")
    ]


def test_how_many_there_are_is_estimated_by_how_many_there_were(stage):
    """Of a full pass; and where there are more by now, the estimate grows."""
    stage.settle()
    stage.customers(9)
    heard = []

    stage.sync(full=True, watch=heard.append)

    assert 10 == heard[0].total
    assert heard[-1].done == heard[-1].total > 10
    assert isinstance(heard[0], Progress)
    with stage.store.look() as state:
        assert RunMode.FULL is state.runs.get(heard[0].run).mode


def test_of_what_was_never_listed_nobody_knows_how_many_there_are(stage):
    """Nothing is asked for it either."""
    heard = []
    stage.sync(full=True, watch=heard.append)

    assert {None} == {each.total for each in heard}
    assert [] == stage.asked(CRM, "count")
