"""Promise: a check of one sentence that a connector must keep where it claims to."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, cast

from attrs import frozen

from erplink.errors import PluginError, SessionError

if TYPE_CHECKING:
    from erplink.testing.trial import Trial

__all__ = ["Check", "NotTried", "Promise", "ensure", "fail", "promise"]


class NotTried(Exception):
    """A promise cannot be tried here; the message says why, and what it would take."""


@frozen
class Promise:
    """What a check is about, and what it takes to try it."""

    #: The name of the check without its ``check_``.
    name: str
    #: What is promised, in one sentence.
    sentence: str
    #: The capabilities without which nothing was promised.
    claims: tuple[str, ...] = ()
    #: What the harness must be able to do.
    hooks: tuple[str, ...] = ()
    #: Whether it is about the whole session, and not about each kind.
    once: bool = False
    #: The version of the suite that brought it; empty for those that were always there.
    since: str = ""

    def is_provisional(self, suite_version: str) -> bool:
        """Whether it is too new to fail anybody: it counts from the next version on."""
        return self.since == suite_version


class Check(Protocol):
    """A plain function that tries one promise, and raises AssertionError where it is broken."""

    __name__: str
    promise: Promise

    def __call__(self, trial: "Trial") -> None:
        """Try it; NotTried where that cannot be done."""
        ...


def promise(
    *claims: str, hooks: tuple[str, ...] = (), once: bool = False, since: str = ""
) -> Callable[[Callable[["Trial"], None]], Check]:
    """Make a check of a function whose docstring is the promise.

    The check raises NotTried where a claim or a hook is missing. What the guard stops is a broken
    promise too, and becomes an AssertionError; so does a refusal that nobody asked for.
    """

    def make(tries: Callable[["Trial"], None]) -> Check:
        @wraps(tries)
        def check(trial: "Trial") -> None:
            try:
                trial.require(claims, hooks)
                tries(trial)
            except PluginError as error:
                raise AssertionError(f"the guard stopped it: {error}") from error
            except SessionError as error:
                raised = f"{type(error).__name__}: {error}"
                raise AssertionError(f"it was not to raise anything here: {raised}") from error

        name = tries.__name__.removeprefix("check_")
        sentence = " ".join((tries.__doc__ or "").split())
        made: Any = check
        made.promise = Promise(name, sentence, claims, hooks, once, since)
        return cast("Check", made)

    return make


def ensure(kept: object, sentence: str) -> None:
    """Raise AssertionError with ``sentence`` unless ``kept``; works under ``python -O`` too."""
    if not kept:
        fail(sentence)


def fail(sentence: str) -> NoReturn:
    """Raise AssertionError with ``sentence``."""
    raise AssertionError(sentence)
