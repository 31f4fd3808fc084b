"""The plug-in that announces what the ``[match]`` extra brings, where it is installed."""

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from erplink.connectors import hookimpl
from erplink.domain.keys import Normaliser

__all__ = ["erplink_normalisers", "erplink_transforms"]


@hookimpl
def erplink_normalisers() -> Mapping[str, Normaliser]:
    """Announce normalisers by country: ``phone-no``, ``vat-no``, ``company-number-no``.

    ``vat-valid`` is for numbers that all have their country's prefix.
    """
    return {**_of_phones(), **_of_companies()}


@hookimpl
def erplink_transforms() -> Mapping[str, Callable[..., Any]]:
    """Announce the transform of phone numbers."""
    if not find_spec("phonenumbers"):
        return {}
    from erplink.adapters.matching.phones import phone_number  # noqa: PLC0415 - it may be missing

    return {"phone_number": phone_number}


def _of_phones() -> dict[str, Normaliser]:
    if not find_spec("phonenumbers"):
        return {}
    from erplink.adapters.matching.phones import REGIONS, phone_e164_key  # noqa: PLC0415 - as above

    return {f"phone-{each.lower()}": phone_e164_key(each) for each in sorted(REGIONS)}


def _of_companies() -> dict[str, Normaliser]:
    if not find_spec("stdnum"):
        return {}
    from erplink.adapters.matching import company_numbers as numbers  # noqa: PLC0415 - as above

    of_countries = {
        f"vat-{each}": numbers.valid_vat_key(each) for each in sorted(numbers.VAT_COUNTRIES)
    }
    of_companies = {
        f"company-number-{each}": numbers.company_number_key(each)
        for each in sorted(numbers.COMPANY_COUNTRIES)
    }
    return {"vat-valid": numbers.valid_vat_key(), **of_countries, **of_companies}
