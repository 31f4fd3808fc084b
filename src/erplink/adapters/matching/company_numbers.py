"""VAT and company numbers by the check digits that python-stdnum knows; needs ``[match]``.

python-stdnum is under the LGPL, version 2.1 or later. It is installed beside erplink, by those who
ask for the extra, and no part of it is in erplink.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from erplink.domain.keys import Normaliser, code_key
from erplink.errors import BadName

try:
    from stdnum.ch import uid
    from stdnum.dk import cvr
    from stdnum.eu import vat
    from stdnum.exceptions import ValidationError
    from stdnum.fi import ytunnus
    from stdnum.fr import siren
    from stdnum.gb import vat as gb_vat
    from stdnum.no import mva
    from stdnum.no import orgnr as no_orgnr
    from stdnum.se import orgnr as se_orgnr
except ImportError as error:
    raise ImportError("checking VAT numbers needs: pip install 'erplink[match]'") from error

__all__ = ["COMPANY_COUNTRIES", "VAT_COUNTRIES", "company_number_key", "valid_vat_key"]

_Check = Callable[[str], str]
"""The number without what is not of it; raises ValidationError where it is none."""

#: What Switzerland writes behind a number, in its languages, says nothing of whose number it is.
_SWISS_ENDINGS: Final = ("MWST", "TVA", "IVA", "TPV")


def _swiss(number: str) -> str:
    for ending in _SWISS_ENDINGS:
        number = number.removesuffix(ending)
    return uid.validate(number)


_BESIDE_THE_EU: Final[dict[str, _Check]] = {
    "ch": _swiss,
    "gb": gb_vat.validate,
    "no": mva.validate,
}
_COMPANIES: Final[dict[str, _Check]] = {
    "ch": uid.validate,
    "dk": cvr.validate,
    "fi": ytunnus.validate,
    "fr": siren.validate,
    "no": no_orgnr.validate,
    "se": se_orgnr.validate,
}
#: Greece has two prefixes, of which its numbers have the first.
_PREFIXES: Final = {"gr": "el"}

COMPANY_COUNTRIES: Final = frozenset(_COMPANIES)
"""The countries whose company numbers can be checked."""

VAT_COUNTRIES: Final = frozenset(vat.MEMBER_STATES) | _BESIDE_THE_EU.keys()
"""The countries whose VAT numbers can be checked; ``xi`` is Northern Ireland."""


def valid_vat_key(country: str = "") -> Normaliser:
    """VAT numbers whose check digits are right, in lower case, with their country's prefix.

    A number without a prefix is one of ``country``; without a country it has no key, and neither
    has what is no VAT number. Whether a number is in use, only the country itself knows.
    """
    home = _known(country, VAT_COUNTRIES) if country else ""
    return partial(_vat_key, home)


def _vat_key(home: str, text: str) -> str:
    number = code_key(text)
    for country in dict.fromkeys((number[:2], home)):
        country = {"el": "gr"}.get(country, country)  # noqa: PLW2901 - it is the same country
        if country in VAT_COUNTRIES and (key := _vat_of(country, number)):
            return key
    return ""


def _vat_of(country: str, number: str) -> str:
    prefix = _PREFIXES.get(country, country)
    bare = number.removeprefix(prefix).removeprefix(country)
    if country in _BESIDE_THE_EU:
        return _key(_BESIDE_THE_EU[country], prefix, number if country == "ch" else bare)
    return _key(lambda told: vat.validate(told)[len(prefix) :], prefix, prefix + bare)


def company_number_key(country: str) -> Normaliser:
    """Company numbers of ``country`` whose check digits are right, behind its two letters.

    What is none has no key. A company's number and its VAT number have two keys, also where the
    one is a part of the other: a group may have one VAT number for many companies.
    """
    home = _known(country, COMPANY_COUNTRIES)
    return partial(_company_key, home)


def _company_key(country: str, text: str) -> str:
    return _key(_COMPANIES[country], country, code_key(text))


def _key(check: _Check, prefix: str, number: str) -> str:
    try:
        valid = code_key(check(number.upper()))
    except ValidationError:
        return ""
    return prefix + valid.removeprefix(prefix)


def _known(country: str, countries: frozenset[str]) -> str:
    if country.lower() not in countries:
        raise BadName.among("country", country, countries)
    return country.lower()
