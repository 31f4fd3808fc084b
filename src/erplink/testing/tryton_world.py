"""TrytonWorld: people who work in a Tryton of their own, in the words of its records."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from erplink.domain.values import Value
from erplink.errors import Refused
from erplink.testing.promises import NotTried
from erplink.testing.tryton import TrytonServer

__all__ = ["TrytonWorld"]

_MODELS: Final = {"address": "party.address", "project": "project.work"}
_MECHANISMS: Final = {
    "phones": "phone",
    "faxes": "fax",
    "emails": "email",
    "websites": "website",
}
_ADDRESS: Final = ("street", "postal_code", "city", "country", "subdivision")
_LISTS: Final = {
    "country": "country.country",
    "subdivision": "country.subdivision",
    "language": "ir.lang",
}
_HOUR: Final = 3600


@frozen(eq=False)
class TrytonWorld:
    """Changes records of a server as its own users do; what a harness needs for its hooks."""

    server: TrytonServer

    def seed(self, kind: str, values: Mapping[str, Value], parent: str = "") -> str:
        """Make a record, and give its key."""
        told = self._told(kind, values)
        if kind in _MODELS:
            told |= {"party": int(parent)} if parent else {}
        elif parent:
            (type_,) = self.server.rows("party.relation.type", [], "id")
            told["relations"] = [["create", [{"type": type_["id"], "to": int(parent)}]]]
        if kind == "project":
            told["type"] = "project"
        (id_,) = self.server.call(f"model.{_model(kind)}.create", [told])
        return str(id_)

    def edit(self, kind: str, key: str, values: Mapping[str, Value]) -> None:
        """Change a record."""
        told = self._told(kind, values)
        if kind not in _MODELS:
            self._replace_children(int(key), values, told)
        self.server.call(f"model.{_model(kind)}.write", [int(key)], told)

    def remove(self, kind: str, key: str) -> None:
        """Delete a record."""
        self.server.call(f"model.{_model(kind)}.delete", [int(key)])

    def merge(self, kind: str, key: str, into: str) -> None:
        """Have one party replaced by another, by the wizard that there is for it."""
        if kind in _MODELS:
            raise NotTried(f"{kind}: Tryton merges parties only")
        for what in ("name", "tax_identifier"):
            warning = f"party.replace {what} {key} {into}"
            self.server.call("model.res.user.warning.skip", warning)
        session, *_ = self.server.call("wizard.party.replace.create")
        asked = {"ask": {"source": int(key), "destination": int(into)}}
        self.server.call("wizard.party.replace.execute", session, asked, "replace")

    def clear(self) -> None:
        """Remove every record that was made, but for the company itself."""
        work = self.server.rows("project.work", [], "id")
        self._delete("project.work", [row["id"] for row in work])
        parties = self.server.rows("party.party", [["name", "!=", "Harbour Trading"]], "id")
        unnamed = self.server.rows("party.party", [["name", "=", None]], "id")
        self._delete("party.party", sorted({row["id"] for row in (*parties, *unnamed)}))

    def _delete(self, model: str, ids: list[int]) -> None:
        if ids:
            self.server.call(f"model.{model}.delete", ids)

    # how it is said in Tryton ---------------------------------------------------------------------

    def _told(self, kind: str, values: Mapping[str, Value]) -> dict[str, Any]:
        say: Callable[[str, Value], Any] = self._said
        if kind in _MODELS:
            return {_name(key): say(key, value) for key, value in values.items()}
        told: dict[str, Any] = {}
        address = {key: say(key, value) for key, value in values.items() if key in _ADDRESS}
        if any(value is not None for value in address.values()):
            told["addresses"] = [["create", [address]]]
        for key, value in values.items():
            if key in _MECHANISMS:
                told.setdefault("contact_mechanisms", [["create", []]])[0][1].extend(
                    {"type": _MECHANISMS[key], "value": text} for text in _many(value)
                )
            elif key in ("vat", "identifiers"):
                type_ = "eu_vat" if key == "vat" else None
                told.setdefault("identifiers", [["create", []]])[0][1].extend(
                    {"type": type_, "code": code} for code in _many(value)
                )
            elif key == "categories":
                told["categories"] = [["add", [self._category(name) for name in _many(value)]]]
            elif key not in _ADDRESS:
                told[_name(key)] = say(key, value)
        return told

    def _said(self, key: str, value: Value) -> Any:
        if value is not None and key in _LISTS:
            (row,) = self.server.rows(_LISTS[key], [["code", "=", value]], "id")
            return row["id"]
        if key == "effort_hours" and value is not None:
            seconds = float(Decimal(str(value)) * _HOUR)
            return {"__class__": "timedelta", "seconds": seconds}
        if isinstance(value, Decimal):
            return float(value)
        return value

    def _category(self, name: str) -> int:
        rows = self.server.rows("party.category", [["name", "=", name]], "id")
        if not rows:
            raise Refused(f"there is no category {name!r}")
        return int(rows[0]["id"])

    def _replace_children(
        self, party: int, values: Mapping[str, Value], told: dict[str, Any]
    ) -> None:
        """What people clear in a form is deleted; what they change in an address stays there."""
        mechanisms = {_MECHANISMS[key] for key in values if key in _MECHANISMS}
        if mechanisms:
            known = self.server.rows("party.contact_mechanism", [["party", "=", party]], "type")
            old = [row["id"] for row in known if row["type"] in mechanisms]
            made = told.get("contact_mechanisms", [])
            told["contact_mechanisms"] = [["delete", old], *made]
        types = [key == "vat" for key in values if key in ("vat", "identifiers")]
        if types:
            known = self.server.rows("party.identifier", [["party", "=", party]], "type")
            old = [row["id"] for row in known if (row["type"] == "eu_vat") in types]
            told["identifiers"] = [["delete", old], *told.get("identifiers", [])]
        if "categories" in values:
            known = self.server.rows("party.category", [], "id")
            wanted = [self._category(name) for name in _many(values["categories"])]
            others = [row["id"] for row in known if row["id"] not in wanted]
            told["categories"] = [["add", wanted], ["remove", others]]
        addressed = {k: self._said(k, v) for k, v in values.items() if k in _ADDRESS}
        known = self.server.rows("party.address", [["party", "=", party]], "id")
        if addressed and known:
            told["addresses"] = [["write", [known[0]["id"]], addressed]]


def _model(kind: str) -> str:
    return _MODELS.get(kind, "party.party")


def _name(key: str) -> str:
    return {"language": "lang", "effort_hours": "effort_duration"}.get(key, key)


def _many(value: Value) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(part) for part in value)
    return () if value is None else (str(value),)
