"""Examination: what a person is told who tries a configuration out."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from erplink.adapters.erp.files.layout import Layout, layout_of
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.locking import who_has_it_open
from erplink.adapters.erp.files.settings import Settings
from erplink.adapters.erp.files.snapshot import Snapshot
from erplink.adapters.erp.files.source import Source
from erplink.adapters.erp.files.writable import why_not_writable
from erplink.connectors import Context, Diagnosis, Health

__all__ = ["examined"]

_SHOWN_MAX: Final = 10


def examined(settings: Settings, limits: FileLimits, context: Context) -> Diagnosis:
    """What there is; with whatever is not as one would wish."""
    source = Source(settings, limits, context.clock)
    layout = layout_of(source, settings, limits)
    snapshots = [source.snapshot(plan) for plan in layout.kinds.values()]
    for name in layout.lists:
        layout.items(source, name, limits)
    found = ", ".join(f"{each.plan.name} ({len(each.rows)})" for each in snapshots)
    remarks = list(_remarks(layout, snapshots, source, settings))
    if not remarks:
        return Diagnosis.ok(f"Found: {found}.")
    code, message = remarks[0]
    technical = "\n".join(text for _, text in remarks[:_SHOWN_MAX])
    serious = any(code != "formulas" for code, _ in remarks)
    health = Health.WARNING if serious else Health.INFORMATION
    return Diagnosis(health, f"Found: {found}. {message}", technical, code)


def _remarks(
    layout: Layout, snapshots: list[Snapshot], source: Source, settings: Settings
) -> Iterator[tuple[str, str]]:
    for snapshot in snapshots:
        plan = snapshot.plan
        sheet = plan.place.sheet
        if why := why_not_writable(plan, layout, source, settings):
            if not settings.of(plan.name).read_only:
                yield "not-writable", f"{sheet} is only read: {why}."
        elif program := who_has_it_open(Path(plan.place.file)):
            yield "open-elsewhere", f"Nothing is written while {sheet} is open in {program}."
        if snapshot.unkeyed:
            yield "no-keys", f"{sheet}: {snapshot.unkeyed} rows have no key and are left out."
        for column in plan.columns.values():
            if column.doubt:
                message = (
                    f"{sheet}: {column.title} holds {column.doubt} that can be read in several "
                    "ways, and is taken for texts; name the language, or the type."
                )
                yield f"ambiguous-{column.doubt}", message
        for misfit in islice(snapshot.misfits(snapshot.rows.values(), list(plan.columns)), 3):
            yield "misfits", f"{sheet}, {misfit}; it is not told."
        if snapshot.table.computed and not settings.of(plan.name).read_only:
            message = (
                f"{sheet}: after a write, formulas tell what they told before, until the workbook "
                "was opened and saved in a spreadsheet program."
            )
            yield "formulas", message
