"""Schema: the kinds that one Tryton offers, by the modules it has and by what was configured."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from erplink.adapters.erp.tryton.belonging import OfParty, Related, UnderParty
from erplink.adapters.erp.tryton.children import (
    Categories,
    Identifiers,
    MainAddress,
    Mechanisms,
    Vat,
)
from erplink.adapters.erp.tryton.connecting import Connected
from erplink.adapters.erp.tryton.kinds import TrytonKind
from erplink.adapters.erp.tryton.parts import Column, Hours, Item, Part
from erplink.adapters.erp.tryton.rpc import JsonRpc
from erplink.adapters.erp.tryton.scopes import Everyone, InCategory, Scope, WithDocuments
from erplink.adapters.erp.tryton.settings import (
    EVERYONE,
    NOBODY,
    PURCHASES,
    SALES,
    TrytonSettings,
)
from erplink.adapters.erp.tryton.tombstones import LOG
from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.errors import Refused, SessionError

__all__ = ["Schema", "read_schema"]

_DOCUMENTS: Final = {SALES: "sale.sale", PURCHASES: "purchase.purchase"}
_PARTY_MODELS: Final = {
    "addresses": "party.address",
    "contact_mechanisms": "party.contact_mechanism",
    "identifiers": "party.identifier",
}
_ADDRESS: Final = ("street", "postal_code", "city")
_SEARCHED: Final = (
    "name",
    "code",
    "active",
    "vat",
    "identifiers",
    "phones",
    "emails",
    "websites",
    *_ADDRESS,
)


@frozen
class Schema:
    """What there is."""

    kinds: Mapping[str, TrytonKind]
    #: Whether the log that knows of deletions can be read.
    tells_deletions: bool
    #: What was asked for and is not there, for a person.
    missing: tuple[str, ...] = ()


class _Facts:
    """What the server says of the fields of a model."""

    def __init__(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        self._told = told

    def field(self, field: Field, name: str) -> Field:
        """The field, with what the server does to it."""
        told = self._told.get(name, {})
        size = told.get("size")
        return evolve(
            field,
            label=field.label or str(told.get("string") or ""),
            max_length=size if isinstance(size, int) and size > 0 else 0,
            trims=told.get("strip") is True and field.type is FieldType.TEXT,
        )

    def labels(self, keys: Mapping[str, str]) -> dict[str, str]:
        """By the labels of the fields named in ``keys``: erplink's keys of them."""
        return {
            str(self._told[name]["string"]): key for name, key in keys.items() if name in self._told
        }


def read_schema(connected: Connected, settings: TrytonSettings) -> Schema:
    """Look at what the database has; Refused where what was configured is not there."""
    party = _needed(connected, "party.party", "url", "party")
    customers = _scope(connected, settings.customers, "customers")
    suppliers = _scope(connected, settings.suppliers, "suppliers")
    builder = _Builder(connected, settings, _Facts(party), (customers, suppliers))
    named = (("customer", "Customers", customers), ("supplier", "Suppliers", suppliers))
    wanted = [(name, title, scope) for name, title, scope in named if scope is not None]
    if not wanted:
        reason = "neither customers nor suppliers are wanted, so there is nothing to offer"
        raise Refused(reason, field="customers", code="bad-configuration")
    kinds = [builder.party_kind(*each) for each in wanted]
    above, _, owner = wanted[0]
    kinds.append(builder.address_kind(owner, above))
    if settings.relation:
        kinds.append(builder.person_kind(owner, above))
    work = connected.described("project.work", [])
    if work is not None:
        kinds.append(builder.project_kind(owner, above, _Facts(work)))
    missing = () if work is not None else ("project",)
    return Schema({kind.name: kind for kind in kinds}, _tells_deletions(connected), missing)


def _needed(
    connected: Connected, model: str, field: str, module: str
) -> Mapping[str, Mapping[str, Any]]:
    told = connected.described(model, [])
    if told is None:
        reason = f"the database has no module {module!r}; activate it in Tryton"
        raise Refused(reason, field=field, code="module-missing")
    return told


def _scope(connected: Connected, said: str, field: str) -> Scope | None:
    if said == NOBODY:
        return None
    if said == EVERYONE:
        return Everyone()
    if said in _DOCUMENTS:
        model = _DOCUMENTS[said]
        _needed(connected, model, field, model.partition(".")[0])
        return WithDocuments(model)
    return InCategory(_named(connected, "party.category", "rec_name", said, field, "category"))


def _named(connected: Connected, model: str, text: str, name: str, field: str, what: str) -> int:
    """The id of the one record with a name."""
    last = name.rpartition(" / ")[2]
    rows = connected.caller.rows(model, [["name", "=", last]], [text])
    found = [int(row["id"]) for row in rows if name in (row[text], last)]
    if len(found) != 1:
        reason = f"there {'is no' if not found else 'is more than one'} {what} {name[:60]!r}"
        raise Refused(reason, field=field, code="bad-configuration")
    return found[0]


def _tells_deletions(connected: Connected) -> bool:
    try:
        connected.caller.rows(LOG, [["id", "<", 0]], ["event"])
    except SessionError:
        return False
    return True


