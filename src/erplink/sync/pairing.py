"""Pairing: a mapping with both kinds that it ties together, compiled once for every record."""

from collections.abc import Mapping
from hashlib import blake2b

from attrs import frozen

from erplink.connectors import Kind
from erplink.domain.links import Agreed, AlikeBase
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.mapping import mapping_to_json
from erplink.domain.merge import LinkedRecord, Merger
from erplink.domain.policy import Policy
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Value
from erplink.errors import BadValue
from erplink.sync.state import FeedName, Side

__all__ = ["Pairing"]

Values = Mapping[str, Value]


@frozen(eq=False)
class Pairing:
    """One kind of actor and one kind of entity, and how the fields of one become the other's."""

    mapping: FieldMapping
    actor: Kind
    entity: Kind
    merger: Merger
    #: What the fingerprints of its records depend on besides the records.
    salt: str

    @classmethod
    def of(cls, mapping: FieldMapping, actor: Kind, entity: Kind, policy: Policy) -> "Pairing":
        """Compile ``mapping``; BadName where it names a field that its kind does not have."""
        merger = Merger(mapping, actor.fields, entity.fields, policy)
        text = mapping_to_json(mapping).encode("utf-8", "surrogatepass")
        return cls(mapping, actor, entity, merger, blake2b(text, digest_size=8).hexdigest())

    def is_of(self, mapping: FieldMapping, actor: Kind, entity: Kind, policy: Policy) -> bool:
        """Whether it was compiled of this very mapping, and of kinds and a policy like these."""
        kinds_and_policy = (self.actor, self.entity, self.merger.policy)
        return self.mapping is mapping and kinds_and_policy == (actor, entity, policy)

    @property
    def connection(self) -> str:
        """The id of the connection."""
        return self.mapping.connection

    def feed(self, side: Side) -> FeedName:
        """The name of the feed of one side."""
        return FeedName(self.connection, self.mapping.actor_kind, side)

    def system(self, side: Side) -> str:
        """The system of one side."""
        return CRM if side is Side.CRM else self.connection

    def name(self, side: Side, key: str) -> str:
        """The name of a record of one side among all records of all systems."""
        return f"{self.system(side)}/{self.kind(side).name}/{key}"

    def kind(self, side: Side) -> Kind:
        """The kind of the records of one side."""
        return self.entity if side is Side.CRM else self.actor

    def fields(self, side: Side) -> tuple[str, ...]:
        """The fields of one side that the mapping says anything about, each once."""
        pairs = self.merger.pairs
        sides = (pair.crm if side is Side.CRM else pair.erp for pair in pairs)
        return tuple(dict.fromkeys(key for each in sides for key in each.keys))

    def moved(self, side: Side, values: Values, base: Mapping[str, Agreed]) -> bool:
        """Whether a record of one side differs from what was last agreed on, in any field."""
        held = base.alike if isinstance(base, AlikeBase) else _held(side, base)
        for pair in self.merger.pairs:
            if pair.key not in held:
                return True
            mine = pair.crm if side is Side.CRM else pair.erp
            value, was = mine.read(values), held[pair.key]
            if value is not UNSET and value != was and not mine.same(value, was):
                return True
        return False

    def unmoved(self, base: Mapping[str, Agreed]) -> dict[str, Value]:
        """An actor's values as they were last agreed on, for when it cannot be asked."""
        values: dict[str, Value] = {}
        for pair in self.merger.pairs:
            if pair.key in base:
                values.update(pair.erp.patch(base[pair.key].erp))
        return values

    def in_crm_words(self, values: Values) -> dict[str, Value]:
        """An actor's values by the entity's keys, as far as they have a writing there."""
        told: dict[str, Value] = {}
        for pair in self.merger.pairs:
            value = pair.erp.read(values)
            if value is UNSET:
                continue
            try:
                told.update(pair.crm.patch(pair.to_crm(value)))
            except BadValue:
                continue
        return told

    def linked(self, values: Values, base: Mapping[str, Agreed], **more: object) -> LinkedRecord:
        """The actor's part in a merge with the records of other connections."""
        return self.merger.linked(values, base, **more)  # type: ignore[arg-type]


def _held(side: Side, base: Mapping[str, Agreed]) -> Values:
    """What one side held when it was agreed on."""
    crm = side is Side.CRM
    return {key: agreed.crm if crm else agreed.erp for key, agreed in base.items()}
