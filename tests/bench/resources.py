"""django-import-export over a table of customers, with bulk on, as it is fastest."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from world import FIELDS

_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"


def prepared(database: Path, columns: Sequence[str]) -> Any:
    """A resource for the table ``companies`` of a file; its first column is the key."""
    settings.configure(
        INSTALLED_APPS=["import_export"],
        USE_TZ=False,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(database),
                "OPTIONS": {"init_command": _PRAGMAS},
            }
        },
    )
    django.setup()
    from django.db import models
    from import_export import resources

    made: dict[str, Any] = {
        "__module__": "import_export.models",
        "Meta": type("Meta", (), {"app_label": "import_export", "db_table": "companies"}),
    }
    key, *rest = columns
    made[key] = models.CharField(max_length=40, primary_key=True)
    for name in rest:
        if name == "active":
            made[name] = models.BooleanField(null=True)
        elif name in {"credit_limit", "payment_terms"}:
            made[name] = models.IntegerField(null=True)
        else:
            made[name] = models.TextField(null=True)
    model = type("Company", (models.Model,), made)
    chosen = {
        "model": model,
        "import_id_fields": (key,),
        "fields": tuple(columns),
        "skip_unchanged": True,
        "report_skipped": False,
        "use_bulk": True,
        "batch_size": 1000,
        "use_transactions": True,
    }
    return type("Companies", (resources.ModelResource,), {"Meta": type("Meta", (), chosen)})


def dataset(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Any:
    """Rows as it takes them."""
    import tablib

    made = tablib.Dataset(headers=list(columns))
    for row in rows:
        made.append(row)
    return made


COLUMNS = ("key", *FIELDS)
