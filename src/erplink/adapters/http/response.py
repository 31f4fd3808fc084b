"""Response: an answer that the client takes for a success."""

from collections.abc import Callable
from typing import Any, TypeVar

from attrs import field as attr
from attrs import frozen

from erplink.adapters.http.call import Call
from erplink.adapters.http.documents import Path, json_records, json_value
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.redaction import excerpt
from erplink.adapters.http.slices import json_slices
from erplink.errors import BadDocument, Unavailable, Unknown

__all__ = ["Response"]

_T = TypeVar("_T")


@frozen(repr=False, eq=False)
class Response:
    """What a system answered, whole and unpacked; its JSON keeps every digit."""

    status: int
    headers: Headers
    body: bytes
    #: Where it came from, after redirects; without what is secret in the query.
    url: str
    _call: Call = attr(alias="call")

    def __repr__(self) -> str:
        """Where it came from, its status and its size; the body may be anybody's data."""
        return f"Response({self._call}: {self.status}, {len(self.body)} bytes)"

    def json(self) -> Any:
        """The body as JSON says it; numbers with a fraction are Decimals, never floats.

        Raises:
            Unavailable: The request only read, and the body is no JSON: a page that says that
                the system is being mended, perhaps.
            Unknown: The request may have acted, and the body is no JSON.
        """
        return self._read(json_value)

    def records(self, path: Path = ("data",)) -> list[dict[str, Any]]:
        """The records in the list at ``path`` of the JSON body; raises as :meth:`json` does."""
        return self._read(lambda body: json_records(body, path))

    def slices(self, path: Path = ("data",)) -> tuple[list[bytes], Any]:
        """The same records as raw bytes, and the rest of the document decoded.

        See :func:`json_slices`; raises as :meth:`json` does.
        """
        return self._read(lambda body: json_slices(body, path))

    def text(self) -> str:
        """The body as text, in the charset its Content-Type names, else UTF-8."""
        _, _, charset = self.headers.get("Content-Type", "").lower().partition("charset=")
        name = charset.partition(";")[0].strip(" \"'") or "utf-8"
        try:
            return self.body.decode(name, errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")

    def _read(self, read: Callable[[bytes], _T]) -> _T:
        try:
            return read(self.body)
        except BadDocument as error:
            problem = str(error)
        kind = self.headers.get("Content-Type", "")
        begins = excerpt(self.body, kind, self._call.secrets)
        reason = f"{self._call} answered {self.status} with {problem}: {begins or 'empty'}"
        if self._call.read_only:
            raise Unavailable(reason)
        raise Unknown(reason)
