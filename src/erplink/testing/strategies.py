"""Hypothesis strategies for values, fields and records; needs the ``[test]`` extra.

Alphabets are small and pools of names are short, on purpose: bugs hide where two things that look
different are the same one, and a small alphabet finds those at once.

.. code-block:: python

    from hypothesis import given
    from erplink.testing.strategies import values


    @given(values())
    def test_my_transform_gives_values(value): ...
"""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from erplink.domain.canonical import canonical
from erplink.domain.connections import Connection, Scope
from erplink.domain.fields import Access, Case, Field, FieldType, Rounding, Sort
from erplink.domain.records import Actor, ActorRef, Entity, EntityRef
from erplink.domain.secret import Secret
from erplink.domain.values import UNSET, Maybe, Part, Scalar, Value
from erplink.errors import BadValue

__all__ = [
    "actor_refs",
    "actors",
    "connections",
    "entities",
    "entity_refs",
    "fields",
    "fitting",
    "maybes",
    "moments",
    "names",
    "numbers",
    "offered",
    "record_values",
    "scalars",
    "secrets",
    "texts",
    "values",
    "variants",
]

#: Letters that fold to others, grow in another case, are composed in two ways or depend on their
#: neighbours; white space of two kinds; and what phones, addresses and codes are made of.
_TRICKY = (
    "aAb\u00df\u1e9e\u0131\u0130\u017f\u03a3\u03c3\u03c2\u00e9\u00c5\u212b\u0301\u0307\u0345"
    " \t\u00a0+0(1)-.@:/w"
)


_BEFORE_A_CHANGE = datetime(2025, 10, 26, 0, 30)  # noqa: DTZ001 - a clock, given a zone later


def texts(max_size: int = 8) -> st.SearchStrategy[str]:
    """Short texts, mostly of letters that give trouble."""
    any_letter = st.characters(exclude_categories=["Cs"])
    return st.text(st.sampled_from(_TRICKY) | any_letter, max_size=max_size)


def names() -> st.SearchStrategy[str]:
    """Names of fields, systems and kinds, from a short list, so that two are often the same."""
    return st.sampled_from(["a", "b", "c"])


def numbers() -> st.SearchStrategy[int | Decimal]:
    """Whole and decimal numbers, small and huge, some with more zeros than one would write."""
    scaled = st.builds(_scaled, st.integers(-(10**12), 10**12), st.integers(-80, 80))
    return st.integers(-3, 3) | st.integers() | st.integers(-(10**70), 10**70) | scaled


def _scaled(digits: int, exponent: int) -> Decimal:
    return Decimal((digits < 0, tuple(map(int, str(abs(digits)))), exponent))


def moments() -> st.SearchStrategy[datetime]:
    """Aware moments of a few zones, from end to end, many of them near a change of the clocks."""
    offsets = [UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12, minutes=30))]
    zones = st.sampled_from([*offsets, ZoneInfo("Europe/Oslo")])
    near = st.integers(0, 6 * 60).map(lambda minutes: _BEFORE_A_CHANGE + timedelta(minutes=minutes))
    clocks = near | st.datetimes()
    return st.builds(
        lambda clock, zone, fold: clock.replace(tzinfo=zone, fold=fold),
        clocks,
        zones,
        st.integers(0, 1),
    )


def scalars() -> st.SearchStrategy[Scalar]:
    """Single values of all types."""
    return texts() | numbers() | st.booleans() | st.dates() | moments()


def values() -> st.SearchStrategy[Value]:
    """Everything a field may hold: single values, tuples of values and parts, and None."""
    parts = scalars() | st.none() | st.just(UNSET)
    many = st.lists(texts(), max_size=3).map(tuple) | st.lists(parts, max_size=3).map(tuple)
    return st.none() | scalars() | many


def maybes() -> st.SearchStrategy[Maybe]:
    """What a field may hold, or UNSET where it was not said."""
    return values() | st.just(UNSET)


def secrets() -> st.SearchStrategy[Secret]:
    """Secrets, none of them so short that it could stand in a text by chance."""
    return st.text("abc123", min_size=12, max_size=16).map(Secret)


