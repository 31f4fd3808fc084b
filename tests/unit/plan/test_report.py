"""Totals add up, or there is no report."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.plan import RecordOutcome, RecordResult, Report
from erplink.errors import BadPlan

outcomes = st.lists(
    st.builds(
        RecordOutcome,
        st.sampled_from(["a", "b"]),
        st.sampled_from(RecordResult),
        st.sampled_from(["refused", "no match"]),
    ),
    max_size=8,
)


@given(one=outcomes, other=outcomes)
def test_reports_add_up(one, other):
    """The report of two lots is the sum of their reports, and every record is counted once."""
    both = Report.of(one, read=len(one)) + Report.of(other, read=len(other))

    assert Report.of([*one, *other], read=len(one) + len(other)) == both
    assert both.read == sum(both.counts.values())


def test_a_record_that_is_not_accounted_for_is_an_error():
    """Reading three and reporting two is refused, with the counts."""
    with pytest.raises(BadPlan, match="3 records read, but 1 accounted for: 1 created"):
        Report.of([RecordOutcome("a", RecordResult.CREATED)], read=3)


def test_a_record_is_not_left_aside_without_a_reason():
    """Skipped, parked and failed each need a reason; the others do not."""
    for result in RecordResult:
        if result.needs_reason:
            with pytest.raises(BadPlan, match="without a reason"):
                RecordOutcome("a", result)
        else:
            assert not RecordOutcome("a", result).reason


def test_reasons_are_told_for_all_that_was_left_aside():
    """A report that hides a reason is refused."""
    with pytest.raises(BadPlan, match="1 records were left aside, but 0 reasons are told"):
        Report(1, {RecordResult.SKIPPED: 1})


def test_a_report_reads_as_a_line():
    """What was read and what became of it, without the zeros."""
    report = Report.of(
        [RecordOutcome("a", RecordResult.CREATED), RecordOutcome("b", RecordResult.SKIPPED, "dup")],
        read=2,
        questions=1,
    )

    assert "2 read: 1 created, 1 skipped; 1 questions open" == str(report)
    assert "0 read: nothing" == str(Report(0))
    assert (1, {"dup": 1}) == (report[RecordResult.CREATED], report.reasons)
