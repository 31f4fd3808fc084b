"""The transform between a number and the text that writes it."""

from collections.abc import Collection
from decimal import Decimal

from erplink.domain.fields import FieldType
from erplink.domain.transforms.locales import NUMBER_STYLES, locale_called
from erplink.domain.transforms.numerals import SPACES, NumberStyle, is_whole, read_numeral
from erplink.domain.transforms.parameters import a_switch, a_word, given
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import NUMBERS, between
from erplink.domain.transforms.ways import a_filled_text, a_number, taking
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["parse_number"]


def parse_number(
    locale: str | None = None,
    *,
    decimal_point: str | None = None,
    group: str | None = None,
    whole: bool = False,
) -> Transform:
    """The ERP's text is the CRM's number, written as in ``locale`` or with the signs given.

    Canonicalising: the ERP gets the number back without groups; a blank text is no number. With
    neither a locale nor a decimal point it is one-way, and takes only what can be read one way:
    ``1.355,90`` and ``9,99``, but not ``1,234``. ``whole`` numbers have nothing after the point.
    """
    only_whole = a_switch("whole", whole)
    style = _style(locale, decimal_point, group)
    styles = NUMBER_STYLES if style is None else (style,)
    to_erp = None
    if style is not None:
        to_erp = taking(a_number, lambda number: _write(number, style, only_whole=only_whole))
    params = given(locale=locale, decimal_point=decimal_point, group=group, whole=whole)
    return Transform(
        "parse_number",
        taking(a_filled_text, lambda text: _read(text, styles, only_whole=only_whole)),
        to_erp,
        Laws.CANONICALISING if to_erp else Laws.TO_CRM_ONLY,
        between({FieldType.TEXT}, NUMBERS if only_whole else {FieldType.DECIMAL}),
        params,
    )


def _style(locale: str | None, point: str | None, group: str | None) -> NumberStyle | None:
    if locale is not None and (point, group) == (None, None):
        return locale_called(locale).numbers
    if locale is not None or (point is None and group is not None):
        rule = "name a locale, or a decimal point and perhaps a group"
        raise BadValue(rule, value=shorten((locale, point, group)))
    if point is None:
        return None
    _a_sign("decimal_point", point)
    if group is None:
        return NumberStyle(point)
    if a_word("group", group, most=1) in SPACES:
        return NumberStyle(point, SPACES)
    if _a_sign("group", group) == point:
        raise BadValue("decimal point and group are the same", value=shorten(point))
    return NumberStyle(point, group)


def _a_sign(name: str, value: str) -> str:
    sign = a_word(name, value, most=1)
    if sign.isalnum() or sign.isspace() or sign in "+-\u2212":
        raise BadValue(f"{name} cannot be this character", value=shorten(value))
    return sign


def _read(text: str, styles: Collection[NumberStyle], *, only_whole: bool) -> Value:
    number = read_numeral(text, styles, whole=only_whole)
    return int(number) if only_whole else number


def _write(number: Decimal, style: NumberStyle, *, only_whole: bool) -> str:
    if not only_whole:
        return style.write(number)
    if not is_whole(number):
        raise BadValue("a whole number is expected", value=shorten(number))
    return style.write(Decimal(int(number)))
