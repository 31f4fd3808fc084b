"""Broken laws: whether a transform keeps the promise it declares, tried on values.

Usable in any test: ``assert not broken_laws(my_pair(), erp_values=..., crm_values=...)``.

- Lossless: what a side accepts comes back as it was, from either side.
- Canonicalising: a round trip may tidy a value up, but the next one changes nothing, so the way
  back accepts what the way there gave.
- One-way: the one way there is gives the same for the same.

Of every transform: it raises nothing but BadValue, gives nothing but values, and gives the same
again when asked again. Values are compared as :func:`~erplink.domain.transforms.alike` does.
"""

from collections.abc import Iterable

from attrs import frozen

from erplink.domain.fields import FieldType
from erplink.domain.transforms.likeness import alike
from erplink.domain.transforms.samples import samples_for
from erplink.domain.transforms.transform import Laws, OneWay, Transform, Trial
from erplink.domain.values import Value, check_value, shorten
from erplink.errors import BadValue

__all__ = ["Breach", "breaches_between", "broken_laws"]

TO_CRM, TO_ERP = "to CRM", "to ERP"


@frozen
class Breach:
    """One value with which a transform breaks what it declares."""

    law: Laws
    #: The way the value was sent: ``to CRM`` or ``to ERP``; empty where no value was accepted.
    direction: str
    #: What was tried, as far as it went.
    trial: Trial
    #: What is wrong, for a person.
    sentence: str

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


def broken_laws(
    transform: Transform, erp_values: Iterable[Value] = (), crm_values: Iterable[Value] = ()
) -> tuple[Breach, ...]:
    """Every breach of the transform's laws on the given values; empty where it keeps them.

    Values that the transform refuses prove nothing. Where it refused them all, that is a breach
    as well, for then nothing was checked.
    """
    there, back = tuple(erp_values), tuple(crm_values)
    breaches, accepted = _tried(transform, there, back)
    if accepted:
        return breaches
    rule = f"it accepted none of the {len(there) + len(back)} values it was tried on"
    nothing = Breach(transform.laws, "", Trial(None, None, None, rule), f"{transform.name}: {rule}")
    return (*breaches, nothing)


def breaches_between(transform: Transform, erp: FieldType, crm: FieldType) -> tuple[Breach, ...]:
    """Every breach found by samples of the two field types and of the transform's parameters.

    Refusing every sample is no breach here: a pattern or a table need not know any of ours.
    """
    return _tried(transform, samples_for(transform, erp), samples_for(transform, crm))[0]


def _tried(
    transform: Transform, erp_values: Iterable[Value], crm_values: Iterable[Value]
) -> tuple[tuple[Breach, ...], int]:
    """The breaches, and how many values were accepted; None, which passes anyway, not counted."""
    breaches, accepted = [], 0
    for direction, there, back, values in (
        (TO_CRM, transform.to_crm, transform.to_erp, erp_values),
        (TO_ERP, transform.to_erp, transform.to_crm, crm_values),
    ):
        if there is None:
            continue
        for value in values:
            trip = _Trip(transform.laws, there, back, value)
            accepted += trip.accepted and value is not None
            if trip.problem:
                sentence = f"{transform.name}, {direction}: {trip.problem}"
                breaches.append(Breach(transform.laws, direction, trip.trial, sentence))
    return tuple(breaches), accepted


class _Fault(Exception):
    """What a way did that no way may do."""


class _Trip:
    """One value, sent as far as the law asks."""

    def __init__(self, laws: Laws, there: OneWay, back: OneWay | None, value: Value) -> None:
        self.laws, self.there, self.back, self.value = laws, there, back, value
        self.becomes: Value = None
        self.comes_back: Value = None
        self.accepted = True
        try:
            self.problem = self._problem()
        except _Fault as fault:
            self.problem = str(fault)

    @property
    def trial(self) -> Trial:
        return Trial(self.value, self.becomes, self.comes_back, self.problem)

    def _problem(self) -> str:
        """What breaks the law; empty where nothing does, or where the value is refused."""
        self.becomes, refusal = _ask(self.there, self.value)
        self.accepted = not refusal
        if refusal or self.back is None:
            return ""
        became = f"{shorten(self.value)} became {shorten(self.becomes)}"
        self.comes_back, refusal = _ask(self.back, self.becomes)
        if refusal:
            return f"{became}, which has no way back: {refusal}"
        became += f" and came back as {shorten(self.comes_back)}"
        if self.laws is Laws.LOSSLESS:
            return "" if alike(self.value, self.comes_back) else became
        again, refusal = _ask(self.there, self.comes_back)
        if refusal:
            return f"{became}, which is refused: {refusal}"
        return "" if alike(self.becomes, again) else f"{became}, which became {shorten(again)}"


def _ask(way: OneWay, value: Value) -> tuple[Value, str]:
    """What ``way`` answers, asked twice: a value, or why it refuses."""
    one, two = _ask_once(way, value), _ask_once(way, value)
    if bool(one[1]) != bool(two[1]) or not alike(one[0], two[0]):
        answers = " and then ".join(refusal or shorten(became) for became, refusal in (one, two))
        raise _Fault(f"{shorten(value)} became {answers}")
    return one


def _ask_once(way: OneWay, value: Value) -> tuple[Value, str]:
    try:
        became = way(value)
    except BadValue as refusal:
        return None, str(refusal)
    except Exception as error:
        name = type(error).__name__
        raise _Fault(f"{shorten(value)} raised {name} instead of BadValue") from error
    try:
        return check_value(became), ""
    except BadValue as error:
        rule = f"{shorten(value)} became {shorten(became)}, which is no value: {error.rule}"
        raise _Fault(rule) from error
