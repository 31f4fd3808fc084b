"""Setting: what a history begins with: the systems, and how they are mapped."""

from collections.abc import Mapping
from enum import Enum
from random import Random
from typing import Final

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Kind
from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.domain.mapping import FieldRule, OnDelete, OnUnlinked
from erplink.domain.mapping import Mapping as FieldMapping
from erplink.domain.records import CRM
from erplink.domain.values import Value
from erplink.sync.rails import Rail, Rails

__all__ = ["ACTOR", "ALPHABET", "ENTITY", "ERPS", "FIELDS", "Setting", "Telling", "canon"]

ERPS: Final = ("north", "south")
"""The connections of every history."""

ACTOR: Final = "customer"
ENTITY: Final = "company"

_CITY_MAX: Final = 2
_CODE_MAX: Final = 2

_LETTERS: Final[tuple[Value, ...]] = ("a", "b", None)

ALPHABET: Final[Mapping[str, tuple[Value, ...]]] = {
    "name": ("a", "b", "c"),
    "city": ("a", "b", "ab", "abc", " a", None),
    "phone": _LETTERS,
    "note": _LETTERS,
    "code": ("a", "b", "long", None),
    "credit": _LETTERS,
    "terms": _LETTERS,
    "emails": (("a@x.no",), ("b@x.no",), ("a@x.no", "b@x.no"), None),
}
"""What people type into each field: little enough for them to type the same."""

FIELDS: Final = tuple(ALPHABET)


def kinds(system: str) -> tuple[Kind, ...]:
    """The kinds of a system; the ERPs are narrower than the CRM."""
    crm = system == CRM
    fields = (
        Field("name", access=Access.NORMAL if crm else Access.MANDATORY),
        Field("city") if crm else Field("city", max_length=_CITY_MAX, cuts=True, trims=True),
        Field("phone"),
        Field("note"),
        Field("code") if crm else Field("code", max_length=_CODE_MAX),
        Field("credit"),
        Field("terms"),
        Field("emails", FieldType.TEXTS, sort=Sort.EMAIL),
        Field("archived", FieldType.CHECKBOX),
    )
    return (Kind(ENTITY if crm else ACTOR, fields, ("name",)),)


def canon(system: str, field: str, value: object) -> object:
    """What ``system`` keeps of a value, as far as values can be told apart there."""
    if isinstance(value, tuple):
        return frozenset(value) or None
    if isinstance(value, str):
        if system != CRM and field == "city":
            value = value.strip()[:_CITY_MAX]
        return value or None
    return value


_CONFLICTS: Final = {"phone": "ask", "note": "newest"}
_DIRECTIONS: Final = {"credit": ">", "terms": "<"}


class Telling(Enum):
    """How much a system tells of what happened in it."""

    ALL = "tells all"
    #: Nor new keys; a record that is gone is missed in a complete listing, and only there.
    NO_DELETIONS = "tells no deletions"
    #: Nor is there a feed at all; it can only be searched.
    NO_CHANGES = "tells no changes"


def _telling(luck: Random) -> Mapping[str, Telling]:
    usual = luck.random() < 0.6
    choice = (Telling.ALL,) if usual else tuple(Telling)
    return {system: luck.choice(choice) for system in (CRM, *ERPS)}


@frozen(kw_only=True)
class Setting:
    """How a history begins."""

    seed: int
    #: How many records there are at first in each system, linked with one another.
    linked: int = 2
    on_unlinked: OnUnlinked = attr(factory=OnUnlinked)
    on_delete: OnDelete = attr(factory=OnDelete)
    ranking: tuple[str, ...] = (CRM, *ERPS)
    rails: Rails = attr(factory=Rails.none)
    page_max: int = 2
    batch: int = 1000
    in_memory_max: int = 10_000
    idempotent: bool = True
    #: Whether systems can say which record a creation made; else it has to be sent again.
    finds_created: bool = True
    #: How much each system tells of what happened in it; all, where it is not named.
    telling: Mapping[str, Telling] = attr(factory=dict)
    #: Whether the store is a file, which is opened again after a crash.
    in_file: bool = False

    @classmethod
    def draw(cls, seed: int) -> "Setting":
        """The setting of the history with ``seed``."""
        luck = Random(f"setting {seed}")  # noqa: S311 - a simulation is to be repeated
        reactions = ("tell", "tell", "unlink", "restore", "archive", "delete")
        unlinked = ("leave", "create", "create")
        ranking = [CRM, *ERPS]
        luck.shuffle(ranking)
        systems = Random(f"systems {seed}")  # noqa: S311 - to be repeated, too
        drawn = cls(
            seed=seed,
            linked=luck.choice((0, 1, 2, 4)),
            on_unlinked=OnUnlinked(luck.choice(unlinked), luck.choice(unlinked)),
            on_delete=OnDelete(
                luck.choice(reactions),
                luck.choice(reactions),
                only_created=luck.random() < 0.5,
                erp_archive="archived",
                crm_archive="archived",
            ),
            ranking=tuple(ranking),
            rails=luck.choice((Rails.none(), Rails.none(), Rails(), _tight())),
            page_max=luck.choice((1, 2, 5)),
            batch=luck.choice((1, 3, 1000)),
            in_memory_max=luck.choice((1, 10_000)),
            idempotent=luck.random() < 0.75,
            in_file=luck.random() < 0.1,
            telling=_telling(systems),
        )
        # Where neither is claimed, a person has to tell what a creation made.
        return evolve(drawn, finds_created=not drawn.idempotent or systems.random() < 0.8)

    def mapping(self, connection: str) -> FieldMapping:
        """The mapping of a connection at first."""
        rules = [
            FieldRule(name, name, _DIRECTIONS.get(name, "<>"), rule=_CONFLICTS.get(name, ""))
            for name in FIELDS
        ]
        return FieldMapping(
            connection,
            ACTOR,
            ENTITY,
            rules=rules,
            on_delete=self.on_delete,
            on_unlinked=self.on_unlinked,
        )

    def __str__(self) -> str:
        """What a story begins with."""
        unlinked = f"{self.on_unlinked.in_erp.value}/{self.on_unlinked.in_crm.value}"
        gone = f"{self.on_delete.in_erp.value}/{self.on_delete.in_crm.value}"
        ranking = " > ".join(self.ranking)
        more = "" if self.idempotent else "; creations are not idempotent"
        more += "" if self.finds_created else "; what was created cannot be found"
        telling = ((name, each) for name, each in self.telling.items() if each is not Telling.ALL)
        more += "".join(f"; {name} {each.value}" for name, each in telling)
        return (
            f"{self.linked} linked records; pages of {self.page_max}, batches of {self.batch};"
            f" unlinked: {unlinked}; deleted: {gone}; ranking: {ranking}{more}"
        )


def _tight() -> Rails:
    few = Rail(1, 40)
    return Rails(creates=few, updates=Rail(2, 50), deletes=few, overwrites=Rail(3, 80))
