"""Facts: what is known of a workbook before any library opens it."""

import re
from collections.abc import Callable
from posixpath import dirname, join, normpath
from typing import Final
from xml.parsers import expat

from attrs import frozen

from erplink.adapters.erp.files.limits import FileLimits
from erplink.adapters.erp.files.package import (
    Attributes,
    local_name,
    part_names,
    read_parts,
)
from erplink.adapters.erp.files.sheetscan import SharedTexts, SheetScan
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.domain.frozen import FrozenDict

__all__ = ["SheetFacts", "WorkbookFacts", "facts_of"]

_WORKBOOK: Final = "xl/workbook.xml"
_TEXTS: Final = "xl/sharedstrings.xml"
_MACROS: Final = "vbaproject.bin"
#: What openpyxl writes again as it was, or what nobody misses.
_KEPT: Final = re.compile(
    r"\[content_types\]\.xml|_rels/\.rels|docprops/.*|xl/workbook\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/(sharedstrings|styles|calcchain)\.xml|xl/theme/[^/]*\.xml"
    r"|xl/worksheets/[^/]*\.xml|xl/worksheets/_rels/[^/]*\.rels|xl/tables/[^/]*\.xml"
    r"|xl/(comments[^/]*|comments/[^/]*)\.xml|xl/drawings/[^/]*\.vml|xl/printersettings/.*"
    r"|xl/externallinks/.*|xl/pivottables/.*|xl/pivotcache/.*"
)


@frozen
class SheetFacts:
    """What is known of one sheet."""

    title: str
    #: Whether it is hidden, or empty.
    hidden: bool
    #: The cells with formulas: the type of what each came to last, and how that is written.
    formulas: FrozenDict[tuple[int, int], tuple[str, str]]
    #: The cells of which nobody knows the value.
    unsaid: frozenset[tuple[int, int]]
    #: The areas that look like one cell: the first and last row and column of each.
    merged: tuple[tuple[int, int, int, int], ...] = ()
    #: The rows of totals with which tables of the sheet end.
    totals: frozenset[int] = frozenset()


@frozen
class WorkbookFacts:
    """What is known of a workbook."""

    sheets: tuple[SheetFacts, ...]
    #: What would be lost if it was written, for people.
    losses: tuple[str, ...]

    def sheet(self, title: str) -> SheetFacts:
        """What is known of the sheet called ``title``."""
        return next(sheet for sheet in self.sheets if sheet.title == title)


class _Listing:
    """The sheets that the workbook lists, in order."""

    def __init__(self) -> None:
        #: The title of each, the relation that leads to its part, and whether it is hidden.
        self.sheets: list[tuple[str, str, bool]] = []

    def attach(self, parser: expat.XMLParserType) -> None:
        def start(name: str, attributes: Attributes) -> None:
            if local_name(name) == "sheet":
                relation = next((v for k, v in attributes.items() if local_name(k) == "id"), "")
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append((attributes.get("name", ""), relation, hidden))

        parser.StartElementHandler = start


class _Relations:
    """The parts that one part leads to, by the name of the relation."""

    def __init__(self, part: str) -> None:
        # The relations of folder/name stand in folder/_rels/name.rels.
        self._folder = dirname(dirname(part))
        self.targets: dict[str, str] = {}

    def attach(self, parser: expat.XMLParserType) -> None:
        def start(name: str, attributes: Attributes) -> None:
            if local_name(name) == "Relationship":
                target = attributes.get("Target", "").casefold()
                if not target.startswith(("/", "xl/")):
                    target = join(self._folder, target)
                self.targets[attributes.get("Id", "")] = normpath(target).lstrip("/")

        parser.StartElementHandler = start


class _Parts:
    """What is known of the parts of a workbook, by their names in lower case."""

    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self.listing, self._texts = _Listing(), SharedTexts()
        self.relations: dict[str, _Relations] = {}
        self.scans: dict[str, SheetScan] = {}

    def reader(self, name: str) -> Callable[[expat.XMLParserType], None]:
        part = name.casefold()
        if part == _WORKBOOK:
            return self.listing.attach
        if part == _TEXTS:
            return self._texts.attach
        if part.endswith(".rels"):
            self.relations[part] = _Relations(part)
            return self.relations[part].attach
        # Whatever it is called, a part that turns out to be a sheet is looked at as one.
        self.scans[part] = SheetScan(self._limits, self._texts)
        return self.scans[part].attach

    def leads_to(self, part: str) -> dict[str, str]:
        folder, _, name = part.rpartition("/")
        found = self.relations.get(f"{folder}/_rels/{name}.rels")
        return found.targets if found else {}

    def totals(self, part: str) -> frozenset[int]:
        found = (self.scans.get(target) for target in self.leads_to(part).values())
        return frozenset(scan.totals for scan in found if scan and scan.totals >= 0)


def facts_of(data: bytes, limits: FileLimits) -> WorkbookFacts:
    """Look through a workbook; FileTrouble where it is none, or is too much of one."""
    names = part_names(data, limits)
    parts = _Parts(limits)
    read_parts(data, limits, parts.reader, _TEXTS)
    listed = parts.listing.sheets
    if not listed:
        message = "It is not a workbook in the format .xlsx."
        raise FileTrouble("not-a-workbook", message, "it lists no sheets")
    if len(listed) > limits.sheets_max:
        message = "The workbook has more sheets than are read of one."
        raise FileTrouble("too-large", message, f"{len(listed)} sheets; sheets_max")
    sheets, losses = list[SheetFacts](), _losses_by_parts(names)
    for title, relation, hidden in listed:
        part = parts.leads_to(_WORKBOOK).get(relation, "")
        scan = parts.scans.get(part)
        if scan is None or not scan.is_sheet:
            losses.append("sheets that are no tables")
            continue
        losses += sorted(scan.losses)
        sheets.append(_sheet(title, scan, parts.totals(part), hidden=hidden or not scan.columns))
    return WorkbookFacts(tuple(sheets), tuple(dict.fromkeys(losses)))


def _sheet(title: str, scan: SheetScan, totals: frozenset[int], *, hidden: bool) -> SheetFacts:
    scan.finish_cell()
    formulas, merged = FrozenDict(scan.formulas), tuple(scan.merged)
    return SheetFacts(title, hidden, formulas, frozenset(scan.unsaid), merged, totals)


def _losses_by_parts(names: tuple[str, ...]) -> list[str]:
    strange = [name for name in names if not _KEPT.fullmatch(name.casefold())]
    if any(name.casefold().endswith(_MACROS) for name in strange):
        return ["macros"]
    return [f"the part {name}" for name in strange[:3]]
