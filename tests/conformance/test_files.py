"""The files connector keeps its promises over a workbook and over a folder of CSV files."""

import csv
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from attrs import define, field

from erplink.adapters.erp.files import FileLimits, FilesConnector
from erplink.errors import BadValue
from erplink.testing import ConnectorConformance, Harness, VirtualClock

LIMITS = FileLimits(page_records_max=3, cell_characters_max=200)
TYPES = {
    "name": "text",
    "credit": "decimal",
    "staff": "integer",
    "active": "checkbox",
    "since": "date",
    "met": "datetime",
    "country": "list countries",
    "mails": "texts comma e-mail",
}
KINDS = json.dumps(
    {kind: {"types": TYPES, "natural_key": "name"} for kind in ("customer", "person")}
)
NO_WORKBOOKS = "the extra [files] is not installed"
COUNTRIES = {"NO": "Norway", "SE": "Sweden"}


@define
class CsvWorld:
    """A folder of CSV files, and people who edit them."""

    folder: Path
    numbers: object = field(factory=lambda: itertools.count(1))

    def __attrs_post_init__(self):
        self.save("customers", [["id", *TYPES]])
        self.save("people", [["id", *TYPES, "customer"]])
        self.save("list countries", [["key", "text"], *map(list, COUNTRIES.items())])

    def path(self, kind):
        sheet = {"customer": "customers", "person": "people"}.get(kind, kind)
        return self.folder / f"{sheet}.csv"

    def load(self, kind):
        with self.path(kind).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    def save(self, kind, rows):
        with self.path(kind).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)

    def seed(self, kind, values, parent=""):
        header, *rows = self.load(kind)
        told = {"id": f"k{next(self.numbers)}", "customer": parent}
        told |= {name: csv_cell(value) for name, value in values.items()}
        self.save(kind, [header, *rows, [told.get(title, "") for title in header]])
        return told["id"]

    def begin(self, kind, values):
        return lambda: self.seed(kind, values)

    def edit(self, kind, key, values):
        header, *rows = self.load(kind)
        (row,) = (row for row in rows if row[0] == key)
        for name, value in values.items():
            row[header.index(name)] = csv_cell(value)
        self.save(kind, [header, *rows])

    def remove(self, kind, key):
        header, *rows = self.load(kind)
        self.save(kind, [header, *(row for row in rows if row[0] != key)])


def csv_cell(value):
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return joined(value)
    return str(value)


def joined(texts):
    if any("," in text for text in texts):
        raise BadValue("nobody can write a comma there", value=repr(texts))
    return ",".join(texts)


@define
class WorkbookWorld:
    """A workbook, and people who edit it and say when they did."""

    openpyxl: ModuleType
    path: Path
    clock: VirtualClock
    numbers: object = field(factory=lambda: itertools.count(1))

    def __attrs_post_init__(self):
        workbook = self.openpyxl.Workbook()
        customers = workbook.active
        customers.title = "Customers"
        customers.append(["No", *TYPES, "erplink_id", "Modified"])
        people = workbook.create_sheet("People")
        people.append(["No", *TYPES, "Customer", "erplink_id", "Modified"])
        countries = workbook.create_sheet("list countries")
        for row in (("key", "text"), *COUNTRIES.items()):
            countries.append(row)
        workbook.save(self.path)

    def sheet(self, workbook, kind):
        return workbook[{"customer": "Customers", "person": "People"}[kind]]

    def put(self, sheet, number, values, now=None):
        titles = [cell.value for cell in sheet[1]]
        for title, value in (values | {"Modified": now or self.clock.now()}).items():
            if title in titles:
                cell = sheet.cell(number, titles.index(title) + 1)
                cell.value = workbook_cell(value)
                if isinstance(value, str):
                    cell.data_type = "s"

    def seed(self, kind, values, parent="", now=None):
        workbook = self.openpyxl.load_workbook(self.path)
        sheet = self.sheet(workbook, kind)
        key = 1 + max((row[0] or 0 for row in sheet.iter_rows(2, values_only=True)), default=0)
        above = {"No": key, "Customer": int(parent) if parent else None}
        self.put(sheet, sheet.max_row + 1, above | values, now)
        workbook.save(self.path)
        return str(key)

    def begin(self, kind, values):
        now = self.clock.now()
        return lambda: self.seed(kind, values, now=now)

    def edit(self, kind, key, values):
        workbook = self.openpyxl.load_workbook(self.path)
        sheet = self.sheet(workbook, kind)
        (number,) = (row[0].row for row in sheet.iter_rows(2) if row[0].value == int(key))
        self.put(sheet, number, values)
        workbook.save(self.path)

    def remove(self, kind, key):
        workbook = self.openpyxl.load_workbook(self.path)
        sheet = self.sheet(workbook, kind)
        (number,) = (row[0].row for row in sheet.iter_rows(2) if row[0].value == int(key))
        sheet.delete_rows(number)
        workbook.save(self.path)


def workbook_cell(value):
    match value:
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None)
        case tuple():
            return joined(value)
    return value


class TestCsv(ConnectorConformance):
    """Keys from creations, changes by fingerprints."""

    @pytest.fixture
    def harness(self, tmp_path):
        """A folder with people who edit its files."""
        world = CsvWorld(tmp_path)
        return Harness.of(
            FilesConnector(LIMITS),
            {"path": str(tmp_path), "kinds": KINDS, "new_keys": "uuid"},
            seed=world.seed,
            begin=world.begin,
            edit=world.edit,
            remove=world.remove,
        )


class TestWorkbook(ConnectorConformance):
    """Numbers as keys, a column that remembers creations, changes by one that says when."""

    @pytest.fixture
    def harness(self, tmp_path):
        """A workbook with people who edit it."""
        pytest.importorskip("python_calamine", reason=NO_WORKBOOKS)
        openpyxl = pytest.importorskip("openpyxl", reason=NO_WORKBOOKS)
        clock, path = VirtualClock(), tmp_path / "erp.xlsx"
        world = WorkbookWorld(openpyxl, path, clock)
        return Harness.of(
            FilesConnector(LIMITS),
            {"path": str(path), "kinds": KINDS, "new_keys": "number"},
            seed=world.seed,
            edit=world.edit,
            remove=world.remove,
            begin=world.begin,
            clock=clock,
        )


class TestCsvWithGivenKeys(ConnectorConformance):
    """Keys are sent along, as in a file that another program fills too."""

    @pytest.fixture
    def harness(self, tmp_path):
        """One file, and people who edit it."""
        world = CsvWorld(tmp_path)
        kinds = json.dumps({"customer": {"types": TYPES | {"country": "text"}}})
        return Harness.of(
            FilesConnector(LIMITS),
            {"path": str(world.path("customer")), "kinds": kinds, "new_keys": "given"},
            seed=world.seed,
            begin=world.begin,
            edit=world.edit,
            remove=world.remove,
        )
