"""Part: one kind of an import: how its system describes it, and the mapping it goes by.

An import keeps its parts as they were when it began, so that it needs the ERP no more once its
rows are staged.
"""

import json
from collections.abc import Iterable, Sequence

from attrs import frozen

from erplink.connectors import Kind, Record
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.mapping import mapping_from_data, mapping_to_data
from erplink.domain.staging import StagedRow
from erplink.domain.values import Value, is_empty
from erplink.sync.drift import describe, read

__all__ = ["Part", "parts_from_text", "parts_to_text"]

_TITLE_CHARACTERS_MAX = 200


@frozen
class Part:
    """One kind of actor that is imported."""

    actor: Kind
    mapping: FieldMapping
    #: Whether its records are behind a connection, so that they may be kept in step later.
    linked: bool = True
    #: By which key they are matched, whatever the settings say; empty where they are asked.
    matched_by: str = ""

    @property
    def child(self) -> bool:
        """Whether its records may belong to others, which are imported first."""
        return bool(self.actor.parent) or self.mapping.entity_kind == "contact"

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the actor that travel to the CRM."""
        rules = (rule for rule in self.mapping.rules if rule.syncs and rule.direction.to_crm)
        return tuple(dict.fromkeys(key for rule in rules for key in rule.erp))

    def row(self, record: Record) -> StagedRow:
        """A record as it is staged."""
        return StagedRow(
            actor_kind=self.actor.name,
            key=record.ref.key,
            values=record.fields,
            parent=record.parent.key if record.parent else "",
            version=record.version,
            title=self._title(record),
        )

    def _title(self, record: Record) -> str:
        shown = [rule.key for rule in self.mapping.rules if rule.show_in_search]
        names = [*shown, *self.fields]
        values = (record.fields.get(name) for name in names)
        return next((_text(value) for value in values if not is_empty(value)), record.ref.key)


def _text(value: Value) -> str:
    parts = value if isinstance(value, tuple) else (value,)
    return ", ".join(map(str, parts))[:_TITLE_CHARACTERS_MAX]


def parts_to_text(parts: Iterable[Part]) -> str:
    """The parts as one text."""
    data = [[describe(part.actor), mapping_to_data(part.mapping), part.linked] for part in parts]
    return json.dumps(data, separators=(",", ":"))


def parts_from_text(text: str) -> Sequence[Part]:
    """The parts that a text tells of."""
    return [
        Part(read(actor), mapping_from_data(mapping), linked)
        for actor, mapping, linked in json.loads(text)
    ]
