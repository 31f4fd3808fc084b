"""Reports as documents: the totals of a run as one text, and back."""

import json

from erplink.domain.plan import RecordResult, Report

__all__ = ["report_from_json", "report_to_json"]


def report_to_json(report: Report) -> str:
    """The report as one text."""
    data = {
        "read": report.read,
        "counts": {result.value: count for result, count in report.counts.items() if count},
        "reasons": dict(report.reasons),
        "questions": report.questions,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def report_from_json(text: str) -> Report:
    """The report that a text tells of."""
    data = json.loads(text)
    counts = {RecordResult(result): count for result, count in data["counts"].items()}
    return Report(data["read"], counts, data["reasons"], data["questions"])
