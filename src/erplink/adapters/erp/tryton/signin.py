"""SessionLogin: a Tryton session, begun with a password, renewed when the server ended it."""

from base64 import b64encode
from threading import Lock
from typing import Any, Final

from erplink.adapters.erp.tryton.faults import error_of, missing_model
from erplink.adapters.http import Credentials, SignIn
from erplink.domain.secret import Secret
from erplink.errors import BadValue, Refused, SessionError, Unauthorised, Unavailable

__all__ = ["SessionLogin"]

_WRONG: Final = "the user name or the password is wrong"
_NO_DATABASE: Final = {"404", "no-such-database"}


class SessionLogin:
    """Signs in once, and again where a session has ended; threads share it."""

    def __init__(self, url: str, user: str, password: Secret) -> None:
        """Take in the address that answers ``common.db.login``, and for whom."""
        self._url, self._user, self._password = url, user, password
        #: The id of the user, once a session was begun.
        self.user: int | None = None
        self._lock = Lock()
        self._credentials: Credentials | None = None

    def __repr__(self) -> str:
        """The name only; not even who signs in."""
        return "SessionLogin(…)"

    @property
    def renewable(self) -> bool:
        """A session can be begun anew."""
        return True

    @property
    def begun(self) -> bool:
        """Whether there is a session that could be ended."""
        return self._credentials is not None

    def credentials(self, sign_in: SignIn) -> Credentials:
        """The session's, begun now where there is none."""
        with self._lock:
            if self._credentials is None:
                self._credentials = self._begin(sign_in)
            return self._credentials

    def renew(self, refused: Credentials) -> None:
        """Forget the session that was refused; one that replaced it stays."""
        with self._lock:
            if self._credentials == refused:
                self._credentials = None

    def _begin(self, sign_in: SignIn) -> Credentials:
        params = [self._user, {"password": self._password}]
        body = {"id": 0, "method": "common.db.login", "params": params}
        try:
            answer = sign_in.post(self._url, Credentials(), json=body).json()
        except Unauthorised:
            raise Unauthorised(_WRONG, field="password", code="wrong-password") from None
        except Refused as error:
            if error.code in _NO_DATABASE:
                reason = "the server has no such database"
                raise Refused(reason, field="database", code="no-such-database") from None
            raise
        if not isinstance(answer, dict) or "error" in answer:
            raise _not_signed_in(
                error_of(answer.get("error") if isinstance(answer, dict) else answer)
            )
        self.user = _user_of(answer.get("result"))
        # What the server said stays in there: no frame of a traceback may hold it.
        credentials = _credentials_of(self._user, answer.get("result"))
        if credentials is None:
            raise Unavailable("the server signed nobody in, and does not say why")
        return credentials


def _not_signed_in(error: SessionError) -> SessionError:
    """A server that was not told to load a database knows nothing of it, not even its users."""
    if isinstance(error, Refused) and missing_model(error):
        reason = "the server has not loaded this database: start it with -d and its name"
        return Refused(reason, field="database", code="not-loaded")
    return error


def _user_of(result: Any) -> int | None:
    return result[0] if isinstance(result, list) and result and type(result[0]) is int else None


def _credentials_of(user: str, result: Any) -> Credentials | None:
    try:
        uid, token, *_ = result
        session = Secret(b64encode(f"{user}:{uid}:{token}".encode()).decode())
        return Credentials(
            headers=(("Authorization", Secret(f"Session {session.reveal()}")),),
            hidden=(session, Secret(str(token))),
        )
    except (TypeError, ValueError, BadValue):
        return None
