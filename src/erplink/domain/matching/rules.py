"""MatchRule: what two records must share to be taken for one, and what that is worth."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.values import shorten
from erplink.errors import BadValue

__all__ = ["Contradiction", "KeyPart", "Likeness", "MatchRule", "Similarity"]

Similarity: TypeAlias = Callable[[str, str], float]
"""How alike two normalised texts are: 0 for not at all, 1 for equal."""


class Contradiction(Enum):
    """What it means that both records have the identifier, and not the same one.

    Two identifiers contradict each other only where neither is a part of the other: a number with
    its country's prefix and one without may well be the same.
    """

    #: People and companies have several; nothing follows.
    MEANS_NOTHING = "means nothing"
    #: It halves the score.
    LOWERS = "lowers"
    #: They are two records, however much else they share.
    VETOES = "vetoes"


@frozen
class KeyPart:
    """One field of a key, and the normaliser that makes its writings comparable."""

    #: The field of the record that is matched, and of the candidates unless they have another.
    field: str
    normaliser: str = "plain"
    #: The candidates' field, where it has another name; empty for the same.
    candidate_field: str = ""

    @property
    def fields(self) -> tuple[str, str]:
        """The record's field and the candidates' field."""
        return (self.field, self.candidate_field or self.field)


@frozen
class Likeness:
    """One field that need not be equal, only alike."""

    part: KeyPart
    #: The least similarity that counts.
    at_least: float = 0.9

    def __attrs_post_init__(self) -> None:
        """Refuse a bound that everything or nothing reaches."""
        if not 0 < self.at_least <= 1:
            raise BadValue("a similarity is above 0 and at most 1", value=shorten(self.at_least))


def _parts(parts: KeyPart | Iterable[KeyPart]) -> tuple[KeyPart, ...]:
    return (parts,) if isinstance(parts, KeyPart) else tuple(parts)


@frozen
class MatchRule:
    """A key of one or more parts; records that share all of its parts agree in it."""

    #: What a person calls the key, as in "agrees in VAT number".
    name: str
    #: With a likeness, these say which records are compared at all: never all with all.
    parts: tuple[KeyPart, ...] = attr(converter=_parts)
    #: Lower is tried first; rules of one priority are tried together.
    priority: int = 0
    #: How sure agreement in this key alone makes it, above 0 and at most 1.
    weight: float = 0.9
    contradiction: Contradiction = attr(
        default=Contradiction.MEANS_NOTHING, converter=Contradiction
    )
    likeness: Likeness | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a rule that compares nothing, or whose worth cannot be told."""
        if not self.name:
            raise BadValue("a match rule needs a name", value=repr(self.name))
        if not self.parts:
            raise BadValue("a match rule needs a key that is equal", value=self.name)
        if not 0 < self.weight <= 1:
            raise BadValue("a weight is above 0 and at most 1", value=f"{self.name}: {self.weight}")
        if self.contradicts and (len(self.parts) > 1 or self.likeness):
            raise BadValue("only a key of one part can contradict", value=self.name)

    @property
    def contradicts(self) -> bool:
        """Whether anything follows where both records have the key and not the same one."""
        return self.contradiction is not Contradiction.MEANS_NOTHING

    @property
    def compared(self) -> tuple[KeyPart, ...]:
        """All parts, the one that need only be alike among them."""
        return self.parts if self.likeness is None else (*self.parts, self.likeness.part)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the record must have for this rule to be tried."""
        return tuple(dict.fromkeys(part.field for part in self.compared))

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """The pairs of fields it looks at, whatever the normaliser."""
        return frozenset(part.fields for part in self.compared)
