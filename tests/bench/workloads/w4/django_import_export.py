"""django-import-export: a resource over rows that were matched for it."""

import sqlite3

import resources
from clock import Clock
from contract import Job, Outcome
from imports import held
from sources import EMAIL, NAME, ORG, POSTCODE, differing, name_key
from world import FIELDS

from w4.floor_dict import COLUMNS, outcome, rows_of


def run(job: Job, clock: Clock) -> Outcome:
    """Find the keys off the clock, for it cannot; then import."""
    assert job.state is not None
    path = job.state / "crm.db"
    by_key, found = {}, {}
    crm = sqlite3.connect(path)
    for each in crm.execute(f"SELECT {COLUMNS} FROM companies"):
        names = each[1 + ORG], each[1 + EMAIL], name_key(each[1 + NAME], each[1 + POSTCODE])
        by_key.update(dict.fromkeys(names, each))
        found[each[0]] = each[1:]
    crm.close()
    rows, new, updates, same = [], [], [], 0
    for row in rows_of(job.data):
        names = row[ORG], row[EMAIL], name_key(row[NAME], row[POSTCODE])
        there = next((by_key[name] for name in names if name in by_key), None)
        held_now = there[1:] if there else row
        filled = (mine if mine != "" else old for mine, old in zip(row, held_now, strict=True))
        rows.append((there[0] if there else len(found) + len(new) + 1, *filled))
        if there is None:
            new.append(row)
        elif changed := differing(there[1:], row):
            updates.append((there[0], changed))
        else:
            same += 1
    resource = resources.prepared(path, ("id", *FIELDS))
    with clock:
        data = resources.dataset(("id", *FIELDS), rows)
        resource().import_data(data, raise_errors=True)
    from django.db import connection

    connection.close()
    told = outcome(path, new, updates, same)
    return {**told, **held(path)}
