"""The host's own models."""

from django.core.exceptions import ValidationError
from django.db import models


class Country(models.Model):
    """An item of a list."""

    code = models.CharField(max_length=2, primary_key=True)
    name = models.CharField(max_length=20)

    def __str__(self):
        return self.name


class Described(models.Model):
    """A field of every type."""

    name = models.CharField(max_length=40)
    note = models.TextField(null=True, blank=True)  # noqa: DJ001 - hosts have such fields
    town = models.CharField("town or village", max_length=30, blank=True)
    credit = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    ratio = models.FloatField(null=True, blank=True)
    staff = models.BigIntegerField(null=True, blank=True)
    active = models.BooleanField(null=True, blank=True)
    since = models.DateField(null=True, blank=True)
    met = models.DateTimeField(null=True, blank=True)
    country = models.ForeignKey(Country, models.PROTECT, null=True, blank=True)
    rating = models.CharField(max_length=4, blank=True, choices=[("good", "Good"), ("bad", "Bad")])
    request = models.CharField(max_length=80, null=True, unique=True, editable=False)  # noqa: DJ001 - as above

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse what the host's own rule forbids."""
        if self.name == "Forbidden":
            raise ValidationError({"name": "Nobody is called Forbidden."})


class Customer(Described):
    """Stamped, and marked as gone."""

    number = models.CharField(max_length=60, unique=True)
    modified = models.DateTimeField(auto_now=True, db_index=True)
    gone = models.DateTimeField(null=True, editable=False)


class Phone(models.Model):
    """One of the numbers of a customer."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="phones")
    kind = models.CharField(max_length=10, blank=True)
    number = models.CharField(max_length=40)

    def __str__(self):
        return self.number


class Person(Described):
    """Written by code that stamps nothing."""

    customer = models.ForeignKey(Customer, models.CASCADE, null=True, related_name="persons")


class Mail(models.Model):
    """One of the addresses of a person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="mails")
    address = models.CharField(max_length=80)

    def __str__(self):
        return self.address


class Product(Described):
    """With a key that people choose."""

    code = models.CharField(max_length=60, primary_key=True)
