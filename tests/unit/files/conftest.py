"""Real files, and sessions over them that the guard stands before."""

import zipfile
from io import BytesIO

import pytest

from erplink.adapters.context import make_context
from erplink.adapters.erp.files import FileLimits, FilesConnector
from erplink.connectors import Query, all_changes, all_found, diagnose, open_session

NO_WORKBOOKS = "the extra [files] is not installed"


def _open(path, *, limits=None, clock=None, **config):
    configuration = {"path": str(path), **config}
    connector = FilesConnector(limits or FileLimits())
    return open_session(connector, configuration, make_context("f", configuration, clock=clock))


def _test(path, *, limits=None, **config):
    configuration = {"path": str(path), **config}
    connector = FilesConnector(limits or FileLimits())
    return diagnose(connector, configuration, make_context("f", configuration))


def _all_of(session, kind):
    fields = [field.key for each in session.kinds() if each.name == kind for field in each.fields]
    pages = all_found(session, kind, Query(), fields)
    return {record.ref.key: record for page in pages for record in page}


def _feed(session, kind, since=None):
    fields = [field.key for each in session.kinds() if each.name == kind for field in each.fields]
    pages = list(all_changes(session, kind, fields, since))
    return [record.ref.key for page in pages for record in page], pages[-1].cursor


def _workbook(path, **sheets):
    openpyxl = pytest.importorskip("openpyxl", reason=NO_WORKBOOKS)
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    workbook.save(path)
    return path


def _repack(path, parts):
    """The workbook with some parts of its archive changed or added, None for one to leave out."""
    made = BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = parts.get(name, old.read(name))
            if part is not None:
                new.writestr(name, part(old.read(name)) if callable(part) else part)
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name])
    path.write_bytes(made.getvalue())
    return path


# They hold nothing, so that one serves all tests, and all examples of one.


@pytest.fixture(scope="session")
def opened():
    return _open


@pytest.fixture(scope="session")
def diagnosed():
    return _test


@pytest.fixture(scope="session")
def all_of():
    return _all_of


@pytest.fixture(scope="session")
def feed():
    return _feed


@pytest.fixture(scope="session")
def workbook():
    pytest.importorskip("python_calamine", reason=NO_WORKBOOKS)
    return _workbook


@pytest.fixture(scope="session")
def repack():
    return _repack
