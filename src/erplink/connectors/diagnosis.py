"""Diagnosis: what a connector found when it tried a configuration out."""

from enum import Enum

from attrs import frozen

__all__ = ["Diagnosis", "Health"]


class Health(Enum):
    """How well a configuration works."""

    OK = "ok"
    #: It works, and there is something worth knowing.
    INFORMATION = "information"
    #: It works, but something will not.
    WARNING = "warning"
    #: It does not work.
    ERROR = "error"


@frozen
class Diagnosis:
    """One finding: how well it works, for the user, for the administrator, and for programs."""

    health: Health
    #: One sentence for the user: what is so, and what to do.
    message: str = ""
    #: What an administrator needs to mend it; never a secret.
    technical: str = ""
    #: A stable word for programs, such as ``wrong-password``.
    code: str = ""

    @classmethod
    def ok(cls, message: str = "") -> "Diagnosis":
        """The configuration works."""
        return cls(Health.OK, message)

    @classmethod
    def error(cls, code: str, message: str, technical: str = "") -> "Diagnosis":
        """The configuration does not work."""
        return cls(Health.ERROR, message, technical, code)

    @property
    def works(self) -> bool:
        """Whether a connection may be made with it."""
        return self.health is not Health.ERROR
