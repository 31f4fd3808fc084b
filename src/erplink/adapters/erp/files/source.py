"""Source: the files of a connection, read when they changed, and replaced as a whole."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

from erplink.adapters.erp.files.cells import Book
from erplink.adapters.erp.files.content import Content, digest_of, read_content, signature_of
from erplink.adapters.erp.files.editing import Editing
from erplink.adapters.erp.files.kindplan import KindPlan
from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.locking import locked, who_has_it_open
from erplink.adapters.erp.files.replacing import remove_leftovers, replace_file
from erplink.adapters.erp.files.settings import Settings
from erplink.adapters.erp.files.snapshot import Snapshot
from erplink.adapters.erp.files.textbook import TextBook
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.adapters.erp.files.workbook import Workbook
from erplink.connectors import Clock

__all__ = ["Source"]

_TEXTS: Final = (".csv", ".tsv", ".txt")
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_IN_FOLDERS: Final = (".csv", ".tsv")


@frozen
class _Read:
    content: Content
    book: Book
    #: Whether the file lay unchanged long enough for its signature to tell the next change.
    settled: bool


class Source:
    """The files of a connection: one, or those of a folder."""

    def __init__(self, settings: Settings, limits: FileLimits, clock: Clock) -> None:
        """Serve the files at the path that is set."""
        self._settings, self._limits, self._clock = settings, limits, clock
        self._read: dict[Path, _Read] = {}
        self._snapshots: dict[str, Snapshot] = {}

    @property
    def path(self) -> Path:
        """The file or folder itself, and not a link to it."""
        path = self._settings.path
        try:
            return path.resolve(strict=True)
        except PermissionError as error:
            message = f"{path.name} may not be read; it needs other rights."
            raise FileTrouble("not-readable", message, str(path)) from error
        except (OSError, RuntimeError) as error:
            message = (
                f"There is no file {path.name}; check the path, and whether its drive is there."
            )
            raise FileTrouble("no-file", message, str(path), passing=True) from error

    def files(self) -> tuple[Path, ...]:
        """The files there are; FileTrouble where there is none."""
        path = self.path
        if not path.is_dir():
            return (path,)
        try:
            found = sorted(each for each in path.iterdir() if _is_ours(each))
        except OSError as error:
            message = f"The folder {path.name} may not be read; it needs other rights."
            raise FileTrouble("not-readable", message, str(path)) from error
        if not found:
            message = f"There is no file ending in .csv or .tsv in the folder {path.name}."
            raise FileTrouble("no-file", message, str(path), passing=True)
        if len(found) > self._limits.sheets_max:
            message = "The folder has more files than are read of one."
            raise FileTrouble("too-large", message, f"{len(found)} files; sheets_max")
        return tuple(found)

    def book(self, path: Path) -> Book:
        """The content of a file as it is now."""
        return self._current(path).book

    def snapshot(self, plan: KindPlan) -> Snapshot:
        """The records of a kind as they are now."""
        path = Path(plan.place.file)
        return self._snapshot(plan, self._current(path))

    def change(
        self, plan: KindPlan, edit: Callable[[Snapshot, Book], Editing]
    ) -> tuple[Snapshot, Editing]:
        """Change a file by what ``edit`` makes of its content, and give the new one.

        While this runs no other writer changes the file. Where a program changes it that knows
        nothing of that, all is decided again, on what is there then.
        """
        path = Path(plan.place.file)
        if program := who_has_it_open(path):
            message = (
                f"{path.name} is open in {program}, which would undo what is written; close it."
            )
            raise FileTrouble("open-elsewhere", message, passing=True)
        with locked(path, self._limits, self._clock):
            remove_leftovers(path)
            for _ in range(self._limits.attempts_max):
                now = self._current(path, fresh=True)
                before = self._snapshot(plan, now)
                editing = edit(before, now.book)
                if not editing.changes:
                    return before, editing
                data = now.book.changed(plan.place.sheet, plan.place.header_row, editing.changes)
                made, after = self._made(plan, now.content, data)
                editing.check(after)
                if replace_file(path, data, now.content.signature):
                    signature = signature_of(path)
                    self._read[path] = _Read(
                        Content(path, data, signature, made.content.digest),
                        made.book,
                        settled=False,
                    )
                    return after, editing
        message = f"{path.name} goes on being changed by somebody; it is tried again later."
        raise FileTrouble("changing", message, passing=True)

    def _made(self, plan: KindPlan, content: Content, data: bytes) -> tuple[_Read, Snapshot]:
        """Read the new content before it is put in place, so that none is that cannot be read."""
        new = Content(content.path, data, content.signature, digest_of(data))
        made = _Read(new, self._opened(new), settled=False)
        return made, self._snapshot(plan, made)

    def _current(self, path: Path, *, fresh: bool = False) -> _Read:
        known = self._read.get(path)
        if known and known.settled and not fresh and signature_of(path) == known.content.signature:
            return known
        content = read_content(path, self._limits, self._clock)
        if known is not None and known.content.digest == content.digest:
            book = known.book
        else:
            book = self._opened(content)
        self._read[path] = _Read(content, book, content.is_settled)
        return self._read[path]

    def _opened(self, content: Content) -> Book:
        suffix = content.path.suffix.lower()
        if suffix in _WORKBOOKS:
            return Workbook(content, self._limits)
        if suffix not in _TEXTS:
            message = f"{content.path.name} is neither a workbook (.xlsx) nor a .csv or .tsv file."
            raise FileTrouble("not-a-workbook", message)
        kind, _ = self._settings.kind_of(content.path.stem)
        return TextBook(
            content,
            self._limits,
            header_row=self._settings.of(kind).header_row,
            encoding=self._settings.encoding,
            delimiter=self._settings.delimiter,
        )

    def _snapshot(self, plan: KindPlan, read: _Read) -> Snapshot:
        known = self._snapshots.get(plan.name)
        if known is not None and known.plan is plan and known.digest == read.content.digest:
            return known
        place = plan.place
        if place.sheet not in (*read.book.sheets, *read.book.hidden):
            message = f"There is no sheet {place.sheet!r} any more."
            raise FileTrouble("no-sheet", message, Path(place.file).name)
        table = read.book.table(place.sheet, place.header_row)
        moments = self._settings.notation.moments
        made = Snapshot(plan, table, read.content.digest, moments)
        self._snapshots[plan.name] = made
        return made


def _is_ours(path: Path) -> bool:
    hidden = path.name.startswith((".", "~"))
    return not hidden and path.suffix.lower() in _IN_FOLDERS and path.is_file()
