"""Registry: the plug-ins of a host, found, checked and kept apart from one another.

A registry is a value that a host makes and hands over; there is no global one. It imports nothing
until it is asked, and a connector's own module only when that connector is used.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, TypeVar

import pluggy
from attrs import frozen

from erplink.connectors import hookspecs
from erplink.connectors.hookspecs import PROJECT, Announcement, Event
from erplink.connectors.protocol import Connector
from erplink.connectors.redaction import Redactor
from erplink.domain.keys import Normaliser
from erplink.errors import BadName, BadRegistration, PluginError, PluginFailed, likely

__all__ = ["Registry"]

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
        self._made: dict[str, Connector] = {}
        for plugin in self._handed_over:
            _check(_name_of(plugin), plugin)

    def __repr__(self) -> str:
        """How many plug-ins were handed over, and whether installed ones count."""
        more = " and what is installed" if self._installed else ""
        return f"Registry({len(self._handed_over)} plug-ins{more})"

    @property
    def problems(self) -> tuple[PluginError, ...]:
        """Why installed plug-ins, or parts of what they announce, were left out."""
        self._plugins()
        self._announced("connectors")
        self._announced("runners")
        return tuple(self._problems)

    def connectors(self) -> Mapping[str, str]:
        """The title of every connector there is, by name; no connector is imported for it."""
        offers = self._announced("connectors")
        return {name: _title(offers[name][0].announcement) for name in sorted(offers)}

    def connector(self, name: str) -> Connector:
        """The connector named ``name``, imported now if it was not yet."""
        if name not in self._made:
            offer = self._only("connector", name, self._announced("connectors"))
            made = self._attempt(offer.plugin, "import", offer.announcement.load)
            if isinstance(made, type) or (callable(made) and not hasattr(made, "open")):
                made = self._attempt(offer.plugin, "make", made)
            _check_connector(offer, made)
            self._made[name] = made
        return self._made[name]

    def runner(self, name: str) -> Any:
        """The runner named ``name``, imported now if it was not yet."""
        offer = self._only("runner", name, self._announced("runners"))
        return self._attempt(offer.plugin, "import", offer.announcement.load)

    def transforms(self) -> Mapping[str, Callable[..., Any]]:
        """The factories of transforms that plug-ins bring, by name."""
        return self._gathered("erplink_transforms", "transform")

    def normalisers(self) -> Mapping[str, Normaliser]:
        """The normalisers that plug-ins bring, by name."""
        return self._gathered("erplink_normalisers", "normaliser")

    def notify(self, event: Event) -> None:
        """Tell every observer of ``event``; one that fails does not keep it from the others."""
        manager = self._plugins()
        for implementation in manager.hook.erplink_event.get_hookimpls():
            try:
                implementation.function(event)
            except Exception as error:  # noqa: BLE001 - an observer may raise anything
                told = Redactor(()).describe(error)
                _log.warning("observer %s failed: %s", implementation.plugin_name, told)

    # finding plug-ins -----------------------------------------------------------------------------

    def _plugins(self) -> pluggy.PluginManager:
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
            plugin = self._attempt(name, "import", point.load)
            _check(name, plugin)
        except PluginError as error:
            self._set_aside(error)
            return
        if not manager.is_registered(plugin):
            manager.register(plugin, name=f"{name}: {point.name}")

    def _set_aside(self, error: PluginError) -> None:
        self._problems.append(error)
        _log.warning("%s", error)

    def _attempt(self, plugin: str, what: str, do: Callable[[], T]) -> T:
        try:
            return do()
        except PluginError:
            raise
        except (Exception, SystemExit) as error:
            told = Redactor(()).describe(error)
            raise PluginFailed(f"plug-in {plugin!r} failed to {what}: {told}") from error

    # what they announce ---------------------------------------------------------------------------

    def _announced(self, what: str) -> Mapping[str, list[_Offer]]:
        if what not in self._offers:
            offers: dict[str, list[_Offer]] = {}
            for plugin, announcement in self._each(f"erplink_{what}"):
                if not isinstance(announcement, Announcement):
                    kind = type(announcement).__name__
                    message = f"plug-in {plugin!r} announces a {kind}, not an Announcement"
                    self._set_aside(BadRegistration(message))
                    continue
                offers.setdefault(announcement.name, []).append(_Offer(plugin, announcement))
            self._offers[what] = offers
        return self._offers[what]

    def _each(self, hook: str) -> Iterable[tuple[str, Any]]:
        manager = self._plugins()
        for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
            plugin = implementation.plugin_name
            try:
                announced = list(self._attempt(plugin, hook, implementation.function))
            except PluginError as error:
                self._set_aside(error)
                continue
            for each in announced:
                yield plugin, each

    def _only(self, what: str, name: str, offers: Mapping[str, list[_Offer]]) -> _Offer:
        if name not in offers:
            raise BadName.among(what, name, offers)
        if len(offers[name]) > 1:
            plugins = " and ".join(repr(offer.plugin) for offer in offers[name])
            raise BadRegistration(f"the {what} {name!r} is announced by {plugins}; remove one")
        return offers[name][0]

    def _gathered(self, hook: str, what: str) -> dict[str, Any]:
        gathered: dict[str, tuple[str, Any]] = {}
        manager = self._plugins()
        for implementation in reversed(getattr(manager.hook, hook).get_hookimpls()):
            plugin = implementation.plugin_name
            for name, offered in self._attempt(plugin, hook, implementation.function).items():
                if name in gathered:
                    both = f"{gathered[name][0]!r} and {plugin!r}"
                    message = f"the {what} {name!r} is announced by {both}; remove one"
                    raise BadRegistration(message)
                gathered[name] = (plugin, offered)
        return {name: offered for name, (_, offered) in gathered.items()}


def _title(announcement: Announcement) -> str:
    return announcement.title or announcement.name


def _name_of(plugin: object) -> str:
    return str(getattr(plugin, "__name__", type(plugin).__name__))


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def _check(name: str, plugin: object) -> None:
    """Refuse a plug-in whose hooks are misspelt or take what no hook is given."""
    trial = pluggy.PluginManager(PROJECT)
    trial.add_hookspecs(hookspecs)
    known = {hook for hook in vars(hookspecs) if hook.startswith(f"{PROJECT}_")}
    for hook in dir(plugin):
        if hook.startswith(f"{PROJECT}_") and hook not in known and callable(getattr(plugin, hook)):
            raise BadRegistration(f"plug-in {name!r} has no hook {hook!r}{likely(hook, known)}")
    try:
        trial.register(plugin, name=name)
        trial.check_pending()
    except pluggy.PluginValidationError as error:
        raise BadRegistration(f"plug-in {name!r}: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise BadRegistration(f"plug-in {name!r} is there twice: {error}") from None


_OF_A_CONNECTOR = ("name", "title", "versions", "config_fields", "test", "open")


def _check_connector(offer: _Offer, connector: object) -> None:
    missing = [each for each in _OF_A_CONNECTOR if not hasattr(connector, each)]
    name = offer.announcement.name
    if missing:
        message = f"plug-in {offer.plugin!r}: the connector {name!r} lacks {', '.join(missing)}"
        raise BadRegistration(message)
    if connector.name != name:  # type: ignore[attr-defined] # it was looked at above
        message = f"plug-in {offer.plugin!r} announces {name!r}, but it is named {connector.name!r}"  # type: ignore[attr-defined]
        raise BadRegistration(message)
