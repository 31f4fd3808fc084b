"""TransformCatalogue: the transforms that can be made by name, and written as plain data."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from functools import cache
from typing import Any, TypeAlias

from attrs import field as attr
from attrs import frozen

from erplink.domain.frozen import FrozenDict
from erplink.domain.transforms.arithmetic import percent, round_to, scale
from erplink.domain.transforms.codes import boolean_words, country_code
from erplink.domain.transforms.compose import chain, each, flip, identity, inner_of
from erplink.domain.transforms.dates import parse_date
from erplink.domain.transforms.documents import USE, decoded, encoded
from erplink.domain.transforms.extracts import extract
from erplink.domain.transforms.moments import day_in_zone, local_time, midnight_in, parse_datetime
from erplink.domain.transforms.money import money, money_text
from erplink.domain.transforms.numbertexts import parse_number
from erplink.domain.transforms.parts import join_lines, join_words, template
from erplink.domain.transforms.tables import constant, lookup
from erplink.domain.transforms.text import (
    case,
    pad_zeros,
    prefix,
    remove,
    replace,
    strip_zeros,
    substring,
    suffix,
    trim,
)
from erplink.domain.transforms.transform import Transform
from erplink.domain.values import shorten
from erplink.errors import BadDocument, BadName, BadRegistration, BadValue

__all__ = ["Factory", "TransformCatalogue", "standard_catalogue"]

Factory: TypeAlias = Callable[..., Transform]
"""Makes a transform of parameters that can be written as plain data."""


@frozen
class TransformCatalogue:
    """The factories of transforms by name; it never changes, :meth:`extended` makes another."""

    _factories: FrozenDict[str, Factory] = attr(factory=FrozenDict, repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all transforms, in order."""
        return tuple(sorted(self._factories))

    def __contains__(self, name: object) -> bool:
        """Whether a transform can be made by ``name``."""
        return name in self._factories

    def make(self, name: str, /, **params: Any) -> Transform:
        """The transform called ``name``, made with ``params``."""
        if name not in self:
            raise BadName.among("transform", name, self._factories)
        made = _call(name, self._factories[name], params)
        if not isinstance(made, Transform) or made.name != name:
            what = f"the factory called {name!r} ({_place_of(self._factories[name])})"
            raise BadRegistration(f"{what} makes {shorten(made)}, and not a transform of that name")
        return made

    def to_data(self, transform: Transform) -> dict[str, Any]:
        """The transform as plain data, such as ``{"use": "pad_zeros", "width": 8}``."""
        for name in _names_in(transform):
            if name not in self:
                raise BadName.among("transform", name, self._factories)
        data: dict[str, Any] = encoded(transform)
        return data

    def from_data(self, data: object) -> Transform:
        """The transform that plain data describe; BadDocument or BadName says what is amiss."""
        if not isinstance(data, Mapping) or not isinstance(data.get(USE), str):
            raise BadDocument(f"a transform is a table with its name under {USE!r}")
        made: Transform = decoded(data, self._made_of)
        return made

    def _made_of(self, items: Mapping[str, Any]) -> Transform:
        params = dict(items)
        name = params.pop(USE)
        if not isinstance(name, str) or not all(isinstance(one, str) for one in params):
            raise BadDocument(f"under {USE!r} stands the name of a transform, and beside it names")
        try:
            return self.make(name, **params)
        except BadValue as error:
            raise BadDocument(f"{name}: {error}") from error

    def extended(self, factories: Mapping[str, Factory]) -> "TransformCatalogue":
        """A catalogue with these and with ``factories``; a name used twice is refused."""
        for name, factory in factories.items():
            if name in self:
                one, other = _place_of(self._factories[name]), _place_of(factory)
                raise BadRegistration(f"two transforms are called {name!r}: {one} and {other}")
            if USE in _parameters_of(name, factory):
                rule = f"no parameter may be called {USE!r}, which names the transform"
                raise BadRegistration(f"transform {name!r} ({_place_of(factory)}): {rule}")
        return TransformCatalogue(self._factories | factories)


@cache
def standard_catalogue() -> TransformCatalogue:
    """The catalogue of erplink's own transforms; a host adds its own with ``extended``."""
    ours = (
        boolean_words, case, chain, constant, country_code, day_in_zone, each, extract, flip,
        identity, join_lines, join_words, local_time, lookup, midnight_in, money, money_text,
        pad_zeros, parse_date, parse_datetime, parse_number, percent, prefix, remove, replace,
        round_to, scale, strip_zeros, substring, suffix, template, trim,
    )  # fmt: skip
    return TransformCatalogue().extended({factory.__name__: factory for factory in ours})


def _call(name: str, factory: Factory, params: Mapping[str, Any]) -> object:
    """What ``factory`` makes of ``params``, after a look at what it takes."""
    known = _parameters_of(name, factory)
    kinds = {parameter.kind for parameter in known.values()}
    if inspect.Parameter.VAR_KEYWORD not in kinds:
        for stranger in (one for one in params if one not in known):
            raise BadName.among(f"parameter of {name}", stranger, known)
    missing = [one for one in known if one not in params and _is_needed(known[one])]
    if missing:
        raise BadDocument(f"{name} needs {', '.join(missing)}")
    by_name = dict(params)
    listed: list[Any] = []
    for one in known.values():
        if one.kind is inspect.Parameter.VAR_POSITIONAL:
            listed = _a_list(one.name, by_name.pop(one.name, ()))
    return factory(*listed, **by_name)


def _parameters_of(name: str, factory: Factory) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(factory).parameters
    except (TypeError, ValueError):
        rule = "it does not say which parameters it takes"
        raise BadRegistration(f"transform {name!r} ({_place_of(factory)}): {rule}") from None


def _is_needed(parameter: inspect.Parameter) -> bool:
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return parameter.default is inspect.Parameter.empty and parameter.kind not in several


def _a_list(name: str, value: object) -> list[Any]:
    if isinstance(value, tuple | list):
        return list(value)
    raise BadValue(f"{name} must be a list", value=shorten(value))


def _names_in(transform: Transform) -> Iterator[str]:
    yield transform.name
    for inner in inner_of(transform):
        yield from _names_in(inner)


def _place_of(factory: object) -> str:
    """Where a factory is, so that an error can name it."""
    name = getattr(factory, "__qualname__", None)
    return f"{getattr(factory, '__module__', '?')}.{name}" if name else shorten(factory)
