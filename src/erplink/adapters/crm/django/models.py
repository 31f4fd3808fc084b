"""Models without tables: what the admin has pages of, and Django has permissions for."""

# ruff: noqa: DJ008 - there is no object of them to be shown

from django.db import models

__all__ = ["Connection", "HistoryEntry", "Question"]


class Connection(models.Model):
    """A connection to an ERP; to change it is to switch it on and off, and to sync it."""

    class Meta:
        """No table: the Hub knows the connections."""

        managed = False
        default_permissions = ("view", "change")


class Question(models.Model):
    """A question that waits for a person; to change it is to answer it."""

    class Meta:
        """No table: the Hub knows the questions."""

        managed = False
        default_permissions = ("view", "change")


class HistoryEntry(models.Model):
    """What was written to a record, and why."""

    class Meta:
        """No table: the Hub knows the history."""

        managed = False
        default_permissions = ("view",)
        verbose_name_plural = "history"
