"""Every error erplink raises, grouped by what the caller should do.

.. code-block:: text

    ErplinkError
    ├── InputError          fix what you passed; nothing was changed
    │   ├── BadValue        a value that does not fit its field
    │   ├── BadDocument     a text or data structure that cannot be read
    │   ├── BadName         a name that is not known, with the likely spelling
    │   ├── BadPlan         a plan that contradicts itself, or an answer to no question of it
    │   ├── AlreadyLinked   a record has a link already, which is named
    │   ├── NotNow          right in itself, but not in the state that things are in
    │   ├── NotReady        something else has to be put right first; every reason is listed
    │   └── NotAllowed      right in itself, but not for whoever asked
    ├── StoreError          the store cannot be used as it is: look after the database
    │   ├── NewerSchema     a newer erplink made it: upgrade this one
    │   ├── LostLease       somebody else has taken the work over: leave it to them
    │   ├── StoreBusy       others held the database for too long: try again
    │   └── BadVault        a secret cannot be kept or read with the keys that were given
    ├── SessionError        a system answered otherwise than hoped, or not at all
    │   ├── Refused         the system said no: do not send it again unchanged
    │   │   ├── Stale       the record moved since it was read: read again, decide again
    │   │   ├── Unauthorised  the credentials or rights do not reach: ask a person
    │   │   └── Unsupported   the system never claimed it can do this: do not ask
    │   ├── Unavailable     the system surely did not act: try again later
    │   ├── Unknown         the system may have acted: read back before anything else
    │   └── ConfigurationLost  the session forgot its configuration: open it again, once
    └── PluginError         tell the author of the plug-in
        ├── BrokenPromise   an answer that the contract or the plug-in's own claims rule out
        ├── PluginFailed    an exception that is none of the contract's
        └── BadRegistration a plug-in that cannot be taken in: a name used twice, a misspelt hook

The names of groups end in ``Error``; the names of leaves say what happened.
Messages never carry a secret, and shorten every value they show.
"""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AlreadyLinked",
    "BadDocument",
    "BadName",
    "BadPlan",
    "BadRegistration",
    "BadValue",
    "BadVault",
    "BrokenPromise",
    "ConfigurationLost",
    "ErplinkError",
    "InputError",
    "LostLease",
    "NewerSchema",
    "NotAllowed",
    "NotNow",
    "NotReady",
    "PluginError",
    "PluginFailed",
    "Refused",
    "SessionError",
    "Stale",
    "StoreBusy",
    "StoreError",
    "Unauthorised",
    "Unavailable",
    "Unknown",
    "Unsupported",
    "likely",
]


class ErplinkError(Exception):
    """Anything erplink raises on purpose."""


class InputError(ErplinkError, ValueError):
    """What was passed cannot be used; nothing was changed."""


class BadValue(InputError):
    """A value does not fit its field."""

    def __init__(self, rule: str, *, value: str, field: str = "", record: str = "") -> None:
        """Say which rule the value breaks, and where it stands; ``value`` is already shortened."""
        self.rule, self.value, self.field, self.record = rule, value, field, record
        super().__init__(rule, value, field, record)

    def __str__(self) -> str:
        """Name record, field, value and rule, as far as they are known."""
        where = ".".join(part for part in (self.record, self.field) if part)
        return f"{where}: {self.value}: {self.rule}" if where else f"{self.value}: {self.rule}"

    def at(self, *, field: str = "", record: str = "") -> "BadValue":
        """The same error with the place filled in where it was not known yet."""
        return BadValue(
            self.rule, value=self.value, field=self.field or field, record=self.record or record
        )


class BadDocument(InputError):
    """A text or data structure cannot be read as what it should be."""


class BadName(InputError):
    """A name is not known; the message proposes the likely spelling."""

    @classmethod
    def among(cls, what: str, name: str, known: Iterable[str]) -> "BadName":
        """Name the stranger, and the nearest of the names that are known."""
        return cls(f"unknown {what} {name!r}{likely(name, known)}")


