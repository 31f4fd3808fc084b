"""Pairs of list items that are the same whatever their writing; nothing near is ever guessed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from erplink.domain.keys import code_key, name_key
from erplink.domain.mapping.lists import ListPair

__all__ = ["suggest_list_map"]


def suggest_list_map(
    erp_items: Mapping[str, str], crm_items: Mapping[str, str]
) -> tuple[ListPair, ...]:
    """Pairs of items, given as key and text, whose key or text is the same whatever its writing.

    Near is not the same: payment in 30 days is no payment in 60, so nothing is guessed. An item
    that could be two of the other list is left alone. A key that is a number, or a single letter,
    only counts things, so it must have the same text.
    """
    paired: dict[str, str] = {}
    for erp_form, crm_form in _FORMS:
        erp = _by_form(erp_items, erp_form, taken=paired.keys())
        crm = _by_form(crm_items, crm_form, taken=paired.values())
        paired |= {erp[form]: crm[form] for form in erp if form in crm}
    return tuple(ListPair(item, paired[item]) for item in erp_items if item in paired)


_Form = Callable[[str, str], str]


def _by_form(items: Mapping[str, str], form_of: _Form, taken: Iterable[str]) -> dict[str, str]:
    """By their form, the items that are not taken and alone have it."""
    taken = set(taken)
    forms = {key: form_of(key, text) for key, text in items.items() if key not in taken}
    counts = Counter(forms.values())
    return {form: key for key, form in forms.items() if form and counts[form] == 1}


def _key_and_text(key: str, text: str) -> str:
    forms = (code_key(key), name_key(text))
    return " ".join(forms) if all(forms) else ""


def _text(_: str, text: str) -> str:
    return name_key(text)


def _telling_key(key: str, _: str) -> str:
    form = code_key(key)
    return "" if form.isdigit() or len(form) == 1 else form


def _text_as_key(_: str, text: str) -> str:
    return _telling_key(text, "")


_FORMS: Final[tuple[tuple[_Form, _Form], ...]] = (
    (_key_and_text, _key_and_text),
    (_text, _text),
    (_telling_key, _telling_key),
    (_telling_key, _text_as_key),
    (_text_as_key, _telling_key),
)
