"""Obstacle: one thing that keeps a connection from working, in words for who can mend it."""

from collections.abc import Iterator

from attrs import frozen

from erplink.connectors import Configuration, Diagnosis, Health, config_form, diagnose
from erplink.domain.connections import Connection
from erplink.domain.mapping import Mapping
from erplink.errors import InputError, PluginError, SessionError
from erplink.hub.descriptions import Descriptions
from erplink.hub.forms import not_filled
from erplink.hub.wiring import Wiring

__all__ = ["CONFIGURATION", "Obstacle", "obstacles", "tested"]

CONFIGURATION = "configuration"
"""What an obstacle is about that has to do with no kind of actor."""


@frozen
class Obstacle:
    """One thing that is wrong, or at least worth knowing."""

    #: ``configuration``, or the kind of actor.
    about: str
    text: str
    #: Whether nothing goes on with it.
    blocks: bool = True

    def __str__(self) -> str:
        """What it is about, and the sentence."""
        return f"{self.about}: {self.text}"


def tested(wiring: Wiring, connector: str, config: Configuration, connection: str) -> Diagnosis:
    """What a connector says about a configuration; one that is not complete is not tried out."""
    found = wiring.registry.connector(connector)
    empty = not_filled(config_form(found), config)
    if empty:
        return Diagnosis.error("incomplete", f"{'; '.join(empty)}.")
    return diagnose(found, config, wiring.context(connection, config))


def obstacles(wiring: Wiring, connection: Connection) -> tuple[Obstacle, ...]:
    """Everything that keeps a connection from working, found out by trying."""
    return tuple(_found(wiring, connection))


def _found(wiring: Wiring, connection: Connection) -> Iterator[Obstacle]:
    try:
        diagnosis = tested(wiring, connection.connector, connection.configuration, connection.id)
    except (InputError, PluginError) as error:
        yield Obstacle(CONFIGURATION, str(error))
        return
    if diagnosis.health in (Health.ERROR, Health.WARNING):
        told = " ".join(filter(None, (diagnosis.message, diagnosis.technical)))
        yield Obstacle(CONFIGURATION, told or "The test failed.", not diagnosis.works)
    with wiring.store.look() as state:
        mappings = [each for each in state.mappings.of(connection.id) if each.enabled]
    if not mappings:
        yield Obstacle(CONFIGURATION, "No kind of actor is synced: set a mapping for one.")
    if diagnosis.works:
        with Descriptions(wiring) as descriptions:
            for mapping in mappings:
                yield from _of_mapping(descriptions, mapping)


def _of_mapping(descriptions: Descriptions, mapping: Mapping) -> Iterator[Obstacle]:
    kind = mapping.actor_kind
    try:
        for problem in descriptions.problems(mapping):
            yield Obstacle(kind, str(problem), problem.is_error)
    except (InputError, SessionError, PluginError) as error:
        yield Obstacle(kind, str(error))