def likely(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known spelling, or at all names there are."""
    names = sorted(map(str, known))
    near = get_close_matches(name, names, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known: {', '.join(names)}" if names else "; none is known"


class BadPlan(InputError):
    """A plan contradicts itself, or is asked to settle a question it does not have."""


class AlreadyLinked(InputError):
    """A record has a link already; the message names it."""


class NotNow(InputError):
    """What was asked is right in itself, but not in the state that things are in."""


class NotReady(InputError):
    """Something else has to be put right first; there is a reason for each thing."""

    def __init__(self, what: str, reasons: Iterable[str]) -> None:
        """Say what was asked for, and every reason why it is refused."""
        self.what, self.reasons = what, tuple(reasons)
        super().__init__(what, self.reasons)

    def __str__(self) -> str:
        """What was asked for, and the reasons, a line for each where there are several."""
        if len(self.reasons) == 1:
            return f"{self.what}: {self.reasons[0]}"
        return "\n".join((f"{self.what}:", *(f"- {reason}" for reason in self.reasons)))


class NotAllowed(InputError):
    """What was asked is right in itself, but not for whoever asked."""


class StoreError(ErplinkError):
    """The store cannot be used as it is; nothing was changed."""


class NewerSchema(StoreError):
    """A newer erplink made the store; this one does not know how to use it."""


class LostLease(StoreError):
    """Somebody else has taken over what was being worked on; nothing more is written here."""


class StoreBusy(StoreError):
    """Others held the database for too long; the same may be tried again."""


class BadVault(StoreError):
    """A secret cannot be kept or read with the keys that were given, if any were."""


class SessionError(ErplinkError):
    """A system answered otherwise than hoped, or not at all."""


class Refused(SessionError):
    """The system said no; sending the same again would be refused again."""

    def __init__(self, reason: str, *, field: str = "", code: str = "") -> None:
        """Carry the system's reason, and the field and code where it named them."""
        self.reason, self.field, self.code = reason, field, code
        super().__init__(reason, field, code)

    def __str__(self) -> str:
        """The reason, after the field it is about."""
        return f"{self.field}: {self.reason}" if self.field else self.reason


class Stale(Refused):
    """The record moved since it was read; read again and decide again."""


class Unauthorised(Refused):
    """The credentials or rights do not reach; a person must mend that."""


class Unsupported(Refused):
    """The system never claimed that it can do this."""


class Unavailable(SessionError):
    """The system surely did not act; the same may be tried again later."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        """Carry the reason, and the seconds to wait where the system named them."""
        self.reason, self.retry_after = reason, retry_after
        super().__init__(reason, retry_after)

    def __str__(self) -> str:
        """The reason, and when to try again."""
        wait = "" if self.retry_after is None else f" (try again in {self.retry_after:g} s)"
        return self.reason + wait


class Unknown(SessionError):
    """The system may have acted; read back before anything else."""


class ConfigurationLost(SessionError):
    """The session forgot its configuration; open it again with it, once."""


class PluginError(ErplinkError):
    """A plug-in is at fault; the message names it and what it did."""


class BrokenPromise(PluginError):
    """An answer that the contract, or the plug-in's own claims, rule out."""

    def __init__(self, plugin: str, operation: str, promise: str) -> None:
        """Name the plug-in, the operation and the promise it broke."""
        self.plugin, self.operation, self.promise = plugin, operation, promise
        super().__init__(plugin, operation, promise)

    def __str__(self) -> str:
        """One sentence for the plug-in's author."""
        return f"connector {self.plugin!r} broke a promise in {self.operation}: {self.promise}"


class PluginFailed(PluginError):
    """A plug-in raised something the contract does not know."""


class BadRegistration(PluginError):
    """A plug-in cannot be taken in; the message names every side that is at odds."""
