"""Made: companies that are made of the names of contacts who belong to none."""

from collections.abc import Iterable
from typing import Final

from erplink.connectors import Kind
from erplink.domain.fields import Field
from erplink.domain.mapping import FieldRule
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.staging import Action, ImportSettings, OnAlone, StagedRow
from erplink.imports.parts import Part

__all__ = ["made_part", "wanted_rows"]

_COMPANY: Final = "company"
_CHILDREN: Final = "contact"
_NAME: Final = "name"


def made_part(part: Part) -> Part | None:
    """The kind of the rows that stand for the companies of contacts; None for other kinds.

    They are behind no connection, so that they are not linked.
    """
    if part.mapping.entity_kind != _CHILDREN:
        return None
    actor = Kind(f"{_COMPANY} of {part.actor.name}", [Field(_NAME)], (_NAME,))
    rules = [FieldRule(_NAME, _NAME, show_in_search=True)]
    mapping = FieldMapping(part.mapping.connection, actor.name, _COMPANY, rules=rules)
    return Part(actor, mapping, linked=False, matched_by=_NAME)


def wanted_rows(
    part: Part, rows: Iterable[StagedRow], settings: ImportSettings
) -> dict[str, StagedRow]:
    """The rows of the companies that new contacts among ``rows`` need, by the contact's key."""
    made = made_part(part)
    if made is None or settings.on_alone is not OnAlone.CREATE:
        return {}
    return {
        row.key: StagedRow(
            actor_kind=made.actor.name, key=row.key, values={_NAME: row.title}, title=row.title
        )
        for row in rows
        if row.checked
        and not row.parent
        and row.verdict is not None
        and row.verdict.action is Action.NEW
    }