class _Builder:
    """Makes kinds of what is known."""

    def __init__(
        self,
        connected: Connected,
        settings: TrytonSettings,
        party: _Facts,
        scopes: Iterable[Scope | None],
    ) -> None:
        self._connected, self._settings, self._party = connected, settings, party
        self._categories = frozenset(
            scope.category for scope in scopes if isinstance(scope, InCategory)
        )
        self._address = _Facts(connected.described("party.address", []) or {})
        self._mechanism = _Facts(connected.described("party.contact_mechanism", ["value"]) or {})
        self._identifier = _Facts(connected.described("party.identifier", ["code", "type"]) or {})

    def party_kind(self, name: str, title: str, scope: Scope) -> TrytonKind:
        return TrytonKind(
            name,
            title,
            "party.party",
            OfParty(scope),
            [*self._of_party(), Categories(_texts("categories", "Categories"), self._categories)],
            _SEARCHED,
            children=tuple(_PARTY_MODELS),
            models=_PARTY_MODELS,
            labels=self._labels(),
            merges=True,
        )

    def person_kind(self, scope: Scope, above: str) -> TrytonKind:
        connected, settings = self._connected, self._settings
        _needed(connected, "party.relation.all", "relation", "party_relationship")
        type_ = _named(
            connected,
            "party.relation.type",
            "name",
            settings.relation,
            "relation",
            "type of relation",
        )
        return TrytonKind(
            "person",
            "Persons",
            "party.party",
            Related(scope, type_),
            [*self._of_party(), Categories(_texts("categories", "Categories"), self._categories)],
            _SEARCHED,
            parent=above,
            children=tuple(_PARTY_MODELS),
            models=_PARTY_MODELS,
            labels=self._labels(),
            merges=True,
        )

    def address_kind(self, scope: Scope, above: str) -> TrytonKind:
        facts = self._address
        names = ("party_name", *_ADDRESS)
        parts: list[Part] = [
            *(Column(facts.field(Field(name), name), name) for name in names),
            *self._places(facts),
            Column(Field("active", FieldType.CHECKBOX, "Active", default=True), "active"),
        ]
        return TrytonKind(
            "address",
            "Addresses",
            "party.address",
            UnderParty(scope),
            parts,
            (*names, "active"),
            parent=above,
            labels=facts.labels({name: name for name in (*names, "country", "subdivision")}),
        )

    def project_kind(self, scope: Scope, above: str, facts: _Facts) -> TrytonKind:
        name = evolve(facts.field(Field("name"), "name"), access=Access.MANDATORY)
        number = evolve(facts.field(Field("number"), "number"), access=Access.READ_ONLY)
        status = Field("status", FieldType.LIST, "Status", list_name="status")
        effort = Field("effort_hours", FieldType.DECIMAL, "Effort in hours", decimals=2)
        progress = Field("progress", FieldType.DECIMAL, "Progress", decimals=4)
        columns = ("name", "number", "comment")
        return TrytonKind(
            "project",
            "Projects",
            "project.work",
            UnderParty(scope, free=True, fixed=(("type", "=", "project"),)),
            [
                Column(name, "name"),
                Column(number, "number"),
                Item(status, "status", by="id"),
                Hours(effort, "effort_duration"),
                Column(progress, "progress"),
                Column(facts.field(Field("comment"), "comment"), "comment"),
            ],
            columns,
            parent=above,
            labels={
                **facts.labels({key: key for key in (*columns, "status", "progress")}),
                **facts.labels({"effort_duration": "effort_hours"}),
            },
        )

    # the fields of parties ------------------------------------------------------------------------

    def _of_party(self) -> list[Part]:
        facts, settings = self._party, self._settings
        # Tryton's own client lets nobody change the code of a party that is there.
        access = Access.READ_ONLY if settings.key_in_code else Access.WRITE_ONCE
        code = evolve(facts.field(Field("code"), "code"), access=access)
        vat = Vat(
            self._identifier.field(Field("vat", label="VAT number"), "code"), settings.vat_types
        )
        language = Field("language", FieldType.LIST, "Language", list_name="language")
        return [
            Column(facts.field(Field("name"), "name"), "name"),
            Column(code, "code"),
            Column(Field("active", FieldType.CHECKBOX, "Active", default=True), "active"),
            Item(language, "lang", searched=False),
            vat,
            Identifiers(_texts("identifiers", "Identifiers"), vat, self._identifier_types()),
            Mechanisms(_texts("phones", "Phones", Sort.PHONE), ("phone", "mobile")),
            Mechanisms(_texts("faxes", "Faxes", Sort.PHONE), ("fax",)),
            Mechanisms(_texts("emails", "E-mails", Sort.EMAIL), ("email",)),
            Mechanisms(_texts("websites", "Web sites", Sort.URL), ("website",)),
            *(
                MainAddress(Column(self._address.field(Field(name), name), name))
                for name in _ADDRESS
            ),
            *map(MainAddress, self._places(self._address)),
        ]

    def _places(self, facts: _Facts) -> list[Item]:
        country = Field("country", FieldType.LIST, list_name="country")
        subdivision = Field("subdivision", FieldType.LIST, list_name="subdivision")
        return [
            Item(facts.field(country, "country"), "country"),
            Item(facts.field(subdivision, "subdivision"), "subdivision"),
        ]

    def _labels(self) -> dict[str, str]:
        addressed = (*_ADDRESS, "country", "subdivision")
        return {
            **self._address.labels({name: name for name in addressed}),
            **self._mechanism.labels({"value": "phones"}),
            **self._party.labels({"name": "name", "code": "code", "lang": "language"}),
            **self._party.labels({"active": "active", "categories": "categories"}),
        }

    def _identifier_types(self) -> frozenset[str]:
        caller = self._connected.caller
        if not isinstance(caller, JsonRpc):
            return frozenset()
        told = caller.call("model.party.identifier.get_types")
        return frozenset(type_ for type_, _ in told if type_)


def _texts(key: str, label: str, sort: Sort = Sort.PLAIN) -> Field:
    return Field(key, FieldType.TEXTS, label, sort=sort, trims=True)
