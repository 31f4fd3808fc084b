"""Phone numbers by the numbering plans that phonenumbers knows; needs the ``[match]`` extra."""

from functools import partial
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.keys import Normaliser, phone_key
from erplink.domain.transforms import Laws, Transform, between, custom
from erplink.domain.values import Value, shorten
from erplink.errors import BadName, BadValue

try:
    import phonenumbers
    from phonenumbers import PhoneNumber, PhoneNumberFormat
except ImportError as error:
    raise ImportError("reading phone numbers needs: pip install 'erplink[match]'") from error

__all__ = ["REGIONS", "phone_e164_key", "phone_number"]

REGIONS: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
"""The regions whose numbering plans are known, in two upper-case letters."""

_FORMS: Final = {
    "e164": PhoneNumberFormat.E164,
    "international": PhoneNumberFormat.INTERNATIONAL,
    "national": PhoneNumberFormat.NATIONAL,
}
_TEXT: Final = frozenset({FieldType.TEXT})


def phone_e164_key(region: str) -> Normaliser:
    """Numbers in the form of E.164, where one without a country's prefix is one of ``region``.

    An extension stays behind the number, for a switchboard is not the desk. What no number can be
    read from has the key that :func:`~erplink.domain.keys.phone_key` gives it.
    """
    return partial(_e164_key, _region(region))


def _e164_key(region: str, text: str) -> str:
    number = _read(text, region)
    if number is None:
        return phone_key(text)
    extension = f";ext={number.extension}" if number.extension else ""
    return _written(number, PhoneNumberFormat.E164) + extension


def phone_number(region: str, erp: str = "international") -> Transform:
    """The ERP writes numbers as people do where the CRM has E.164 (canonicalising).

    Args:
        region: Where a number belongs that has no country's prefix.
        erp: The ERP's form: ``e164``, ``international`` or ``national``; the last for the numbers
            of ``region``, and ``international`` for all others.

    A number with an extension is refused, for E.164 has no place for it; so is one that no
    numbering plan has room for.
    """
    home = _region(region)
    if erp not in _FORMS:
        raise BadName.among("form", erp, _FORMS)

    def to_crm(text: Value) -> Value:
        number = _number(text, home)
        return None if number is None else _written(number, PhoneNumberFormat.E164)

    def to_erp(text: Value) -> Value:
        number = _number(text, home)
        return None if number is None else _as_people_do(number, home, _FORMS[erp])

    return custom(
        "phone_number",
        to_crm=to_crm,
        to_erp=to_erp,
        laws=Laws.CANONICALISING,
        gives=between(_TEXT, _TEXT),
        params={"region": home, "erp": erp},
    )


def _as_people_do(number: PhoneNumber, home: str, form: int) -> str:
    # What would be read as another number is written so that it is not.
    forms = (form, PhoneNumberFormat.INTERNATIONAL, PhoneNumberFormat.E164)
    e164 = _written(number, PhoneNumberFormat.E164)
    written = (_written(number, each) for each in forms)
    return next(text for text in written if _e164_key(home, text) == e164)


def _written(number: PhoneNumber, form: int) -> str:
    return phonenumbers.format_number(number, form)


def _region(region: str) -> str:
    home = region.upper()
    if home not in REGIONS:
        raise BadName.among("region", region, REGIONS)
    return home


def _number(text: Value, region: str) -> PhoneNumber | None:
    """The number that a value is; None where the value is blank."""
    if not isinstance(text, str):
        raise BadValue("a text is expected", value=shorten(text))
    if not text.strip():
        return None
    number = _read(text, region)
    if number is None:
        raise BadValue("it is not a phone number", value=shorten(text))
    if number.extension:
        raise BadValue("E.164 has no place for an extension", value=shorten(text))
    return number


def _read(text: str, region: str) -> PhoneNumber | None:
    """The number that ``text`` is, where a numbering plan has room for it.

    Whether it is in use is nobody's guess: plans change faster than what a library knows of them.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    # Some texts are read as a number whose own writing would be read as another one.
    e164 = _written(number, PhoneNumberFormat.E164)
    again = _written(phonenumbers.parse(e164, region), PhoneNumberFormat.E164)
    return number if again == e164 else None
