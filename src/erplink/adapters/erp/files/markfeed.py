"""The feed by marks: what changed, told by a column that says when.

It is inclusive: rows with the mark of the cursor come again. Whoever keeps the column may save a
file hours after the mark was written, so that a reading begins somewhat before its cursor; and
while nobody changed the file, there is nothing to tell at all.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from erplink.adapters.erp.files.feedpart import FeedPart
from erplink.adapters.erp.files.snapshot import RowMark, Snapshot

__all__ = ["COMMIT_LAG", "next_of_marks"]

COMMIT_LAG: Final = timedelta(days=1)
"""How long a row may be changed, and marked so, before its file is saved."""

_PREFIX: Final = "marks1:"
_Place = tuple[int, str, str]


@frozen
class _Cursor:
    #: The title of the column with the marks.
    column: str
    #: The mark up to which everything was told.
    since: str = ""
    #: The content of the file when this reading was begun; empty once it was another one.
    digest: str = ""
    #: The last row that was told of a reading that is not at its end.
    at: _Place | None = None

    def __str__(self) -> str:
        return _PREFIX + json.dumps(
            [self.column, self.since, self.digest, self.at], ensure_ascii=False
        )

    @classmethod
    def read(cls, text: str | None, column: str) -> "_Cursor":
        """What a cursor tells; anything else, also of another column, is a beginning."""
        try:
            title, since, digest, at = json.loads((text or "").removeprefix(_PREFIX))
            place = None if at is None else (int(at[0]), str(at[1]), str(at[2]))
            if title == column:
                return cls(column, str(since), str(digest), place)
        except (ValueError, TypeError, IndexError, RecursionError):
            pass
        return cls(column)


def next_of_marks(snapshot: Snapshot, since: str | None, most: int, now: datetime) -> FeedPart:
    """The next page of rows that were changed at the cursor or later, in the order of marks.

    Rows without a mark come last, whenever the file changed: nobody knows when they did. So do
    rows with a mark of the future, which must not lead the cursor away from the present.
    """
    cursor = _Cursor.read(since, snapshot.plan.modified)
    if cursor.at is None:
        if cursor.digest == snapshot.digest:
            return FeedPart((), str(cursor), more=False)
        cursor = evolve(cursor, digest=snapshot.digest)
    elif cursor.digest != snapshot.digest:
        # For good: should it become the same again, what was told meanwhile would be undone.
        cursor = evolve(cursor, digest="")
    begin = _earlier(cursor.since)
    places = sorted(_places(snapshot, begin, now + COMMIT_LAG))
    rest = [place for place in places if cursor.at is None or place > cursor.at]
    page = rest[:most]
    keys = tuple(key for _, _, key in page)
    if len(rest) > most:
        return FeedPart(keys, str(evolve(cursor, at=page[-1])), more=True)
    if cursor.digest != snapshot.digest:
        # Somebody changed the file between the pages, maybe where this reading had passed.
        return FeedPart(keys, str(_Cursor(cursor.column, cursor.since)), more=False)
    last = max((mark for phase, mark, _ in places if phase == 0), default=cursor.since)
    told = _Cursor(cursor.column, max(last, cursor.since), snapshot.digest)
    return FeedPart(keys, str(told), more=False)


def _places(snapshot: Snapshot, begin: str, end: datetime) -> list[_Place]:
    found: list[_Place] = []
    for key, mark in snapshot.marks.items():
        if mark is None or (isinstance(mark, datetime) and mark > end):
            found.append((1, "", key))
        elif (text := _told(mark)) >= begin:
            found.append((0, text, key))
    return found


def _told(mark: RowMark) -> str:
    """The mark as a text that sorts as it does."""
    if isinstance(mark, datetime):
        return mark.strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0")
    assert mark is not None  # noqa: S101 - the caller looked
    # A text of fixed length, and negative numbers before the others.
    return f"{mark + _NUMBERS_BEGIN:040d}"


_NUMBERS_BEGIN: Final = 10**20


def _earlier(since: str) -> str:
    try:
        moment = datetime.fromisoformat(since).replace(tzinfo=UTC)
        return _told(moment - COMMIT_LAG)
    except (ValueError, OverflowError):
        return since
