"""The world of the demo: a CRM in SQLite, and an ERP that is a workbook."""

from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]
from sqlalchemy import create_engine, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlField, SqlKind

__all__ = ["companies_in", "edit_company", "edit_customer", "make_crm", "make_workbook"]

_HEAD: Final = ("id", "name", "city", "vat_number", "discount")
_CUSTOMERS: Final = (
    ("K-1", "Fjord Boats", "Oslo", "NO911", 5),
    ("K-2", "Harbour Inn", "Bergen", "NO912", 0),
    ("K-3", "Nordic Sails AS", "Stavanger", "NO913", 10),
    ("K-4", "Ropes & Knots", "Trondheim", "NO914", 0),
)
_COMPANIES: Final = (
    ("Fjord Boats", "Oslo", "NO911", 5),
    ("Harbor Inn", "Bergen", "NO912", 0),
    ("Nordic Sails", None, "NO913", 10),
)


class _Base(DeclarativeBase):
    pass


class Company(_Base):
    """A company of the small CRM."""

    __tablename__ = "company"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str | None]
    vat_number: Mapped[str | None]
    discount: Mapped[int | None]
    request: Mapped[str | None] = mapped_column(unique=True)


def make_crm(path: str | Path) -> SqlCrm:
    """A CRM with three companies, in a new SQLite file."""
    engine = create_engine(f"sqlite:///{path}")
    _Base.metadata.create_all(engine)
    crm = SqlCrm(
        engine,
        [
            SqlKind(
                "company",
                Company,
                fields={
                    "name": SqlField(Company.name),
                    "city": SqlField(Company.city),
                    "vat_number": SqlField(Company.vat_number),
                    "discount": SqlField(Company.discount),
                },
                change_table="company_changes",
                request=Company.request,
            )
        ],
    )
    crm.create_change_tables()
    names = ("name", "city", "vat_number", "discount")
    with engine.begin() as connection:
        for values in _COMPANIES:
            row = dict(zip(names, values, strict=True))
            connection.execute(insert(Company).values(**row))
    return crm


def companies_in(path: str | Path) -> list[tuple[Any, ...]]:
    """The companies of the CRM, as its own screens would show them."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        columns = (Company.id, Company.name, Company.city, Company.discount)
        found = connection.execute(select(*columns).order_by(Company.id)).all()
    engine.dispose()
    return [tuple(row) for row in found]


def edit_company(path: str | Path, key: int, **values: object) -> None:
    """Somebody edits a company on a screen of the CRM."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(update(Company).where(Company.id == key).values(**values))
    engine.dispose()


def make_workbook(path: str | Path) -> None:
    """An ERP with four customers, in a new workbook."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "customer"
    for row in (_HEAD, *_CUSTOMERS):
        sheet.append(row)
    book.save(path)


def edit_customer(path: str | Path, key: str, **values: object) -> None:
    """Somebody opens the workbook, types into the row of a customer, and saves it."""
    book = load_workbook(path)
    sheet: Any = book["customer"]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == key:
            for field, value in values.items():
                row[_HEAD.index(field)].value = value
    book.save(path)
