"""django-import-export: a resource over what was fetched, into an empty table."""

import sqlite3
import tempfile
from pathlib import Path

import httpx
import msgspec
import resources
from clock import Clock
from contract import Job, Outcome
from floors import fetched
from imports import told
from resources import COLUMNS
from server import serving
from world import FIELDS


def run(job: Job, clock: Clock) -> Outcome:
    """Fetch all, and import it."""
    with tempfile.TemporaryDirectory(dir=job.data) as scratch, serving(job.data) as address:
        path = Path(scratch) / "crm.db"
        resource = resources.prepared(path, COLUMNS)
        from django.db import connection

        with connection.schema_editor() as editor:
            editor.create_model(resource._meta.model)
        with clock:
            rows = []
            with httpx.Client() as client:
                for page in fetched(client, address):
                    told_of = msgspec.json.decode(page)["data"]
                    rows += [[row[key] for key in COLUMNS] for row in told_of]
            resource().import_data(resources.dataset(COLUMNS, rows), raise_errors=True)
        connection.close()
        state = sqlite3.connect(path)
        at = FIELDS.index("active")
        found = state.execute(f"SELECT {', '.join(FIELDS)} FROM companies")
        numbers = [told((*row[:at], bool(row[at]), *row[at + 1 :])) for row in found]
        state.close()
    return {"rows": len(numbers), "checksum": sum(numbers)}
