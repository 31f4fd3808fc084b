"""What is promised of a feed: whoever follows it misses nothing."""

from itertools import pairwise
from typing import Any

from erplink.connectors import Page
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.told import Told
from erplink.testing.trial import Trial

__all__ = [
    "check_a_cursor_can_be_used_again",
    "check_a_cursor_outlives_its_session",
    "check_a_deletion_is_told",
    "check_a_late_commit_is_told",
    "check_a_merged_record_leads_to_its_new_key",
    "check_a_new_record_is_in_the_next_reading",
    "check_an_edit_is_in_the_next_reading",
    "check_an_edit_while_paging_is_told",
    "check_increments_add_up_to_a_full_reading",
    "check_marks_come_in_order",
    "check_records_of_one_mark_all_come",
    "check_the_feed_tells_every_record",
]


@promise("changes")
def check_the_feed_tells_every_record(trial: Trial) -> None:
    """A feed read without a cursor tells every record, on however many pages."""
    keys = trial.make_pages()

    told = trial.feed()

    trial.has_all(keys, told.records, "in the feed")
    trial.spans_pages(keys, told)


@promise("changes", hooks=("edit",))
def check_an_edit_is_in_the_next_reading(trial: Trial) -> None:
    """An edit after a cursor was given is told by the next reading from it."""
    values = trial.sample()
    key = trial.make(values)
    cursor = _cursor(trial.feed())
    other = trial.other(values)

    trial.edit(key, other)

    told = trial.feed(cursor)
    trial.has_all([key], told.records, "in the reading after its edit")
    trial.holds(told.records[key], other)


@promise("changes", hooks=("seed",))
def check_a_new_record_is_in_the_next_reading(trial: Trial) -> None:
    """A record that is new after a cursor was given is told by the next reading from it."""
    trial.make()
    cursor = _cursor(trial.feed())
    for _ in range(3):
        # The second record may have the very mark that the first reading ended with.
        first = trial.make_many(1, settle=False)
        told = trial.feed(cursor)
        second = trial.make_many(1)
        later = trial.feed(_cursor(told))
        trial.has_all(first + second, told.then(later), "in the reading after it was made")
        cursor = _cursor(later)


@promise("changes", hooks=("seed",))
def check_records_of_one_mark_all_come(trial: Trial) -> None:
    """Records that changed at one moment all come, also where they fill more than a page."""
    trial.make()
    cursor = _cursor(trial.feed())
    keys = trial.make_many(trial.claims.page_max + 2)

    told = trial.feed(cursor)

    trial.has_all(keys, told.records, "in the reading after they were made")
    trial.has_all(keys, trial.feed().records, "in a full reading")
    marks = [told.records[key].modified for key in keys]
    if len(set(marks)) == len(marks):
        raise NotTried(f"{trial.kind.name}: no two of {len(keys)} records had the same mark")


@promise("changes", hooks=("edit",))
def check_an_edit_while_paging_is_told(trial: Trial) -> None:
    """A record that is edited while a feed is read is told, by this reading or by the next."""
    keys = trial.make_many(2 * trial.claims.page_max + 1)
    first = trial.page(None)
    if not first.more:
        raise NotTried(f"{trial.kind.name}: all is on one page; {trial.smaller_pages}")
    on_page = {record.ref.key for record in first}
    passed = [key for key in keys if key in on_page][:1]
    ahead = [key for key in keys if key not in on_page][-1:]
    edited = {key: trial.other(trial.values_of(trial.read(key))) for key in passed + ahead}

    for key, values in edited.items():
        trial.edit(key, values)

    rest = trial.feed(first.cursor)
    scan = Told.of([first]).then(rest)
    seen = scan | trial.feed(_cursor(rest)).records
    trial.has_all(keys, seen, "in a reading during which others were edited, and the next")
    for key, values in edited.items():
        trial.holds(seen[key], values)


@promise("changes", hooks=("seed",))
def check_increments_add_up_to_a_full_reading(trial: Trial) -> None:
    """A full reading and all later ones together say what a new full reading says."""
    values = {trial.make(): dict[str, Any]() for _ in range(2)}
    told = trial.feed()
    known = dict(told.records)
    for change in (_seed, _edit, _remove, _edit, _seed):
        change(trial, values)
        later = trial.feed(told.cursor)
        known = Told(known, set(), {}, (), None, 0).then(later)
        told = later
    full = trial.feed().records
    for key in values:
        ensure((key in full) == (key in known), _differs(key, key in full))
        if key in full:
            same = full[key].fields == known[key].fields
            ensure(same, f"{key!r}: in full {full[key].fields}, by increments {known[key].fields}")


