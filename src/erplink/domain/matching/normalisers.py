"""Normalisers: the catalogue of normalisers that match rules name."""

from collections.abc import Mapping
from typing import Final

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.keys import (
    Normaliser,
    code_key,
    company_key,
    email_key,
    folded_key,
    name_key,
    phone_key,
    plain_key,
    postcode_key,
    start_key,
    url_key,
    vat_key,
)
from erplink.errors import BadName, BadRegistration

__all__ = ["STANDARD_NORMALISERS", "Normalisers"]


def _by_name(normalisers: Mapping[str, Normaliser]) -> FrozenDict[str, Normaliser]:
    return FrozenDict(normalisers)


@frozen
class Normalisers:
    """Normalisers by name; adding to it makes another catalogue."""

    by_name: FrozenDict[str, Normaliser] = attr(
        converter=_by_name, repr=lambda by_name: repr(sorted(by_name))
    )

    def named(self, name: str) -> Normaliser:
        """The normaliser called ``name``; BadName proposes the likely spelling."""
        if name not in self.by_name:
            raise BadName.among("normaliser", name, self.by_name)
        return self.by_name[name]

    def extended(self, more: Mapping[str, Normaliser]) -> "Normalisers":
        """This catalogue and ``more``; BadRegistration names both sides of a name used twice."""
        for name, normaliser in more.items():
            taken = self.by_name.get(name)
            if taken is not None:
                both = f"{_origin(taken)} and {_origin(normaliser)}"
                raise BadRegistration(f"the normaliser {name!r} is offered twice: by {both}")
        return Normalisers({**self.by_name, **more})


def _origin(normaliser: Normaliser) -> str:
    """Where a function comes from; a callable object is told by its class."""
    named = normaliser if hasattr(normaliser, "__qualname__") else type(normaliser)
    return f"{named.__module__}.{named.__qualname__}"


STANDARD_NORMALISERS: Final = Normalisers(
    {
        "code": code_key,
        "company": company_key,
        "email": email_key,
        "folded": folded_key,
        "name": name_key,
        "phone": phone_key,
        "plain": plain_key,
        "postcode": postcode_key,
        "start": start_key,
        "url": url_key,
        "vat": vat_key,
    }
)
"""The normalisers that come with erplink."""
