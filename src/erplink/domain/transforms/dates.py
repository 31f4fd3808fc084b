"""The transform between a day and the text that writes it."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from erplink.domain.fields import FieldType
from erplink.domain.transforms.layouts import Layout, layout_of
from erplink.domain.transforms.locales import locale_called
from erplink.domain.transforms.parameters import a_choice, a_whole, given
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import between
from erplink.domain.transforms.ways import a_date, a_filled_text, taking
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["parse_date"]

_ORDERS: Final = {"dmy": "DD.MM.YYYY", "mdy": "MM/DD/YYYY", "ymd": "YYYY-MM-DD"}
_TOKENS: Final = {"d": "DD", "m": "MM", "y": "YYYY"}
_NAMES: Final = {"d": "day", "m": "month", "y": "year"}
_NINETEEN_HUNDRED = 1900
_CENTURY = 100


def parse_date(
    locale: str | None = None,
    *,
    order: str | None = None,
    layout: str | None = None,
    pivot: int | None = None,
) -> Transform:
    """The ERP's text is the CRM's date, written as in ``locale``, in an order, or by a layout.

    Canonicalising: a blank text is no date. A ``locale`` or an ``order`` (``dmy``, ``mdy``,
    ``ymd``) reads days with any of ``. / -`` or a blank between the parts; a ``layout`` such as
    ``YYYYMMDD`` or ``D.M.YY`` is read to the letter. With none of them it is one-way, and takes
    only what is a date in one order. Days that do not exist are refused, and so are years of two
    digits, unless a ``pivot`` says which of them were before 2000: with 70, ``70`` to ``99``.
    """
    if pivot is not None:
        a_whole("pivot", pivot, least=0, most=_CENTURY - 1)
    orders, written = _orders_and_layout(locale, order, layout)
    if written and written.short_year and pivot is None:
        raise BadValue("a year of two digits needs a pivot", value=shorten(layout))
    reads = [_by_order(each, pivot) for each in orders]
    if written and not orders:
        reads = [_by_layout(written, pivot)]
    return Transform(
        "parse_date",
        taking(a_filled_text, lambda text: _only_day(text, reads)),
        taking(a_date, _writer(written, pivot)) if written else None,
        Laws.CANONICALISING if written else Laws.TO_CRM_ONLY,
        between({FieldType.TEXT}, {FieldType.DATE}),
        given(locale=locale, order=order, layout=layout, pivot=pivot),
    )


def _orders_and_layout(
    locale: str | None, order: str | None, layout: str | None
) -> tuple[tuple[str, ...], Layout | None]:
    """The orders in which days are read, none for by the letter, and how they are written."""
    if sum(name is not None for name in (locale, order, layout)) > 1:
        rule = "name one of locale, order and layout"
        raise BadValue(rule, value=shorten((locale, order, layout)))
    if layout is not None:
        return (), layout_of(layout, with_time=False)
    if order is not None:
        return (order,), layout_of(_ORDERS[a_choice("order", order, _ORDERS)], with_time=False)
    if locale is None:
        return tuple(_ORDERS), None
    local = locale_called(locale)
    if not local.order:
        rule = "the day comes first in some of its countries and the month in others: name one"
        raise BadValue(rule, value=shorten(locale))
    text = local.separator.join(_TOKENS[part] for part in local.order)
    return (local.order,), layout_of(text, with_time=False)


def _only_day(text: str, reads: Sequence[Callable[[str], date]]) -> date:
    found, problems = set(), []
    for read in reads:
        try:
            found.add(read(text))
        except BadValue as problem:
            problems.append(problem)
    if not found and len(reads) == 1:
        raise problems[0]
    if not found:
        raise BadValue("it is not a date in any order", value=shorten(text))
    if len(found) > 1:
        several = " or ".join(day.isoformat() for day in sorted(found))
        raise BadValue(f"it can be read as {several}: name the order", value=shorten(text))
    return found.pop()


def _by_order(order: str, pivot: int | None) -> Callable[[str], date]:
    digits = {"d": "[0-9]{1,2}", "m": "[0-9]{1,2}", "y": "[0-9]{4}|[0-9]{2}"}
    one, two, three = (f"(?P<{_NAMES[part]}>{digits[part]})" for part in order)
    regex = re.compile(f"{one}(?P<between>[-./ ]){two}(?P=between){three}")

    def read(text: str) -> date:
        match = regex.fullmatch(text)
        if match is None:
            raise BadValue(f"it is not a date in the order {order}", value=shorten(text))
        numbers = {name: int(match[name]) for name in _NAMES.values()}
        return _day(text, numbers, pivot, short_year=len(match["year"]) == len("YY"))

    return read


def _by_layout(layout: Layout, pivot: int | None) -> Callable[[str], date]:
    def read(text: str) -> date:
        numbers = layout.read(text)
        if numbers is None:
            raise BadValue(f"it is not laid out as {layout.text}", value=shorten(text))
        return _day(text, numbers, pivot, short_year=layout.short_year)

    return read


def _day(text: str, numbers: dict[str, int], pivot: int | None, *, short_year: bool) -> date:
    year = numbers["year"]
    if short_year:
        if pivot is None:
            raise BadValue("a year of two digits needs a pivot", value=shorten(text))
        year += _NINETEEN_HUNDRED if year >= pivot else _NINETEEN_HUNDRED + _CENTURY
    try:
        return date(year, numbers["month"], numbers["day"])
    except ValueError:
        raise BadValue("there is no such day", value=shorten(text)) from None


def _writer(layout: Layout, pivot: int | None) -> Callable[[date], str]:
    def write(day: date) -> str:
        if layout.short_year and pivot is not None:
            first = _NINETEEN_HUNDRED + pivot
            if not first <= day.year < first + _CENTURY:
                rule = f"two digits tell the years {first} to {first + _CENTURY - 1} only"
                raise BadValue(rule, value=shorten(day))
        return layout.write({"year": day.year, "month": day.month, "day": day.day})

    return write
