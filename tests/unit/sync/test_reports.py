"""What a run did and what it cost is kept as one text."""

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.sync.stage import Stage

from erplink.domain.plan import RecordResult, Report
from erplink.sync.effort import Effort
from erplink.sync.reports import effort_from_json, report_from_json, report_to_json

NUMBERS = st.integers(0, 10**9)
REASONS = st.dictionaries(st.text(max_size=5), st.integers(1, 9), max_size=3)


@given(
    counts=st.dictionaries(st.sampled_from(RecordResult), NUMBERS), reasons=REASONS, asked=NUMBERS
)
def test_a_report_survives_as_a_text(counts, reasons, asked):
    """All its figures, and its reasons."""
    told = sum(reasons.values())
    counts = {each: count for each, count in counts.items() if not each.needs_reason}
    counts[RecordResult.SKIPPED] = told
    report = Report(sum(counts.values()), counts, reasons, asked, {"crm.name": 2})

    assert report == report_from_json(report_to_json(report, Effort()))


def test_every_run_in_the_store_has_its_report():
    """With what it cost; read = all that it is made of."""
    stage = Stage()
    stage.customers(3)
    result = stage.one()

    with stage.store.look() as state:
        run = state.runs.get(result.run.id)

    assert result.report == report_from_json(run.report)
    assert result.effort == effort_from_json(run.report)
    assert result.report.read == sum(result.report.counts.values())
