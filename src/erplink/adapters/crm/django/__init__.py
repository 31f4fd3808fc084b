"""A CRM in the host's own Django models; needs the extra ``[django]``."""

from erplink.adapters.crm.django.crm import DjangoCrm
from erplink.adapters.crm.django.kinds import DjangoField, DjangoKind, DjangoValues

__all__ = ["DjangoCrm", "DjangoField", "DjangoKind", "DjangoValues"]
