"""Seeded customers of sixteen fields, the same on every machine, and changes to them."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final, TypeAlias

Value: TypeAlias = str | int | bool | None
Row: TypeAlias = tuple[Value, ...]

FIELDS: Final = (
    "name",
    "org_number",
    "street",
    "postcode",
    "city",
    "country",
    "phone",
    "mobile",
    "email",
    "website",
    "category",
    "currency",
    "credit_limit",
    "payment_terms",
    "active",
    "notes",
)

_FIRST: Final = (
    "Nordic",
    "Alpine",
    "Baltic",
    "Harbour",
    "Granite",
    "Silver",
    "Öresund",
    "Cedar",
)
_SECOND: Final = (
    "Logistics",
    "Foods",
    "Systems",
    "Trading",
    "Motors",
    "Textiles",
    "Energy",
    "Bygg",
)
_THIRD: Final = (
    "AB",
    "GmbH",
    "Ltd",
    "Oy",
    "AS",
    "ApS",
    "SARL",
    "BV",
)
_STREETS: Final = (
    "Storgatan",
    "Kungsgatan",
    "Hauptstraße",
    "Parkvägen",
    "Hafenweg",
    "Torggata",
)
_PLACES: Final = (
    ("Stockholm", "SE", "SEK"),
    ("Malmö", "SE", "SEK"),
    ("Hamburg", "DE", "EUR"),
    ("Leeds", "GB", "GBP"),
    ("Tampere", "FI", "EUR"),
    ("Bergen", "NO", "NOK"),
    ("Aarhus", "DK", "DKK"),
    ("Utrecht", "NL", "EUR"),
)
_CATEGORIES: Final = ("Retail", "Wholesale", "Public", "Partner", "Reseller", "Industry")
_TERMS: Final = (10, 15, 20, 30, 30, 30, 45, 60)
_NOTES: Final = (
    "Delivery only on weekdays before noon.",
    "Prefers invoices by e-mail; credit check renewed in spring.",
    "Framework agreement with a yearly rebate.",
    "Requires a purchase order number on every line.",
    "No partial orders; pallet exchange agreed.",
)


def customers(n: int, seed: int) -> Iterator[Row]:
    """The values of ``n`` customers, in the order of ``FIELDS``."""
    bits = Random(seed).getrandbits  # noqa: S311 - a seed is what makes the data the same again
    for number in range(n):
        yield _customer(number, bits(64))


def _customer(number: int, bits: int) -> Row:
    city, country, currency = _PLACES[bits & 7]
    first, second = _FIRST[bits >> 3 & 7], _SECOND[bits >> 6 & 7]
    domain = f"{first.lower()}-{second.lower()}-{number}.example"
    return (
        f"{first} {second} {number} {_THIRD[bits >> 9 & 7]}",
        f"{country}{5_000_000_000 + number * 7919 % 4_999_999_999}",
        f"{_STREETS[(bits >> 12) % 6]} {1 + (bits >> 15) % 180}",
        f"{10_000 + (bits >> 20) % 89_999}",
        city,
        country,
        f"+46 8 {100_000 + (bits >> 24) % 899_999}",
        f"+46 70 {1_000_000 + (bits >> 28) % 8_999_999}" if bits >> 32 & 7 else None,
        f"{('info', 'order', 'faktura', 'hello')[bits >> 35 & 3]}@{domain}",
        f"https://www.{domain}/",
        _CATEGORIES[(bits >> 38) % 6],
        currency,
        (bits >> 40) % 400 * 2500,
        _TERMS[bits >> 48 & 7],
        (bits >> 51) % 20 != 0,
        f"{_NOTES[(bits >> 56) % 5]} Ref {bits >> 40:x}.",
    )


def _next_category(value: Value, step: int) -> Value:
    return _CATEGORIES[(_CATEGORIES.index(str(value)) + step) % len(_CATEGORIES)]


def _added(value: Value, step: int) -> Value:
    return int(value or 0) + step


def _appended(value: Value, step: int) -> Value:
    return f"{value or 'new'} ({step})"


CHANGES: Final[dict[str, Callable[[Value, int], Value]]] = {
    "street": _appended,
    "phone": _appended,
    "mobile": _appended,
    "notes": _appended,
    "category": _next_category,
    "credit_limit": _added,
    "payment_terms": _added,
}
"""How a field changes: steps from 1 to 5 give values that differ from each other and the old."""
