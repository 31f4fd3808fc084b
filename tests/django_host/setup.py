"""Has Django set up once for the whole process, over a file that each test may fill."""

from pathlib import Path
from tempfile import mkdtemp

import django
from django.conf import settings

__all__ = ["set_up"]


def set_up():
    """Set Django up, and make the tables; harmless the second time."""
    if settings.configured:
        return
    file = Path(mkdtemp(prefix="erplink-django-"), "crm.db")
    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": file,
                "OPTIONS": {"init_command": "PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL"},
                "TEST": {"NAME": file.with_name("test.db")},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.messages",
            "django.contrib.sessions",
            "erplink.adapters.crm.django",
            "tests.django_host.shop",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ROOT_URLCONF="tests.django_host.urls",
        SECRET_KEY="of the tests alone",  # noqa: S106 - it is of a project that ends with the tests
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        TIME_ZONE="Europe/Oslo",
        ERPLINK_HUB="tests.django_host.hub.make_hub",
    )
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - only once Django is set up

    call_command("migrate", run_syncdb=True, verbosity=0)
