"""The standard match rules: data, to be used as they are, or as a model for a host's own.

Weights are what the rules of thumb are: estimates. A host measures them on pairs of its own, with
:func:`~erplink.domain.matching.assess`.
"""

from typing import Final

from erplink.domain.frozen import FrozenDict
from erplink.domain.matching.rules import Contradiction, KeyPart, Likeness, MatchRule

__all__ = [
    "COMPANY_KEYS",
    "COMPANY_RULES",
    "CONTACT_KEYS",
    "CONTACT_RULES",
    "SIMILAR_COMPANY_RULES",
]

_ORGANISATION: Final = KeyPart("organisation_number", "vat")
_VAT: Final = KeyPart("vat_number", "vat")
_CODE: Final = KeyPart("code", "code")
_EMAIL: Final = KeyPart("email", "email")
_NAME: Final = KeyPart("name", "name")
_POSTCODE: Final = KeyPart("postcode", "postcode")

COMPANY_RULES: Final = (
    MatchRule("VAT number", _VAT, 1, 0.95, Contradiction.VETOES),
    MatchRule("organisation number", _ORGANISATION, 1, 0.95, Contradiction.VETOES),
    MatchRule("code", _CODE, 2, 0.9, Contradiction.LOWERS),
    MatchRule("e-mail", _EMAIL, 3, 0.7),
    MatchRule("name and postcode", (_NAME, _POSTCODE), 4, 0.8),
    MatchRule("name", _NAME, 5, 0.5),
)
"""Companies: by VAT or organisation number, code, e-mail, name and postcode, name alone."""

SIMILAR_COMPANY_RULES: Final = (
    MatchRule(
        "similar name, same postcode",
        _POSTCODE,
        6,
        0.7,
        likeness=Likeness(KeyPart("name", "company"), 0.88),
    ),
    MatchRule(
        "similar name",
        KeyPart("name", "start"),
        7,
        0.5,
        likeness=Likeness(KeyPart("name", "company"), 0.92),
    ),
)
"""What to add to the rules for companies where names may be misspelt; needs a similarity."""

CONTACT_RULES: Final = (
    MatchRule("e-mail", _EMAIL, 1, 0.9),
    MatchRule("mobile", KeyPart("mobile", "phone"), 2, 0.85),
    MatchRule("name and parent", (_NAME, KeyPart("parent")), 3, 0.8),
)
"""Contacts: by e-mail, mobile, or name under the same company."""

COMPANY_KEYS: Final = FrozenDict(
    {
        "name": MatchRule("name", _NAME),
        "name and department": MatchRule(
            "name and department", (_NAME, KeyPart("department", "name"))
        ),
        "number": MatchRule("number", KeyPart("number", "code")),
        "code": MatchRule("code", _CODE),
        "VAT number": MatchRule("VAT number", _VAT),
        "id": MatchRule("id", KeyPart("id")),
    }
)
"""The keys that an import of companies may be asked to match by, one at a time."""

CONTACT_KEYS: Final = FrozenDict(
    {
        "name": MatchRule("name", _NAME),
        "e-mail": MatchRule("e-mail", _EMAIL),
        "mobile": MatchRule("mobile", KeyPart("mobile", "phone")),
        "number": MatchRule("number", KeyPart("number", "code")),
        "id": MatchRule("id", KeyPart("id")),
    }
)
"""The keys that an import of contacts may be asked to match by, one at a time."""