def fields(*types: FieldType) -> st.SearchStrategy[Field]:
    """Descriptions of fields of the ``types``, or of any type, with all that a target may do."""
    return st.builds(
        Field,
        key=names(),
        type=st.sampled_from(types or list(FieldType)),
        list_name=st.just("list"),
        max_length=st.integers(0, 5),
        cuts=st.booleans(),
        decimals=st.none() | st.integers(0, 7) | st.integers(0, 90),
        rounding=st.sampled_from(Rounding),
        access=st.sampled_from(Access),
        is_key=st.booleans(),
        trims=st.booleans(),
        case=st.sampled_from(Case),
        keeps_empty=st.booleans(),
        sort=st.sampled_from(Sort),
    )


def fitting(field: Field) -> st.SearchStrategy[Any]:
    """Values that ``field`` takes; a label takes none but the empty ones."""
    longest = field.max_length or 8
    of_type: dict[FieldType, st.SearchStrategy[Any]] = {
        FieldType.TEXT: texts(longest),
        FieldType.INTEGER: st.integers(-(10**59), 10**59) | st.integers(-9, 9).map(Decimal),
        FieldType.DECIMAL: numbers(),
        FieldType.CHECKBOX: st.booleans(),
        FieldType.DATE: st.dates(),
        FieldType.DATETIME: moments(),
        FieldType.LIST: texts(),
        FieldType.TEXTS: st.lists(texts(longest), max_size=4).map(tuple),
        FieldType.PASSWORD: secrets(),
        FieldType.LABEL: st.just(""),
    }
    return (of_type[field.type] | st.none()).filter(lambda value: _fits(field, value))


def _fits(field: Field, value: object) -> bool:
    try:
        canonical(field, value)
    except BadValue:
        return False
    return True


def offered(field: Field) -> st.SearchStrategy[Any]:
    """Values that ``field`` takes, and others that it has to refuse."""
    return fitting(field) | values()


def variants(value: Value) -> st.SearchStrategy[Value]:
    """``value``, and other writings of it that some target may hold for the same one."""
    return st.sampled_from([value, *_variants_of(value)])


def _variants_of(value: Value) -> list[Value]:
    match value:
        case str():
            split = unicodedata.normalize("NFD", value)
            return [value.upper(), value.lower(), f" {value}\t", split, value[:3]]
        case int():
            return [int(value), Decimal(value), Decimal(value) + Decimal("0.4")]
        case Decimal():
            sign, digits, exponent = value.as_tuple()
            return [Decimal((sign, (*digits, 0), int(exponent) - 1)), -value]
        case datetime():
            return [value.replace(fold=1 - value.fold), value.replace(microsecond=0)]
        case tuple():
            return [value[::-1], value * 2, tuple(map(_first_variant, value))]
    return []


def _first_variant(part: Part) -> Part:
    return part.upper() if isinstance(part, str) else part


def actor_refs(system: str = "erp", kind: str = "customer") -> st.SearchStrategy[ActorRef]:
    """References to a few records of an ERP."""
    return st.builds(ActorRef, st.just(system), st.just(kind), names())


def entity_refs(kind: str = "company") -> st.SearchStrategy[EntityRef]:
    """References to a few records of the CRM."""
    return st.builds(EntityRef.of, st.just(kind), names())


def record_values() -> st.SearchStrategy[dict[str, Value]]:
    """The values of a record, by field."""
    return st.dictionaries(names(), values(), max_size=3)


def actors() -> st.SearchStrategy[Actor]:
    """Records of an ERP, some under a parent."""
    return st.builds(
        Actor,
        actor_refs(),
        st.none() | actor_refs(kind="group"),
        fields=record_values(),
        version=st.none() | names(),
        modified=st.none() | moments() | st.integers(0, 3) | names(),
    )


def entities() -> st.SearchStrategy[Entity]:
    """Records of the CRM, some under a parent."""
    return st.builds(
        Entity,
        entity_refs(),
        st.none() | entity_refs(kind="group"),
        fields=record_values(),
        version=st.none() | names(),
        modified=st.none() | moments() | st.integers(0, 3) | names(),
    )


def connections() -> st.SearchStrategy[Connection]:
    """Connections whose configuration holds a secret among ordinary values."""
    users = st.frozensets(names(), max_size=2)
    scopes = st.builds(Scope, st.booleans(), users, users)
    configuration = st.fixed_dictionaries({"password": secrets(), "url": texts()})
    return st.builds(
        Connection,
        names(),
        texts(),
        names(),
        configuration,
        scopes,
        active=st.booleans(),
        description=texts(),
    )