def _seed(trial: Trial, values: dict[str, Any]) -> None:
    values[trial.make()] = {}


def _edit(trial: Trial, values: dict[str, Any]) -> None:
    key = next(iter(values))
    if trial.harness.edit is not None:
        values[key] = trial.other(values[key])
        trial.edit(key, values[key])


def _remove(trial: Trial, values: dict[str, Any]) -> None:
    if trial.harness.remove is not None and trial.claims.deletions:
        trial.remove(list(values)[1])


def _differs(key: str, in_full: bool) -> str:
    return f"{key!r} is told {'in full only' if in_full else 'by increments only'}"


@promise("changes")
def check_a_cursor_can_be_used_again(trial: Trial) -> None:
    """A cursor may be used again, and tells no less than the first time."""
    trial.some(1)
    cursor = _cursor(trial.feed())
    keys = trial.some(2)

    first, second = trial.feed(cursor), trial.feed(cursor)

    trial.has_all(first.records, second.records, "where a cursor was used again")
    if trial.harness.seed is not None or trial.claims.create:
        trial.has_all(keys, second.records, "where a cursor was used again")


@promise("changes")
def check_a_cursor_outlives_its_session(trial: Trial) -> None:
    """A reading that was broken off goes on from its cursor in another session."""
    keys = trial.some(trial.claims.page_max + 2)
    first = trial.page(None)

    rest = trial.feed(first.cursor, trial.open()) if first.more else Told.of([])

    trial.has_all(keys, Told.of([first]).then(rest), "where another session read on")
    if not first.more:
        raise NotTried(f"{trial.kind.name}: all is on one page; {trial.smaller_pages}")


@promise("changes", hooks=("begin",))
def check_a_late_commit_is_told(trial: Trial) -> None:
    """A record that becomes visible late, with a mark that was passed, is told all the same."""
    trial.make()
    told = trial.feed()
    commit = trial.hook("begin")(trial.kind.name, trial.sample())
    trial.pause()
    trial.make_many(2, settle=False)
    told = trial.feed(told.cursor)

    key = commit()

    trial.has_all([key], trial.feed(told.cursor).records, "where it was committed late")


@promise("changes", "deletions", hooks=("seed", "remove"))
def check_a_deletion_is_told(trial: Trial) -> None:
    """A deletion after a cursor was given is told by the next reading from it."""
    kept, key = trial.make(), trial.make()
    cursor = _cursor(trial.feed())

    trial.remove(key)

    told = trial.feed(cursor)
    ensure(key in told.deletions, f"the deletion of {trial.kind.name} {key!r} is not told")
    ensure(kept not in told.deletions, f"{trial.kind.name} {kept!r} is told deleted, and is there")
    ensure(key not in told.records, f"{trial.kind.name} {key!r} is told deleted and changed")


@promise("changes", "deletions", hooks=("seed", "merge"))
def check_a_merged_record_leads_to_its_new_key(trial: Trial) -> None:
    """A record that was merged into another one is told as an alias, not as a deletion."""
    into, key = trial.make(), trial.make()
    cursor = _cursor(trial.feed())

    trial.merge(key, into)

    told = trial.feed(cursor)
    ensure(told.aliases.get(key) == into, f"{key!r} is {into!r} now; told is {told.aliases}")
    ensure(key not in told.deletions, f"{key!r} was merged, and is told deleted")


@promise("changes", "ordered")
def check_marks_come_in_order(trial: Trial) -> None:
    """Records come in the order of their marks, so that a reading may be resumed."""
    for count in (1, trial.claims.page_max, 1):
        trial.some(count)
        trial.pause()

    marks: list[Any] = [record.modified for record in trial.feed().sequence]

    ensure(None not in marks, f"{trial.kind.name}: claims an order, and some have no mark")
    for one, other in pairwise(marks):
        ensure(one <= other, f"{trial.kind.name}: the mark {other} comes after {one}")


def _cursor(told: Told | Page) -> str:
    if told.cursor is None:
        raise AssertionError("a reading came to its end without a cursor for the next one")
    return told.cursor
