"""Registry: the plug-ins of a host, found, checked and kept apart from one another.

A registry is a value that a host makes and hands over; there is no global one. It imports nothing
until it is asked, and a connector's own module only when that connector is used.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from itertools import islice
from threading import RLock
from typing import Any, TypeVar

import pluggy
from attrs import frozen

from erplink.connectors import hookspecs
from erplink.connectors.hookspecs import PROJECT, Announcement, Event
from erplink.connectors.protocol import Connector
from erplink.connectors.redaction import Redactor
from erplink.domain.keys import Normaliser
from erplink.domain.values import shorten
from erplink.errors import BadName, BadRegistration, PluginError, PluginFailed, likely

__all__ = ["Registry"]

ANNOUNCEMENTS_MAX = 1_000
"""The most that one plug-in announces of one sort."""

T = TypeVar("T")
_log = logging.getLogger("erplink.plugins")


@frozen
class _Offer:
    plugin: str
    announcement: Announcement


class Registry:
    """Knows the plug-ins that were handed to it, and those that are installed."""

    def __init__(self, plugins: Iterable[object] = (), *, installed: bool = True) -> None:
        """Take ``plugins`` in, and the installed ones too unless told otherwise.

        A plug-in that is handed over and is not sound raises BadRegistration here. An installed
        one is left out, and :attr:`problems` tells why: the others go on working.
        """
        self._handed_over = tuple(plugins)
        self._installed = installed
        self._manager: pluggy.PluginManager | None = None
        self._problems: list[PluginError] = []
        self._offers: dict[str, dict[str, list[_Offer]]] = {}
        #: What the plug-ins answered to each hook.
        self._answers: dict[str, list[tuple[str, Any]]] = {}
        self._made: dict[str, Connector] = {}
        self._lock = RLock()
        names: set[str] = set()
        for plugin in self._handed_over:
            name = _name_of(plugin)
            if name in names:
                message = (
                    f"plug-in {name!r} is there twice; give the other one a __name__ of its own"
                )
                raise BadRegistration(message)
            names.add(name)
            _check(name, plugin)

    def __repr__(self) -> str:
        """How many plug-ins were handed over, and whether installed ones count."""
        more = " and what is installed" if self._installed else ""
        return f"Registry({len(self._handed_over)} plug-ins{more})"

    @property
    def problems(self) -> tuple[PluginError, ...]:
        """Why installed plug-ins, or parts of what they announce, were left out."""
        self._announced("connectors")
        self._announced("runners")
        self._heard("erplink_transforms", dict)
        self._heard("erplink_normalisers", dict)
        return tuple(self._problems)

    def connectors(self) -> Mapping[str, str]:
        """The title of every connector there is, by name; no connector is imported for it."""
        offers = self._announced("connectors")
        return {name: _title(offers[name][0].announcement) for name in sorted(offers)}

    def connector(self, name: str) -> Connector:
        """The connector named ``name``, imported now if it was not yet."""
        with self._lock:
            if name not in self._made:
                offer = self._only("connector", name, self._announced("connectors"))
                self._made[name] = _attempt(
                    offer.plugin, f"bring the connector {name!r}", lambda: _connector_of(offer)
                )
            return self._made[name]

    def runner(self, name: str) -> Any:
        """The runner named ``name``, imported now if it was not yet."""
        offer = self._only("runner", name, self._announced("runners"))
        return _attempt(offer.plugin, "import", offer.announcement.load)

    def transforms(self) -> Mapping[str, Callable[..., Any]]:
        """The factories of transforms that plug-ins bring, by name."""
        return self._gathered("erplink_transforms", "transform")

    def normalisers(self) -> Mapping[str, Normaliser]:
        """The normalisers that plug-ins bring, by name."""
        return self._gathered("erplink_normalisers", "normaliser")

    def notify(self, event: Event) -> None:
        """Tell every observer of ``event``; one that fails does not keep it from the others."""
        for implementation in self._plugins().hook.erplink_event.get_hookimpls():
            # A hook may leave out the arguments that it has no use for.
            given = (event,)[: len(implementation.argnames)]
            try:
                implementation.function(*given)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - it may raise anything
                told = Redactor(()).describe(error)
                _log.warning("observer %s failed: %s", implementation.plugin_name, told)

    # finding plug-ins -----------------------------------------------------------------------------

    def _plugins(self) -> pluggy.PluginManager:
        with self._lock:
            if self._manager is None:
                manager = pluggy.PluginManager(PROJECT)
                manager.add_hookspecs(hookspecs)
                for plugin in self._handed_over:
                    manager.register(plugin, name=_name_of(plugin))
                if self._installed:
                    for point in sorted(entry_points(group=PROJECT), key=lambda each: each.name):
                        self._take_in(manager, point)
                self._manager = manager
            return self._manager

    def _take_in(self, manager: pluggy.PluginManager, point: EntryPoint) -> None:
        name = _distribution(point)
        try:
            plugin = _attempt(name, "import", point.load)
            if not manager.is_registered(plugin):
                _check(name, plugin)
                manager.register(plugin, name=f"{name}: {point.name}")
        except PluginError as error:
            self._set_aside(error)

    def _set_aside(self, error: PluginError) -> None:
        self._problems.append(error)
        _log.warning("%s", error)

    # what they announce ---------------------------------------------------------------------------

    def _announced(self, what: str) -> Mapping[str, list[_Offer]]:
        with self._lock:
            if what not in self._offers:
                offers: dict[str, list[_Offer]] = {}
                for plugin, announced in self._heard(f"erplink_{what}", _some):
                    for each in announced:
                        wrong = _what_is_wrong(each)
                        if wrong:
                            self._set_aside(BadRegistration(f"plug-in {plugin!r} {wrong}"))
                        else:
                            offers.setdefault(each.name, []).append(_Offer(plugin, each))
                self._offers[what] = offers
            return self._offers[what]

    def _heard(self, hook: str, take: Callable[[Any], Any]) -> list[tuple[str, Any]]:
        """What each plug-in answers to ``hook``, in the order in which they were taken in."""
        with self._lock:
            if hook not in self._answers:
                callers = getattr(self._plugins().hook, hook).get_hookimpls()
                self._answers[hook] = [
                    answer for each in callers for answer in self._asked(each, hook, take)
                ]
            return self._answers[hook]

    def _asked(
        self, hook: pluggy.HookImpl, name: str, take: Callable[[Any], Any]
    ) -> list[tuple[str, Any]]:
        """What one plug-in answers, taken out of whatever it comes in; nothing where it fails."""
        plugin, ask = hook.plugin_name, hook.function
        try:
            return [(plugin, _attempt(plugin, f"answer {name}", lambda: take(ask())))]
        except PluginError as error:
            self._set_aside(error)
            return []

    def _only(self, what: str, name: str, offers: Mapping[str, list[_Offer]]) -> _Offer:
        if name not in offers:
            raise BadName.among(what, name, offers)
        if len(offers[name]) > 1:
            plugins = " and ".join(repr(offer.plugin) for offer in offers[name])
            raise BadRegistration(f"the {what} {name!r} is announced by {plugins}; remove one")
        return offers[name][0]

    def _gathered(self, hook: str, what: str) -> dict[str, Any]:
        gathered: dict[str, Any] = {}
        plugins: dict[str, str] = {}
        for plugin, offered in self._heard(hook, dict):
            for name, each in offered.items():
                if name in gathered:
                    both = f"{plugins[name]!r} and {plugin!r}"
                    message = f"the {what} {name!r} is announced by {both}; remove one"
                    raise BadRegistration(message)
                gathered[name], plugins[name] = each, plugin
        return gathered


def _attempt(plugin: str, what: str, do: Callable[[], T]) -> T:
    try:
        return do()
    except PluginError:
        raise
    except (Exception, SystemExit) as error:
        told = Redactor(()).describe(error)
        raise PluginFailed(f"plug-in {plugin!r} failed to {what}: {told}") from error


def _some(announced: Iterable[Any]) -> list[Any]:
    some = list(islice(announced, ANNOUNCEMENTS_MAX + 1))
    if len(some) > ANNOUNCEMENTS_MAX:
        raise BadRegistration(f"a plug-in announces more than {ANNOUNCEMENTS_MAX} things at once")
    return some


def _title(announcement: Announcement) -> str:
    return announcement.title or announcement.name


def _name_of(plugin: object) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _check(name: str, plugin: object) -> None:
    """Refuse a plug-in whose hooks are misspelt, unmarked, or take what no hook is given."""
    _attempt(name, "be taken in", lambda: _check_hooks(name, plugin))


def _check_hooks(name: str, plugin: object) -> None:
    trial = pluggy.PluginManager(PROJECT)
    trial.add_hookspecs(hookspecs)
    known = {hook for hook in vars(hookspecs) if hook.startswith(f"{PROJECT}_")}
    for hook in dir(plugin):
        if hook.startswith(f"{PROJECT}_") and callable(getattr(plugin, hook)):
            if hook not in known:
                message = f"plug-in {name!r} has no hook {hook!r}{likely(hook, known)}"
                raise BadRegistration(message)
            if trial.parse_hookimpl_opts(plugin, hook) is None:
                raise BadRegistration(f"plug-in {name!r}: mark {hook!r} with hookimpl")
    try:
        trial.register(plugin, name=name)
        trial.check_pending()
    except pluggy.PluginValidationError as error:
        raise BadRegistration(f"plug-in {name!r}: {' '.join(str(error).split())}") from None
    for hook in known:
        for implementation in getattr(trial.hook, hook).get_hookimpls():
            if implementation.hookwrapper or implementation.wrapper:
                message = f"plug-in {name!r}: {hook!r} is to be implemented, not wrapped"
                raise BadRegistration(message)


def _what_is_wrong(announcement: object) -> str:
    """Why an announcement is none; empty where it is sound."""
    if not isinstance(announcement, Announcement):
        return f"announces a {type(announcement).__name__}, not an Announcement"
    name: Any = announcement.name
    title: Any = announcement.title
    if not isinstance(name, str) or not name or not isinstance(title, str):
        return f"announces {shorten(name)} with the title {shorten(title)}; both are texts"
    if name != name.lower():
        return f"announces {name!r}; names are in lower case"
    return ""


_OF_A_CONNECTOR = ("name", "title", "versions", "config_fields", "test", "open")


def _connector_of(offer: _Offer) -> Connector:
    """The connector itself, or what the callable that was announced makes."""
    made = offer.announcement.load()
    if isinstance(made, type) or (callable(made) and not hasattr(made, "open")):
        made = made()
    missing = [each for each in _OF_A_CONNECTOR if not hasattr(made, each)]
    name = offer.announcement.name
    if missing:
        message = f"plug-in {offer.plugin!r}: the connector {name!r} lacks {', '.join(missing)}"
        raise BadRegistration(message)
    connector: Connector = made
    if connector.name != name:
        message = f"plug-in {offer.plugin!r} announces {name!r}, but it is named {connector.name!r}"
        raise BadRegistration(message)
    return connector
