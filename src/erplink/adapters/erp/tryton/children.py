"""Children: addresses, contact mechanisms, identifiers and categories as fields of a party.

Each is changed by itself. What is not wanted any more is archived and not deleted, for documents
may refer to it; where it is wanted again, it is brought back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from erplink.adapters.erp.tryton.dialect import Domain, either
from erplink.adapters.erp.tryton.draft import Draft, Raw
from erplink.adapters.erp.tryton.lists import Lists
from erplink.adapters.erp.tryton.parts import Column, Item, like, narrowed_column
from erplink.connectors import Condition, Operator
from erplink.domain.canonical import text_key
from erplink.domain.fields import Field, Sort
from erplink.domain.keys import Normaliser, code_key
from erplink.domain.values import Value

__all__ = ["CREATION_KEY", "Categories", "Identifiers", "MainAddress", "Mechanisms", "Vat"]

CREATION_KEY: Final = "erplink:"
"""With this begins the identifier that says which creation made a party."""

_OF_MANY: Final = frozenset(
    {Operator.EQUALS, Operator.CONTAINS, Operator.STARTS_WITH, Operator.ENDS_WITH}
)


def _active(children: Iterable[Raw] | None) -> list[Raw]:
    return [child for child in children or () if child.get("active")]


def _archive(draft: Draft, name: str, child: Raw) -> None:
    draft.write(name, int(child["id"]), active=False)


def _with_text(path: str, condition: Condition) -> Domain:
    """Holds wherever one of many texts meets ``condition``."""
    if condition.operator not in _OF_MANY or not isinstance(condition.values[0], str):
        return []
    return like(path, condition.values[0])


@frozen
class MainAddress:
    """A field of the first address that is not archived."""

    part: Column | Item

    @property
    def field(self) -> Field:
        """The field, under its own name."""
        return self.part.field

    @property
    def reads(self) -> tuple[str, ...]:
        """The field of all addresses, for the first is found among them."""
        return ("addresses.active", *(f"addresses.{name}" for name in self.part.reads))

    def value(self, raw: Raw) -> Value:
        """What the main address holds."""
        addresses = _active(raw.get("addresses."))
        return self.part.value(addresses[0]) if addresses else None

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:
        """Change the main address, or make one where there is none."""
        addresses = _active(draft.children("addresses"))
        inner = Draft(addresses[0] if addresses else None)
        self.part.write(inner, value, lists)
        if addresses and inner.values:
            draft.write("addresses", int(addresses[0]["id"]), **inner.values)
        elif not addresses and value is not None:
            draft.one_new("addresses", "main").update(inner.values)

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever any address meets ``condition``."""
        if condition.operator in (Operator.EMPTY, Operator.NOT_EMPTY, Operator.NOT_EQUALS):
            return []
        by = f".{self.part.by}" if isinstance(self.part, Item) else ""
        return narrowed_column(f"addresses.{self.part.name}{by}", self.field, condition)

    def containing(self, text: str) -> Domain | None:
        """Holds wherever any address has ``text`` in it."""
        return like(f"addresses.{self.part.name}", text)


@frozen
class Mechanisms:
    """The contact mechanisms of some types, as texts."""

    field: Field
    #: The first one is that of a new mechanism.
    types: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Everything that makes a mechanism."""
        return tuple(f"contact_mechanisms.{name}" for name in ("active", "type", "value"))

    def value(self, raw: Raw) -> Value:
        """The values of those that are not archived."""
        return _texts(each["value"] for each in self._ours(_active(raw.get("contact_mechanisms."))))

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:  # noqa: ARG002 - of all parts
        """Make what is missing, and archive what is not wanted."""
        _match(
            draft,
            "contact_mechanisms",
            self._ours(draft.children("contact_mechanisms")),
            _wanted(value),
            told=lambda child: str(child["value"]),
            made=lambda text: {"type": self.types[0], "value": text},
            key_of=text_key(self.field),
        )

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever a mechanism meets ``condition``; numbers are written in many ways."""
        if self.field.sort is Sort.PHONE and condition.operator is Operator.EQUALS:
            return []
        if self.field.sort is Sort.URL and condition.operator is Operator.EQUALS:
            return []
        return _with_text("contact_mechanisms.value", condition)

    def containing(self, text: str) -> Domain | None:
        """Holds wherever a mechanism has ``text`` in it."""
        return like("contact_mechanisms.value", text)

    def _ours(self, children: Sequence[Raw]) -> list[Raw]:
        return [child for child in children if child.get("type") in self.types]


@frozen
class Vat:
    """The first identifier that is a VAT number."""

    field: Field
    #: The types that are VAT numbers, beside those that end in ``_vat``; the first for new ones.
    types: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Everything that makes an identifier."""
        return _OF_AN_IDENTIFIER

    def value(self, raw: Raw) -> Value:
        """Its code."""
        found = self._ours(_active(raw.get("identifiers.")))
        return str(found[0]["code"]) if found else None

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:  # noqa: ARG002 - as above
        """Change it, make one, or archive all there are."""
        known = self._ours(_active(draft.children("identifiers")))
        if value is None:
            for child in known:
                _archive(draft, "identifiers", child)
        elif not known:
            draft.create("identifiers", type=self.types[0], code=value)
        elif code_key(str(known[0]["code"])) != code_key(str(value)):
            draft.write("identifiers", int(known[0]["id"]), code=value)

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever any identifier meets ``condition``."""
        return (
            narrowed_column("identifiers.code", self.field, condition)
            if (condition.operator in _OF_MANY or condition.operator is Operator.IN)
            else []
        )

    def containing(self, text: str) -> Domain | None:
        """Holds wherever any identifier has ``text`` in it."""
        return like("identifiers.code", text)

    def is_ours(self, type_: Any) -> bool:
        """Whether an identifier of ``type_`` is a VAT number."""
        return isinstance(type_, str) and (type_ in self.types or type_.endswith("_vat"))

    def _ours(self, children: Iterable[Raw]) -> list[Raw]:
        return [child for child in children if self.is_ours(child.get("type"))]


