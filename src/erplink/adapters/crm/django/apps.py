"""ErplinkConfig: erplink as an app of a Django project."""

from functools import cached_property

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from erplink.hub import Hub

__all__ = ["ErplinkConfig"]


class ErplinkConfig(AppConfig):
    """Adds the command ``erplink`` and the admin's pages; named in ``INSTALLED_APPS``.

    The setting ``ERPLINK_HUB`` names a function without arguments that makes the Hub.
    """

    name = "erplink.adapters.crm.django"
    label = "erplink"
    verbose_name = "erplink"
    default_auto_field = "django.db.models.BigAutoField"

    @cached_property
    def hub(self) -> Hub:
        """The Hub of this process, made when it is first asked for."""
        path = getattr(settings, "ERPLINK_HUB", "")
        if not path:
            raise ImproperlyConfigured("ERPLINK_HUB is to name a function that makes the Hub")
        made = import_string(path)()
        if not isinstance(made, Hub):
            raise ImproperlyConfigured(f"ERPLINK_HUB: {path} made a {type(made).__name__}, no Hub")
        return made
