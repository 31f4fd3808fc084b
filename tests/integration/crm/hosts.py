"""The same host three times: its tables by SQLAlchemy, over two databases, and its models."""

import sqlalchemy as sa
from tests.django_host.setup import set_up

from erplink.adapters.crm.django import DjangoCrm, DjangoField, DjangoKind, DjangoValues
from erplink.adapters.crm.sqlalchemy import SqlCrm, SqlField, SqlKind, SqlList, SqlValues
from erplink.domain.fields import Sort

set_up()

from django.db import connection  # noqa: E402 - once Django is set up
from tests.django_host.shop.models import (  # noqa: E402 - as above
    Country,
    Customer,
    Mail,
    Person,
    Phone,
    Product,
)

META = sa.MetaData()
COUNTRY = sa.Table(
    "land", META, sa.Column("code", sa.String(2), primary_key=True), sa.Column("name", sa.Text)
)
COMPANY = sa.Table(
    "company",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("number", sa.String(60), nullable=False, unique=True),
    sa.Column("town", sa.String(30), nullable=False, server_default=""),
    sa.Column("credit", sa.Numeric(12, 2)),
    sa.Column("country_code", sa.ForeignKey("land.code")),
    sa.Column("request", sa.String(80), unique=True),
)
NUMBER = sa.Table(
    "number",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("company_id", sa.ForeignKey("company.id", ondelete="CASCADE"), nullable=False),
    sa.Column("number", sa.String(30), nullable=False),
    sa.Column("remark", sa.Text),
)
CONTACT = sa.Table(
    "contact",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("company_id", sa.ForeignKey("company.id", ondelete="CASCADE"), nullable=False),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("request", sa.String(80), unique=True),
)


class SqlHost:
    """People who work in tables."""

    def __init__(self, engine):
        self.engine = engine
        self.crm = SqlCrm(
            engine,
            [
                SqlKind(
                    "company",
                    COMPANY,
                    {
                        "name": "name",
                        "number": "number",
                        "town": "town",
                        "credit": "credit",
                        "country": SqlField("country_code", list_name="lands"),
                        "phones": SqlValues(NUMBER.c.number, NUMBER.c.company_id, sort=Sort.PHONE),
                    },
                    change_table="company_changes",
                    request="request",
                ),
                SqlKind(
                    "contact",
                    CONTACT,
                    {"name": "name"},
                    change_table="contact_changes",
                    parent="company",
                    request="request",
                ),
            ],
            {"lands": SqlList(COUNTRY.c.code, COUNTRY.c.name)},
        )
        META.drop_all(engine)
        META.create_all(engine)
        self.crm.drop_change_tables()
        self.crm.create_change_tables()
        with engine.begin() as run:
            rows = [{"code": "NO", "name": "Norway"}, {"code": "SE", "name": "Sweden"}]
            run.execute(sa.insert(COUNTRY), rows)

    def add(self, name, town="", phones=()):
        with self.engine.begin() as run:
            insert = sa.insert(COMPANY).values(name=name, town=town, number=f"n-{name}")
            (key,) = run.execute(insert).inserted_primary_key
            for number in phones:
                run.execute(sa.insert(NUMBER).values(company_id=key, number=number))
        return str(key)

    def add_contact(self, company, name):
        with self.engine.begin() as run:
            insert = sa.insert(CONTACT).values(name=name, company_id=int(company))
            return str(run.execute(insert).inserted_primary_key[0])

    def edit(self, key, **values):
        with self.engine.begin() as run:
            run.execute(sa.update(COMPANY).where(COMPANY.c.id == int(key)).values(values))

    def add_phone(self, key, number):
        with self.engine.begin() as run:
            row = {"company_id": int(key), "number": number, "remark": "at night"}
            run.execute(sa.insert(NUMBER).values(row))

    def remarks(self, key):
        with self.engine.connect() as run:
            rows = sa.select(NUMBER.c.number, NUMBER.c.remark)
            found = run.execute(rows.where(NUMBER.c.company_id == int(key)))
            return {number: remark for number, remark in found if remark}

    def remove(self, key):
        with self.engine.begin() as run:
            run.execute(sa.delete(NUMBER).where(NUMBER.c.company_id == int(key)))
            run.execute(sa.delete(CONTACT).where(CONTACT.c.company_id == int(key)))
            run.execute(sa.delete(COMPANY).where(COMPANY.c.id == int(key)))

    def close(self):
        self.engine.dispose()


class DjangoHost:
    """People who work in models."""

    def __init__(self):
        self.crm = DjangoCrm(
            [
                DjangoKind(
                    "company",
                    Customer,
                    {
                        "name": "name",
                        "town": "town",
                        "credit": "credit",
                        "country": DjangoField("country", list_name="lands"),
                        "phones": DjangoValues("phones", "number", sort=Sort.PHONE),
                        "number": "number",
                    },
                    change_table="company_changes",
                    request="request",
                ),
                DjangoKind(
                    "contact",
                    Person,
                    {"name": "name"},
                    change_table="contact_changes",
                    parent="company",
                    request="request",
                ),
            ],
            {"lands": {"NO": "Norway", "SE": "Sweden"}},
        )
        for model in (Mail, Person, Phone, Customer, Product, Country):
            model.objects.all().delete()
        Country.objects.create(code="NO", name="Norway")
        Country.objects.create(code="SE", name="Sweden")
        self.crm.create_change_tables()

    def add(self, name, town="", phones=()):
        row = Customer.objects.create(name=name, town=town, number=f"n-{name}")
        for number in phones:
            row.phones.create(number=number, kind="work")
        return str(row.pk)

    def add_contact(self, company, name):
        return str(Person.objects.create(name=name, customer_id=company).pk)

    def edit(self, key, **values):
        values = {{"country_code": "country_id"}.get(k, k): each for k, each in values.items()}
        Customer.objects.filter(pk=key).update(**values)

    def add_phone(self, key, number):
        Phone.objects.create(customer_id=key, number=number, kind="at night")

    def remarks(self, key):
        rows = Phone.objects.filter(customer_id=key, kind="at night")
        return {row.number: row.kind for row in rows}

    def remove(self, key):
        Customer.objects.get(pk=key).delete()

    def close(self):
        self.crm.drop_change_tables()
        connection.close()
