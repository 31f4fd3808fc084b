"""ErplinkConfig: erplink as an app of a Django project."""

from django.apps import AppConfig

__all__ = ["ErplinkConfig"]


class ErplinkConfig(AppConfig):
    """Adds the command ``erplink`` and the admin's pages; named in ``INSTALLED_APPS``."""

    name = "erplink.adapters.crm.django"
    label = "erplink"
    verbose_name = "erplink"
    default_auto_field = "django.db.models.BigAutoField"