_OF_AN_IDENTIFIER: Final = tuple(f"identifiers.{name}" for name in ("active", "type", "code"))


@frozen
class Identifiers:
    """All other identifiers, each with its type before it: ``fr_siren:732829320``."""

    field: Field
    vat: Vat
    #: The types there are.
    types: frozenset[str]

    @property
    def reads(self) -> tuple[str, ...]:
        """Everything that makes an identifier."""
        return _OF_AN_IDENTIFIER

    def value(self, raw: Raw) -> Value:
        """Types and codes of those that are not archived."""
        return _texts(map(self._told, self._ours(_active(raw.get("identifiers.")))))

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:  # noqa: ARG002 - as above
        """Make what is missing, and archive what is not wanted."""
        _match(
            draft,
            "identifiers",
            self._ours(draft.children("identifiers")),
            _wanted(value),
            told=self._told,
            made=self._made,
            # Tryton sets the blanks of a number as its type has them.
            key_of=code_key,
        )

    def narrowed(self, condition: Condition) -> Domain:
        """Holds wherever an identifier meets ``condition``."""
        if condition.operator is not Operator.EQUALS or not isinstance(condition.values[0], str):
            return []
        return like("identifiers.code", self._made(condition.values[0])["code"])

    def containing(self, text: str) -> Domain | None:
        """Holds wherever a code, or the name of a type before it, has ``text`` in it."""
        before, colon, code = text.strip().rpartition(":")
        del before
        coded = like("identifiers.code", code)
        if colon or not coded:
            return coded
        folded = text.strip().casefold()
        types = sorted(type_ for type_ in self.types if folded in type_)
        return either([coded, [["identifiers.type", "in", types]]]) if types else coded

    def _told(self, child: Raw) -> str:
        type_, code = child.get("type"), str(child["code"])
        return f"{type_}:{code}" if type_ else code

    def _made(self, text: str) -> dict[str, Any]:
        type_, colon, code = text.partition(":")
        if colon and type_ in self.types:
            return {"type": type_, "code": code}
        return {"type": None, "code": text}

    def _ours(self, children: Iterable[Raw]) -> list[Raw]:
        return [
            child
            for child in children
            if not self.vat.is_ours(child.get("type"))
            and not str(child.get("code")).startswith(CREATION_KEY)
        ]


@frozen
class Categories:
    """The names of the categories, but for those that make a party what it is."""

    field: Field
    hidden: frozenset[int]

    @property
    def reads(self) -> tuple[str, ...]:
        """The whole name of each."""
        return ("categories.rec_name",)

    def value(self, raw: Raw) -> Value:
        """The names."""
        return _texts(sorted(self._known(raw.get("categories."))))

    def write(self, draft: Draft, value: Value, lists: Lists) -> None:
        """Have it in those categories, and in no others; all of them must be there."""
        known = self._known(draft.children("categories"))
        wanted = _wanted(value)
        for name in wanted:
            if name not in known:
                draft.add("categories", lists.id_of("category", name, self.field.key))
        for name, id_ in known.items():
            if name not in wanted:
                draft.remove("categories", id_)

    def narrowed(self, condition: Condition) -> Domain:
        """Names are in many languages."""
        del condition
        return []

    def containing(self, text: str) -> Domain | None:
        """Names are in many languages."""
        del text
        return []

    def _known(self, children: Iterable[Raw] | None) -> dict[str, int]:
        return {
            str(child["rec_name"]): int(child["id"])
            for child in children or ()
            if child["id"] not in self.hidden
        }


def _texts(texts: Iterable[str]) -> Value:
    return tuple(texts) or None


def _wanted(value: Value) -> list[str]:
    return [str(text) for text in value] if isinstance(value, tuple) else []


def _match(
    draft: Draft,
    name: str,
    children: Sequence[Raw],
    wanted: Sequence[str],
    *,
    told: Callable[[Raw], str],
    made: Callable[[str], Mapping[str, Any]],
    key_of: Normaliser,
) -> None:
    """Have just the ``wanted`` children active: kept, brought back, or made."""
    missing = {key_of(text): text for text in reversed(wanted)}
    for child in sorted(children, key=lambda each: not each.get("active")):
        key = key_of(told(child))
        if key in missing:
            del missing[key]
            if not child.get("active"):
                draft.write(name, int(child["id"]), active=True)
        elif child.get("active") and key not in map(key_of, wanted):
            _archive(draft, name, child)
    for text in wanted:
        if missing.pop(key_of(text), None) is not None:
            draft.create(name, **made(text))
