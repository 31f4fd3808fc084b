"""ImportSettings: what an import does with what it finds; one frozen value, and its document."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from typing import Any, Final

from attrs import field as attr
from attrs import frozen

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.frozen import FrozenDict
from erplink.domain.matching import COMPANY_KEYS, CONTACT_KEYS
from erplink.domain.parsing import parse_toml, within_limit
from erplink.domain.shapes import Entry, Shape, choice, flag, step, table, tables, text
from erplink.domain.toml import write_toml
from erplink.domain.values import Value, is_empty
from erplink.errors import BadDocument, BadValue, likely

__all__ = [
    "LISTS_MAX",
    "MATCH_KEYS",
    "MATCH_NONE",
    "MATCH_RULES",
    "Consent",
    "ImportSettings",
    "ListWish",
    "OnAlone",
    "OnDuplicate",
    "OnManyValues",
    "OnUnknownItem",
    "settings_from_data",
    "settings_from_toml",
    "settings_to_data",
    "settings_to_toml",
]

LISTS_MAX: Final = 200
"""The most lists that settings say anything about."""

MATCH_NONE: Final = "none"
"""The match key with which every row is new."""

MATCH_RULES: Final = "rules"
"""The match key that stands for the host's own match rules."""

MATCH_KEYS: Final = FrozenDict({"company": COMPANY_KEYS, "contact": CONTACT_KEYS})
"""The match rules that an import may be asked to match by, by kind of entity and name."""


class OnDuplicate(Enum):
    """What becomes of a row whose record the CRM has already."""

    ADD = "always add"
    #: Fill what is empty; what the CRM holds stays.
    MERGE = "merge"
    #: Overwrite; what the row leaves empty stays.
    REPLACE = "replace"
    SKIP = "skip"


class OnAlone(Enum):
    """What becomes of a contact without a company."""

    #: Make a company of the contact's name.
    CREATE = "create a company"
    SKIP = "skip"
    ALONE = "import alone"


class OnUnknownItem(Enum):
    """What becomes of a list item that the CRM does not have."""

    ADD = "add"
    DEFAULT = "default"
    BLANK = "blank"


class OnManyValues(Enum):
    """What becomes of phones, e-mail addresses and other values of which a field has several."""

    #: Add the new ones and keep those that are there.
    ADD = "add"
    REPLACE = "replace"
    KEEP = "keep"


@frozen(kw_only=True)
class Consent:
    """On what grounds contacts may be kept, and where those were given; written to new ones."""

    basis: str
    source: str = ""
    #: The CRM's fields that hold them.
    basis_field: str = "consent_basis"
    source_field: str = "consent_source"

    @property
    def values(self) -> Mapping[str, Value]:
        """What a new contact gets, by field."""
        told: dict[str, Value] = {self.basis_field: self.basis, self.source_field: self.source}
        return {field: value for field, value in told.items() if value}


