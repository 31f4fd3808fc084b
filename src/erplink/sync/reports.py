"""Reports as documents: the totals of a run, and what it cost, as one text, and back."""

import json

from erplink.domain.plan import RecordResult, Report
from erplink.sync.effort import Effort, effort_from_data, effort_to_data

__all__ = ["effort_from_json", "report_from_json", "report_to_json"]


def report_to_json(report: Report, effort: Effort) -> str:
    """The report and what the run cost as one text."""
    data = {
        "read": report.read,
        "counts": {result.value: count for result, count in report.counts.items() if count},
        "reasons": dict(report.reasons),
        "questions": report.questions,
        "changes": dict(report.changes),
        "effort": effort_to_data(effort),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def report_from_json(text: str) -> Report:
    """The report that a text tells of."""
    data = json.loads(text)
    counts = {RecordResult(result): count for result, count in data["counts"].items()}
    return Report(data["read"], counts, data["reasons"], data["questions"], data["changes"])


def effort_from_json(text: str) -> Effort:
    """What the run cost that a text tells of."""
    return effort_from_data(json.loads(text)["effort"])
