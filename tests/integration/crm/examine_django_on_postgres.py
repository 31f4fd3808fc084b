"""Runs a part of the suite over models in PostgreSQL, in a process of its own.

Django is set up once in a process, and the tests have theirs over SQLite. This one prints how many
promises were kept, and those that were broken.
"""

import json
import sys

import django
from django.conf import settings
from django.core.management import call_command

from erplink.testing import Harness, Verdict, VirtualClock, examine
from erplink.testing.checks import CRM_CHECKS, creating, feed, searching, writing

# What hangs on the database; the rest is the same over every one of them.
ROOMS = (creating, feed, searching, writing)
CHECKS = [getattr(room, name) for room in ROOMS for name in room.__all__ if "check_" in name]


def main(folder):
    """Try each promise over an empty database."""
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "postgres",
                "USER": "postgres",
                "HOST": folder,
            }
        },
        INSTALLED_APPS=["django.contrib.contenttypes", "tests.django_host.shop"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        SECRET_KEY="of the tests alone",  # noqa: S106 - it is of a project that ends with the tests
        TIME_ZONE="Europe/Oslo",
        USE_TZ=True,
    )
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from tests.conformance.test_django_crm import PERSON, World  # noqa: PLC0415 - once it is set up

    world, findings = World(), []
    world.crm.create_change_tables()
    for check in [*CHECKS, *CRM_CHECKS]:
        world.empty()
        harness = Harness.of_crm(
            world.crm,
            seed=world.seed,
            edit=world.edit,
            remove=world.remove,
            begin=world.begin,
            rolled_back=world.rolled_back,
            kinds=("person",),
            sample={"person": PERSON},
            clock=VirtualClock(),
            records_max=7,
        )
        findings += examine(harness, [check])
    broken = [f"{each.check} ({each.kind}): {each.reason}" for each in findings if each.error]
    kept = sum(each.verdict is Verdict.KEPT for each in findings)
    print(json.dumps({"kept": kept, "broken": broken}))  # noqa: T201 - it is what was asked for


if __name__ == "__main__":
    main(sys.argv[1])
