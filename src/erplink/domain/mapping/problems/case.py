"""Case: a mapping beside the fields and lists it speaks of, laid out for the checks."""

from collections.abc import Collection, Iterable, Mapping

from attrs import field as attr
from attrs import frozen

from erplink.domain.fields import Field, FieldType
from erplink.domain.frozen import FrozenDict
from erplink.domain.kinds import LinkablePairs
from erplink.domain.mapping.lists import ListMap
from erplink.domain.mapping.mapping import Mapping as FieldMapping
from erplink.domain.mapping.rules import FieldRule
from erplink.domain.policy import Policy
from erplink.domain.transforms import OneWay
from erplink.errors import likely

__all__ = ["Case", "End", "Items", "Journey", "Line", "Lists", "ended", "hint", "listed"]

SHOWN_ITEMS_MAX = 5
"""The most names that one sentence lists."""

HINT_NAMES_MAX = 1_000
"""The most names among which the likely spelling of another is looked for."""

Fields = Mapping[str, Field]

Items = Mapping[str, Collection[str]]
"""The items' keys by the name of their list; a mapping of keys to texts is a collection of keys."""


@frozen
class Lists:
    """The items of the lists on both sides; those of a list that is left out are not checked."""

    erp: Items = attr(factory=FrozenDict)
    crm: Items = attr(factory=FrozenDict)


@frozen
class End:
    """One end of a rule: a field, or the parts of a compound one."""

    #: ``ERP`` or ``CRM``.
    side: str
    keys: tuple[str, ...]
    #: Every field that the side has.
    known: Fields = attr(repr=False)

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields, as far as they are known."""
        return tuple(self.known[key] for key in self.keys if key in self.known)

    @property
    def is_known(self) -> bool:
        """Whether each part is a known field."""
        return len(self.fields) == len(self.keys)

    @property
    def is_compound(self) -> bool:
        """Whether it has several parts."""
        return len(self.keys) > 1

    @property
    def type(self) -> FieldType:
        """What a transform is given: the parts of a compound field come to it as a tuple."""
        return FieldType.TEXTS if self.is_compound else self.fields[0].type

    @property
    def is_many(self) -> bool:
        """Whether it is one field with many values."""
        return not self.is_compound and self.type is FieldType.TEXTS

    def __str__(self) -> str:
        """As it is told to a person: ``ERP field 'Name' (name)``."""
        several = "s" if self.is_compound else ""
        return (
            f"{self.side} field{several} {' + '.join(_named(self.known, key) for key in self.keys)}"
        )


@frozen
class Journey:
    """A way on which a rule lets values travel."""

    source: End
    target: End
    #: The transform's function for it; None where it has none.
    way: OneWay | None


@frozen
class Line:
    """A rule with its two ends and the list map between them."""

    rule: FieldRule
    erp: End
    crm: End
    list_map: ListMap | None = None

    @property
    def ends(self) -> tuple[End, End]:
        """The ERP's end and the CRM's."""
        return self.erp, self.crm

    @property
    def is_known(self) -> bool:
        """Whether values travel, and only between fields that are known."""
        return self.rule.syncs and self.erp.is_known and self.crm.is_known

    @property
    def journeys(self) -> tuple[Journey, ...]:
        """The ways on which the direction lets values travel."""
        to_crm = Journey(self.erp, self.crm, self.rule.transform.to_crm)
        to_erp = Journey(self.crm, self.erp, self.rule.transform.to_erp)
        open_ways = (self.rule.direction.to_crm, self.rule.direction.to_erp)
        both = zip((to_crm, to_erp), open_ways, strict=True)
        return tuple(journey for journey, is_open in both if is_open and self.rule.syncs)

    @property
    def targets(self) -> tuple[End, ...]:
        """The ends that values are written to."""
        return tuple(journey.target for journey in self.journeys)


@frozen
class Case:
    """All that the checks look at."""

    mapping: FieldMapping
    actor_fields: Fields
    entity_fields: Fields
    lists: Lists
    policy: Policy
    #: Which kinds may be linked; None where nobody said.
    pairs: LinkablePairs | None
    #: Whether actors may be created in the ERP.
    creates: bool
    lines: tuple[Line, ...] = attr(init=False)

    @lines.default
    def _lines(self) -> tuple[Line, ...]:
        return tuple(self._line(rule) for rule in self.mapping.rules)

    def _line(self, rule: FieldRule) -> Line:
        erp, crm = self.erp(*rule.erp), self.crm(*rule.crm)
        return Line(rule, erp, crm, self._list_map(erp, crm))

    def _list_map(self, erp: End, crm: End) -> ListMap | None:
        # As the merge finds it: by the names of the lists of two single fields.
        if len(erp.keys) != 1 or len(crm.keys) != 1 or not (erp.is_known and crm.is_known):
            return None
        one, other = erp.fields[0].list_name, crm.fields[0].list_name
        return self.mapping.list_map(one, other) if one and other else None

    def erp(self, *keys: str) -> End:
        """A field of the ERP, or several."""
        return End("ERP", keys, self.actor_fields)

    def crm(self, *keys: str) -> End:
        """A field of the CRM, or several."""
        return End("CRM", keys, self.entity_fields)

    def writers(self, side: str) -> dict[str, list[Line]]:
        """By the key of each field of ``side`` that is written, the lines that write it."""
        writers: dict[str, list[Line]] = {}
        for line in self.lines:
            for end in line.targets:
                for key in dict.fromkeys(end.keys) if end.side == side else ():
                    writers.setdefault(key, []).append(line)
        return writers


def _named(known: Fields, key: str) -> str:
    """A field's label with its key, or the key alone where there is no other label."""
    label = known[key].label if key in known else ""
    return f"{label!r} ({key})" if label and label != key else repr(key)


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    quoted = [repr(name) for name in names]
    more = len(quoted) - SHOWN_ITEMS_MAX
    shown = ", ".join(quoted[:SHOWN_ITEMS_MAX])
    return f"{shown} and {more} more" if more > 0 else shown


def hint(name: str, known: Collection[str]) -> str:
    """The likely spelling of ``name``; or all names, where they are few."""
    if len(known) > HINT_NAMES_MAX:
        return ""
    near = likely(name, known)
    return near if near.endswith("?") or len(known) <= SHOWN_ITEMS_MAX else ""


def ended(sentence: str) -> str:
    """The sentence with a full stop, unless it asks something."""
    return sentence if sentence.endswith("?") else f"{sentence}."
