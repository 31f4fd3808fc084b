"""The transform that takes a part out of a text by a pattern."""

from erplink.domain.transforms.parameters import OTHERWISE, a_choice, given
from erplink.domain.transforms.patterns import Pattern, compile_pattern
from erplink.domain.transforms.transform import Laws, Transform
from erplink.domain.transforms.typemaps import TEXTUAL, between
from erplink.domain.transforms.ways import a_text, taking
from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["extract"]


def extract(
    pattern: str, group: int | str | None = None, *, otherwise: str = "refuse"
) -> Transform:
    """What a regular expression finds in the ERP's text (one-way).

    The CRM gets the group named, else the first group, else all that matched. A text without a
    match is refused; with ``otherwise`` it becomes ``blank``, or is kept (``keep``).
    """
    compiled = compile_pattern(pattern)
    wanted = _group_of(compiled, group)
    fallback = a_choice("otherwise", otherwise, OTHERWISE)

    def find(text: str) -> str | None:
        match = compiled.search(text)
        found: str | None = match[wanted] if match else None
        if found is None and fallback == "refuse":
            raise BadValue(f"nothing in it matches {shorten(pattern)}", value=shorten(text))
        return text if found is None and fallback == "keep" else found

    return Transform(
        "extract",
        taking(a_text, find),
        None,
        Laws.TO_CRM_ONLY,
        between(TEXTUAL, TEXTUAL),
        given(pattern=pattern, group=group, otherwise=otherwise),
    )


def _group_of(pattern: Pattern, group: int | str | None) -> int | str:
    groups, names = pattern.regex.groups, pattern.regex.groupindex
    if group is None:
        return min(groups, 1)
    if isinstance(group, str) and group in names:
        return group
    if isinstance(group, int) and not isinstance(group, bool) and 0 <= group <= groups:
        return group
    raise BadValue("the pattern has no such group", value=shorten(group))
