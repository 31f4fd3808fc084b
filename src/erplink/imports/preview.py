"""Preview: what an import would do, row by row, from the rows as they were planned."""

from collections.abc import Iterable, Sequence

from attrs import field as attr
from attrs import frozen

from erplink.domain.staging import Action, Fate, RowTotal, Severity, StagedRow

__all__ = ["Preview", "Result", "preview_of", "result_of"]


@frozen(kw_only=True)
class Preview:
    """What an import would do, in figures; its rows are paged, filtered and sorted beside it."""

    #: How many checked rows would make a record of the CRM, by kind of actor.
    new: dict[str, int] = attr(factory=dict)
    #: How many would change one.
    changed: dict[str, int] = attr(factory=dict)
    #: How many would do nothing.
    nothing: int = 0
    #: How many wait for a person to say which record they are about.
    questions: int = 0
    unchecked: int = 0
    #: How many rows have a problem without which they would be imported.
    errors: int = 0
    warnings: int = 0

    @property
    def rows(self) -> int:
        """All rows, each counted once."""
        doing = sum(self.new.values()) + sum(self.changed.values())
        return doing + self.nothing + self.questions + self.unchecked


def preview_of(totals: Iterable[RowTotal]) -> Preview:
    """Count what the rows would do."""
    new: dict[str, int] = {}
    changed: dict[str, int] = {}
    nothing = questions = unchecked = errors = warnings = 0
    for each in totals:
        errors += each.rows if each.severity == Severity.ERROR else 0
        warnings += each.rows if each.severity == Severity.WARNING else 0
        if not each.checked:
            unchecked += each.rows
        elif each.action is Action.NEW:
            new[each.actor_kind] = new.get(each.actor_kind, 0) + each.rows
        elif each.action is Action.CHANGED:
            changed[each.actor_kind] = changed.get(each.actor_kind, 0) + each.rows
        elif each.action is Action.QUESTION:
            questions += each.rows
        else:
            nothing += each.rows
    return Preview(
        new=new,
        changed=changed,
        nothing=nothing,
        questions=questions,
        unchecked=unchecked,
        errors=errors,
        warnings=warnings,
    )


def _rows(rows: Sequence[StagedRow]) -> tuple[StagedRow, ...]:
    return tuple(rows)


@frozen(kw_only=True)
class Result:
    """What an import came to, in figures that add up to its rows."""

    created: int = 0
    updated: int = 0
    skipped: int = 0
    #: Refused, because the CRM is not what was shown any more.
    stale: int = 0
    failed: int = 0
    #: Imported, and taken back since.
    undone: int = 0
    #: Not run, because nobody checked them or the run has not come to them.
    left: int = 0

    @property
    def rows(self) -> int:
        """All rows, each counted once."""
        done = self.created + self.updated + self.undone
        return done + self.skipped + self.stale + self.failed + self.left


def result_of(totals: Iterable[RowTotal]) -> Result:
    """Count what came of the rows."""
    counts: dict[Fate | None, int] = {}
    for each in totals:
        counts[each.fate] = counts.get(each.fate, 0) + each.rows
    return Result(
        created=counts.get(Fate.CREATED, 0),
        updated=counts.get(Fate.UPDATED, 0),
        skipped=counts.get(Fate.SKIPPED, 0),
        stale=counts.get(Fate.STALE, 0),
        failed=counts.get(Fate.FAILED, 0),
        undone=counts.get(Fate.UNDONE, 0),
        left=counts.get(None, 0),
    )
