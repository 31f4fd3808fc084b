"""RestReader: reads over the REST API of Tryton 8, which takes the key of an application."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from attrs import frozen

from erplink.adapters.erp.tryton.codec import decoded, encoded
from erplink.adapters.erp.tryton.dialect import Domain
from erplink.adapters.erp.tryton.rpc import Latest, Rows, clock_of
from erplink.adapters.http import HttpClient, Response
from erplink.errors import Unavailable, Unsupported

__all__ = ["RestReader"]


@frozen(eq=False)
class RestReader:
    """Reads records; it calls no methods and changes nothing."""

    http: HttpClient
    database: str
    context: Mapping[str, Any]

    writes: ClassVar[bool] = False

    def rows(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        limit: int | None = None,
        order: Sequence[Sequence[str]] = (("id", "ASC"),),
    ) -> Rows:
        """The records of ``model`` that ``domain`` holds for, archived ones too."""
        found = self._asked(model, domain, fields, limit, order)
        return _rows(found, model)

    def latest(self, model: str, stamp: str) -> Latest:
        """The latest ``stamp`` of all records of ``model``."""
        order = [[stamp, "DESC NULLS LAST"], ["id", "DESC"]]
        response = self._asked(model, [], [stamp], 1, order)
        rows = _rows(response, model)
        return Latest(rows[0][stamp] if rows else None, clock_of(response))

    def call(self, method: str, *params: Any) -> Any:
        """Count, which is done by reading; no other method can be called."""
        if method.endswith(".search_count"):
            model = method.removeprefix("model.").removesuffix(".search_count")
            return len(self.rows(model, params[0], ["id"]))
        raise Unsupported(f"the key of an application cannot call {method}")

    def act(self, method: str, *params: Any, stamps: Mapping[str, str] | None = None) -> Any:
        """Nothing is changed with the key of an application."""
        del params, stamps
        raise Unsupported(f"the key of an application cannot call {method}")

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def _asked(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        limit: int | None,
        order: Sequence[Sequence[str]],
    ) -> Response:
        return self.http.get(
            f"{self.database}/rest/model/{model}",
            params={
                "d": _packed(domain),
                "o": _packed(list(order)),
                "f": list(fields),
                "s": limit,
            },
            headers={"X-Tryton-Context": _packed(dict(self.context))},
        )


def _packed(value: Any) -> str:
    text = json.dumps(encoded(value), separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode()


def _rows(response: Response, model: str) -> Rows:
    rows = decoded(response.json())
    if not isinstance(rows, list):
        raise Unavailable(f"{model} was answered with no list of records")
    return [_dotted(row) for row in rows]


def _dotted(row: Mapping[str, Any]) -> dict[str, Any]:
    """A record as JSON-RPC tells it: what is nested stands under a name with a dot behind it."""
    told: dict[str, Any] = {}
    for name, value in row.items():
        match value:
            case {"id": _}:
                told[f"{name}."] = _dotted(value)
                told[name] = value["id"]
            case [{"id": _}, *_]:
                told[f"{name}."] = [_dotted(each) for each in value]
            case _:
                told[name] = value
                if value is None or value == []:
                    told[f"{name}."] = value
    return told