@frozen(kw_only=True)
class ListWish:
    """What becomes of unknown items of one list of the CRM."""

    list: str
    unknown: OnUnknownItem = attr(default=OnUnknownItem.BLANK, converter=OnUnknownItem)
    #: The item that stands in, where one is wished for.
    default: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a default that is not there."""
        if (self.unknown is OnUnknownItem.DEFAULT) is not bool(self.default):
            rule = "a list has a default item exactly where unknown items become the default"
            raise BadValue(rule, value=self.list)


def _texts(texts: Mapping[str, str]) -> FrozenDict[str, str]:
    return FrozenDict(texts)


def _wishes(wishes: Iterable[ListWish]) -> tuple[ListWish, ...]:
    return tuple(wishes)


def _defaults(defaults: Mapping[str, Mapping[str, Value]]) -> FrozenDict[str, Any]:
    return FrozenDict({kind: FrozenDict(values) for kind, values in defaults.items()})


@frozen(kw_only=True)
class ImportSettings:
    """Everything that is chosen before an import is previewed; reusable as a template."""

    #: By kind of entity, the key that tells whether the CRM has a record already.
    match: FrozenDict[str, str] = attr(factory=FrozenDict, converter=_texts)
    on_duplicate: OnDuplicate = attr(default=OnDuplicate.MERGE, converter=OnDuplicate)
    #: Contacts without a company.
    on_alone: OnAlone = attr(default=OnAlone.SKIP, converter=OnAlone)
    consent: Consent | None = None
    lists: tuple[ListWish, ...] = attr(default=(), converter=_wishes)
    many_values: OnManyValues = attr(default=OnManyValues.ADD, converter=OnManyValues)
    #: What new records get where the row says nothing: by kind of entity and field of the CRM.
    defaults: FrozenDict[str, FrozenDict[str, Value]] = attr(
        factory=FrozenDict, converter=_defaults
    )
    #: Whether what is imported is linked, to be kept in step later.
    link: bool = True

    def __attrs_post_init__(self) -> None:
        """Refuse a key that its kind cannot be matched by, and two wishes for one list."""
        for kind, key in self.match.items():
            known = (*MATCH_KEYS.get(kind, ()), MATCH_NONE, MATCH_RULES)
            if key not in known:
                raise BadValue(f"{kind} cannot be matched by it{likely(key, known)}", value=key)
        names = [wish.list for wish in self.lists]
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise BadValue("a list is wished for once", value=doubled)

    def key_of(self, entity_kind: str) -> str:
        """The name of the key by which records of a kind are matched."""
        return self.match.get(entity_kind) or MATCH_RULES

    def wish(self, name: str) -> ListWish:
        """What becomes of unknown items of a list."""
        return next((each for each in self.lists if each.list == name), ListWish(list=name))

    def new_values(self, entity_kind: str) -> dict[str, Value]:
        """What a new record of a kind gets where its row says nothing."""
        consent = self.consent.values if self.consent and entity_kind == "contact" else {}
        given = self.defaults.get(entity_kind, {})
        return {**consent, **{field: each for field, each in given.items() if not is_empty(each)}}


# the document -------------------------------------------------------------------------------------


def _table_of(read: Callable[[Any, str], Any], write: Callable[[Any, str], Any]) -> Entry:
    """A table whose keys are names, and whose values are read and written alike."""

    def read_all(data: Any, path: str) -> dict[str, Any]:
        if not isinstance(data, Mapping):
            raise BadDocument(f"{path}: a table is expected")
        return {str(key): read(item, step(path, key)) for key, item in data.items()}

    def write_all(value: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {key: write(item, step(path, key)) for key, item in value.items()}

    return Entry(read_all, write_all)


def _a_value(data: Any, path: str) -> Any:
    return decode_value(data, path=path)


def _as_data(value: Value, path: str) -> Any:
    return encode_value(value, path=path)


_VALUES: Final = _table_of(_a_value, _as_data)
_TEXT: Final = text()
_CONSENT: Final = Shape(
    Consent,
    {"basis": text(), "source": text(), "basis_field": text(), "source_field": text()},
)
_WISH: Final = Shape(
    ListWish, {"list": text(), "unknown": choice(OnUnknownItem), "default": text()}
)

_SETTINGS: Final = Shape(
    ImportSettings,
    {
        "match": _table_of(_TEXT.read, _TEXT.write),
        "on_duplicate": choice(OnDuplicate),
        "on_alone": choice(OnAlone),
        "consent": table(_CONSENT),
        "lists": tables(_WISH, at_most=LISTS_MAX),
        "many_values": choice(OnManyValues),
        "defaults": _table_of(_VALUES.read, _VALUES.write),
        "link": flag(),
    },
)


def settings_to_data(settings: ImportSettings) -> dict[str, Any]:
    """The settings as plain data, without what is as usual."""
    return _SETTINGS.to_table(settings)


def settings_from_data(data: Any) -> ImportSettings:
    """The settings that plain data tells of; BadDocument has a line for all that is wrong."""
    return _SETTINGS.from_document(data)


def settings_to_toml(settings: ImportSettings) -> str:
    """The settings as a TOML text, a template for other imports."""
    return within_limit(write_toml(settings_to_data(settings)))


def settings_from_toml(document: str) -> ImportSettings:
    """The settings that a TOML text tells of."""
    return settings_from_data(parse_toml(document))
