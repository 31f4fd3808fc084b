"""A host's models keep every promise of a CRM, through the ORM."""

import itertools
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from erplink.connectors import open_crm
from erplink.domain.fields import Sort
from erplink.testing import CrmConformance, Harness, VirtualClock

pytest.importorskip("django", reason="the extra [django] is not installed")

from tests.django_host.setup import set_up

set_up()

from django.db import connection, transaction  # noqa: E402 - once Django is set up
from django.db.models.functions import Upper  # noqa: E402 - as above
from django.utils import timezone  # noqa: E402 - as above
from tests.django_host.shop.models import (  # noqa: E402 - as above
    Country,
    Customer,
    Mail,
    Person,
    Phone,
    Product,
)

from erplink.adapters.crm.django import (  # noqa: E402 - as above
    DjangoCrm,
    DjangoField,
    DjangoKind,
    DjangoValues,
)

NAMES = ["name", "note", "town", "credit", "ratio", "staff", "active", "since", "met", "rating"]
FIELDS = {**{name: name for name in NAMES}, "country": DjangoField("country", label="Country")}
KINDS = [
    DjangoKind(
        "customer",
        Customer,
        {
            "number": "number",
            **FIELDS,
            "shout": Upper("name", output_field=Customer._meta.get_field("note")),
            "land": "country__name",
            "phones": DjangoValues("phones", "number", sort=Sort.PHONE, fixed={"kind": "work"}),
        },
        modified="modified",
        deleted="gone",
        request="request",
    ),
    DjangoKind(
        "person",
        Person,
        {**FIELDS, "mails": DjangoValues("mails", "address", sort=Sort.EMAIL)},
        change_table="person_changes",
        parent="customer",
        request="request",
    ),
    DjangoKind(
        "product",
        Product,
        {"code": "code", **FIELDS},
        change_table="product_changes",
        request="request",
    ),
]
MODELS = {"customer": Customer, "person": Person, "product": Product}
SEVERAL = {
    "phones": (Phone, "customer_id", "number", {"kind": "work"}),
    "mails": (Mail, "person_id", "address", {}),
}
PERSON = {
    "name": "name {}".format,
    "note": "note {}".format,
    "town": "town {}".format,
    "credit": lambda number: Decimal(number) / 4,
    "ratio": lambda number: Decimal(number) / 8,
    "staff": int,
    "active": lambda number: number % 2 == 1,
    "since": lambda number: date(2024, 1, 1) + timedelta(days=number % 900),
    "met": lambda number: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=number),
    "country": lambda number: ("NO", "SE")[number % 2],
    "rating": lambda number: ("good", "bad")[number % 2],
    "mails": lambda number: (f"a{number}@crm.example", f"b{number}@crm.example"),
}


class World:
    """The host's own code over its own models."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.crm = DjangoCrm(KINDS, commit_lag=20, page_max=3)

    def empty(self):
        for model in (Mail, Person, Phone, Customer, Product, Country):
            model.objects.all().delete()
        Country.objects.create(code="NO", name="Norway")
        Country.objects.create(code="SE", name="Sweden")

    def plain(self, values):
        row = {key: value for key, value in values.items() if key not in SEVERAL}
        row |= {key: "" for key in ("town", "rating") if key in row and row[key] is None}
        if "country" in row:
            row["country_id"] = row.pop("country")
        if row.get("ratio") is not None:
            row["ratio"] = float(row["ratio"])
        return row

    def seed(self, kind, values, parent=""):
        number = f"n{next(self.numbers)}"
        own = {"customer": {"number": number}, "product": {"code": number}}.get(kind, {})
        above = {"customer_id": int(parent)} if parent else {}
        made = MODELS[kind].objects.create(**{**own, **above, **self.plain(values)})
        self.put_several(made.pk, values)
        return str(made.pk)

    def put_several(self, key, values):
        for field in SEVERAL.keys() & values.keys():
            model, parent, column, fixed = SEVERAL[field]
            model.objects.filter(**{parent: key}).delete()
            for text in values[field] or ():
                model.objects.create(**{parent: key, column: text, **fixed})

    def edit(self, kind, key, values):
        row = MODELS[kind].objects.filter(pk=key)
        plain = self.plain(values)
        if kind == "customer":
            plain["modified"] = timezone.now()
        if plain:
            row.update(**plain)  # which neither stamps nor sends signals
        self.put_several(key, values)

    def remove(self, kind, key):
        row = MODELS[kind].objects.filter(pk=key)
        if kind == "customer":
            row.update(gone=timezone.now(), modified=timezone.now())
        else:
            row.delete()

    def begin(self, kind, values):
        """As if it came late: SQLite has one writer at a time."""
        stamp = timezone.now()

        def commit():
            key = self.seed(kind, values)
            if kind == "customer":
                Customer.objects.filter(pk=key).update(modified=stamp)
            return key

        return commit

    @contextmanager
    def rolled_back(self):
        with transaction.atomic():
            yield open_crm(self.crm)
            transaction.set_rollback(True)


class TestDjangoCrm(CrmConformance):
    @pytest.fixture
    def harness(self):
        """The host's models, empty."""
        world = World()
        world.crm.create_change_tables()
        world.empty()
        yield Harness.of_crm(
            world.crm,
            seed=world.seed,
            edit=world.edit,
            remove=world.remove,
            begin=world.begin,
            rolled_back=world.rolled_back,
            sample={"person": PERSON},
            clock=VirtualClock(),
            records_max=25,
        )
        world.crm.drop_change_tables()
        connection.close()
