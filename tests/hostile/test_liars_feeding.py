"""Connectors whose feeds lie or lose something, and the checks that must tell."""

# ruff: noqa: ARG002 - a liar does not look at all that it is given

from datetime import datetime, timedelta

import pytest
from attrs import evolve

from erplink.connectors import Page
from erplink.testing import WrappedSession


class Feeds(WrappedSession):
    """Tells every page of the feed."""

    def changes(self, kind, since, fields):
        return self.told(super().changes(kind, since, fields), since)

    def told(self, page, since):
        return page


def later(cursor: str | None, by: timedelta) -> str | None:
    """The cursor with which a reading ends, moved; that of a page in the middle as it is."""
    if cursor is None or " " in cursor:
        return cursor
    return (datetime.fromisoformat(cursor) + by).isoformat()


class DropsTheLastPage(Feeds):
    caught = (
        "a_broken_reading_can_be_taken_up_again",
        "a_cursor_outlives_its_session",
        "a_new_record_is_in_the_next_reading",
        "an_edit_while_paging_is_told",
        "increments_add_up_to_a_full_reading",
        "records_of_one_mark_all_come",
        "the_feed_tells_every_record",
    )

    def told(self, page, since):
        last = not page.more and since is not None and " " in since
        return evolve(page, records=()) if last else page


class TellsTheFirstPageOnly(Feeds):
    caught = (
        "a_cursor_outlives_its_session",
        "increments_add_up_to_a_full_reading",
        "records_of_one_mark_all_come",
        "the_feed_tells_every_record",
    )

    def told(self, page, since):
        return evolve(page, more=False)


class NeverEnds(Feeds):
    at_least = ("the_feed_tells_every_record", "a_cursor_can_be_used_again")

    def told(self, page, since):
        return evolve(page, more=True, cursor=f"{page.cursor or ''}"[:60] + ("" if since else " "))


class TurnsInACircle(WrappedSession):
    """Gives the first page again and again, each time with another cursor."""

    at_least = ("the_feed_tells_every_record",)

    def changes(self, kind, since, fields):
        page = super().changes(kind, None, fields)
        return evolve(page, more=True, cursor=str(int(since or 0) + 1))


class StandsStill(WrappedSession):
    at_least = ("the_feed_tells_every_record", "a_cursor_outlives_its_session")

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        return evolve(page, cursor=since if page.more else page.cursor)


class GivesNoCursor(Feeds):
    at_least = ("an_edit_is_in_the_next_reading", "a_cursor_can_be_used_again")

    def told(self, page, since):
        return page if page.more else evolve(page, cursor=None)


class LeavesItsBoundaryOut(Feeds):
    """Reads what is after the newest mark, where more may still come with that very mark."""

    caught = (
        "a_late_commit_is_told",
        "a_new_record_is_in_the_next_reading",
    )

    def told(self, page, since):
        return evolve(page, cursor=later(page.cursor, timedelta(seconds=4, microseconds=1)))


class TakesNowForItsCursor(Feeds):
    """Rounds its cursor up, to a moment that no record has."""

    at_least = ("a_new_record_is_in_the_next_reading", "an_edit_is_in_the_next_reading")

    def told(self, page, since):
        return evolve(page, cursor=later(page.cursor, timedelta(seconds=60)))


class KnowsNoLateCommits(Feeds):
    caught = ("a_late_commit_is_told",)

    def told(self, page, since):
        return evolve(page, cursor=later(page.cursor, timedelta(seconds=3)))


class PassesOverWhatHasTheSameMark(Feeds):
    """Goes on behind the mark of the last record on a page."""

    caught = (
        "a_broken_reading_can_be_taken_up_again",
        "a_cursor_outlives_its_session",
        "a_new_record_is_in_the_next_reading",
        "an_edit_while_paging_is_told",
        "records_of_one_mark_all_come",
        "the_feed_tells_every_record",
    )

    def told(self, page, since):
        if not page.more:
            return page
        mark, _, newest = page.cursor.split(" ")
        return evolve(page, cursor=f"{mark} 1000000 {newest}")


class TellsWhatIsNewOnly(WrappedSession):
    """Goes by the time of creation."""

    caught = (
        "a_cursor_can_be_used_again",
        "an_edit_is_in_the_next_reading",
        "an_edit_while_paging_is_told",
        "increments_add_up_to_a_full_reading",
        "records_of_one_mark_all_come",
    )

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        known = self.__dict__.setdefault("known", set())
        records = [record for record in page if since is None or record.ref.key not in known]
        known |= {record.ref.key for record in page}
        return evolve(page, records=records)


class TellsEverythingOnce(WrappedSession):
    """Keeps on its side what it has told, as queues do."""

    caught = ("a_cursor_can_be_used_again",)

    def __init__(self, session):
        super().__init__(session)
        self.told = set()

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        if since is None or " " in since:
            return page
        records = [each for each in page if (each.ref, each.version) not in self.told]
        self.told |= {(each.ref, each.version) for each in page}
        return evolve(page, records=records)


class KeepsItsCursorsToItself(WrappedSession):
    caught = ("a_cursor_outlives_its_session",)

    def __init__(self, session):
        super().__init__(session)
        self.cursors = {None: None}

    def changes(self, kind, since, fields):
        if since not in self.cursors:
            return Page(cursor=since)
        page = super().changes(kind, self.cursors[since], fields)
        self.cursors[str(len(self.cursors))] = page.cursor
        return evolve(page, cursor=str(len(self.cursors) - 1))


class ReadsByPosition(WrappedSession):
    """Counts off the records: what changes meanwhile moves the others."""

    caught = ("an_edit_while_paging_is_told",)

    def changes(self, kind, since, fields):
        if since is not None and not since.isdigit():
            return super().changes(kind, since, fields)
        page = super().changes(kind, None, fields)
        records = list(page)
        while page.more:
            page = super().changes(kind, page.cursor, fields)
            records += page
        start = int(since or 0)
        part = records[start : start + 3]
        more = len(records) > start + 3
        cursor = str(start + 3) if more else page.cursor
        return Page(part, cursor=cursor, more=more)


class HidesDeletions(Feeds):
    caught = (
        "a_deletion_is_told",
        "increments_add_up_to_a_full_reading",
    )

    def told(self, page, since):
        return evolve(page, deletions=())


class TakesMergersForDeletions(Feeds):
    caught = ("a_merged_record_leads_to_its_new_key",)

    def told(self, page, since):
        return evolve(page, deletions=[*page.deletions, *page.aliases], aliases={})


class TellsWhatIsGone(WrappedSession):
    """Its feed has what was removed once more, as it was."""

    caught = (
        "a_deleted_record_is_gone",
        "a_deletion_is_told",
        "increments_add_up_to_a_full_reading",
    )

    def __init__(self, session):
        super().__init__(session)
        self.before = {}

    def get(self, kind, keys, fields):
        records = super().get(kind, keys, fields)
        self.before |= {each.ref.key: each for each in records if each}
        return records

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        back = [self.before[key] for key in page.deletions if key in self.before]
        return evolve(page, records=[*page, *back], deletions=())


class HasNoOrder(Feeds):
    caught = ("marks_come_in_order",)

    def told(self, page, since):
        return evolve(page, records=list(page)[::-1])


LIARS = [
    each
    for each in list(globals().values())
    if hasattr(each, "caught") or hasattr(each, "at_least")
]


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_caught_by_the_checks_that_must(liar, assert_caught):
    """Each lie is told by the checks of the promises that it breaks."""
    assert_caught(liar)
