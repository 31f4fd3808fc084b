"""Rpc: calls methods of one Tryton database, and raises what its answers mean."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, Protocol

from attrs import evolve, frozen
from attrs import field as attr

from erplink.adapters.erp.tryton.codec import decoded, encoded
from erplink.adapters.erp.tryton.dialect import Dialect, Domain
from erplink.adapters.erp.tryton.faults import error_of
from erplink.adapters.http import HttpClient, Response
from erplink.errors import Refused, SessionError, Unavailable, Unknown

__all__ = ["ENGLISH", "Caller", "JsonRpc", "Latest", "Rows", "clock_of"]

ENGLISH = "en"
"""The language of the messages that are read by programs; every server has it."""

Rows = list[dict[str, Any]]


@frozen
class Latest:
    """The latest change of a model, if there is one."""

    at: datetime | None
    #: What the server's clock showed when it was asked; None where it does not say.
    clock: datetime | None


class Caller(Protocol):
    """What reads and writes the records of a database."""

    @property
    def writes(self) -> bool:
        """Whether it can do more than read."""
        ...

    def rows(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        limit: int | None = None,
        order: Sequence[Sequence[str]] = (("id", "ASC"),),
    ) -> Rows:
        """The records of ``model`` that ``domain`` holds for, archived ones too."""
        ...

    def latest(self, model: str, stamp: str) -> "Latest":
        """The latest ``stamp`` of all records of ``model``."""
        ...

    def call(self, method: str, *params: Any) -> Any:
        """What a method answers that changes nothing."""
        ...

    def act(self, method: str, *params: Any, stamps: Mapping[str, str] | None = None) -> Any:
        """What a method answers that changes something; ``stamps`` are what it expects."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@frozen(eq=False)
class JsonRpc:
    """Calls over JSON-RPC; threads may share it."""

    http: HttpClient
    path: str
    dialect: Dialect
    #: What the server is told with each call: the company, and the language of texts.
    context: Mapping[str, Any]
    #: Ends the session on closing, where there is one to be ended.
    signs_out: bool = False
    writes: bool = True
    _numbers: "count[int]" = attr(factory=lambda: count(1), init=False, repr=False)

    def in_language(self, language: str) -> "JsonRpc":
        """The same, with texts in another language; close but one of them."""
        return evolve(self, context={**self.context, "language": language})

    def rows(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        limit: int | None = None,
        order: Sequence[Sequence[str]] = (("id", "ASC"),),
    ) -> Rows:
        """The records of ``model`` that ``domain`` holds for, archived ones too."""
        asked = (domain, 0, limit, list(order), list(fields))
        found: Rows = self.call(f"model.{model}.search_read", *asked)
        return found

    def latest(self, model: str, stamp: str) -> Latest:
        """The latest ``stamp`` of all records of ``model``."""
        order = [[stamp, "DESC NULLS LAST"], ["id", "DESC"]]
        params = [[], 0, 1, order, [stamp], self.context]
        response = self._post(f"model.{model}.search_read", params, reads=True)
        rows = self._result(response, "search_read", reads=True)
        return Latest(rows[0][stamp] if rows else None, clock_of(response))

    def call(self, method: str, *params: Any) -> Any:
        """What a method answers that changes nothing."""
        try:
            return self._answer(method, params, self.context, reads=True)
        except Refused as error:
            if error.code != "user-error" or self.context.get("language") == ENGLISH:
                raise
        # Once more for the message, which says in English what it is about.
        return self._answer(method, params, {**self.context, "language": ENGLISH}, reads=True)

    def act(self, method: str, *params: Any, stamps: Mapping[str, str] | None = None) -> Any:
        """What a method answers that changes something; ``stamps`` are what it expects."""
        context = {**self.context, "language": ENGLISH}
        if stamps:
            context["_timestamp"] = dict(stamps)
        return self._answer(method, params, context, reads=False)

    def close(self) -> None:
        """Sign out, if that is quickly done, and close the connections."""
        if self.signs_out:
            with suppress(SessionError):
                self._post("common.db.logout", [], reads=False)
        self.http.close()

    def _answer(
        self, method: str, params: Sequence[Any], context: Mapping[str, Any], *, reads: bool
    ) -> Any:
        response = self._post(method, [*params, context], reads=reads)
        return self._result(response, method, reads=reads)

    def _result(self, response: Response, method: str, *, reads: bool) -> Any:
        answer = response.json()
        if isinstance(answer, dict) and "result" in answer:
            return decoded(answer["result"])
        if isinstance(answer, dict) and "error" in answer:
            raise error_of(answer["error"])
        reason = f"{method} was answered with neither a result nor an error"
        raise Unavailable(reason) if reads else Unknown(reason)

    def _post(self, method: str, params: list[Any], *, reads: bool) -> Response:
        # Exactly these three: with any other member beside them the answer has another shape.
        body = {"id": next(self._numbers), "method": method, "params": encoded(params)}
        return self.http.post(self.path, json=body, read_only=reads)


def clock_of(response: Response) -> datetime | None:
    """The moment at which the server says that it answered, to the second."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
