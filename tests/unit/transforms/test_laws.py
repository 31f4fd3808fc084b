"""The check of laws catches every kind of liar, and says what it did."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from erplink.domain.fields import FieldType
from erplink.domain.transforms import (
    SAMPLES,
    Laws,
    Transform,
    alike,
    breaches_between,
    broken_laws,
    chain,
    custom,
    each,
    extract,
    guarded,
    lookup,
    prefix,
    trim,
)
from erplink.domain.values import UNSET, check_value
from erplink.errors import BadValue


def pair(to_crm=None, to_erp=None, laws=Laws.LOSSLESS):
    return custom("pair", to_crm=to_crm, to_erp=to_erp, laws=laws)


def refuse(value):
    raise BadValue("no", value=repr(value))


def never(value):
    message = f"not {value}"
    raise ZeroDivisionError(message)


def in_turns():
    turns = count()
    return lambda _: next(turns)


def refuses_in_turns():
    turns = count()
    return lambda value: refuse(value) if next(turns) % 2 else value


@pytest.mark.parametrize(
    ("liar", "direction", "sentence"),
    [
        (
            pair(str.strip, str.strip), "to CRM",
            "pair, to CRM: ' a ' became 'a' and came back as 'a'",
        ),
        (
            pair(str.strip, lambda text: f"{text}!", Laws.CANONICALISING), "to CRM",
            "pair, to CRM: ' a ' became 'a' and came back as 'a!', which became 'a!'",
        ),
        (
            pair(str.strip, refuse), "to CRM",
            "pair, to CRM: ' a ' became 'a', which has no way back: 'a': no",
        ),
        (
            pair(lambda text: text if text == " a " else refuse(text), str.strip,
                 Laws.CANONICALISING), "to CRM",
            "pair, to CRM: ' a ' became ' a ' and came back as 'a', which is refused: 'a': no",
        ),
        (
            pair(never, laws=Laws.TO_CRM_ONLY), "to CRM",
            "pair, to CRM: ' a ' raised ZeroDivisionError instead of BadValue",
        ),
        (
            pair(to_erp=never, laws=Laws.TO_ERP_ONLY), "to ERP",
            "pair, to ERP: ' a ' raised ZeroDivisionError instead of BadValue",
        ),
        (
            pair(lambda _: 1.5, laws=Laws.TO_CRM_ONLY), "to CRM",
            "pair, to CRM: ' a ' became 1.5, which is no value: floats lose digits: use Decimal",
        ),
        (
            pair(lambda _: UNSET, laws=Laws.TO_CRM_ONLY), "to CRM",
            "pair, to CRM: ' a ' became UNSET, which is no value: Unset is not a type of value",
        ),
        (
            pair(in_turns(), laws=Laws.TO_CRM_ONLY), "to CRM",
            "pair, to CRM: ' a ' became 0 and then 1",
        ),
        (
            pair(refuses_in_turns(), laws=Laws.TO_CRM_ONLY), "to CRM",
            "pair, to CRM: ' a ' became ' a ' and then ' a ': no",
        ),
        (
            pair(lambda _: True, lambda _: " a "), "to ERP",
            "pair, to ERP: 1 became ' a ' and came back as True",
        ),
    ],
)  # fmt: skip
def test_a_liar_is_caught(liar, direction, sentence):
    """Whatever promise is broken, the breach says which value did what."""
    breaches = broken_laws(liar, [" a "], [" a " if liar.to_crm is None else 1])

    assert sentence in [str(breach) for breach in breaches]
    assert direction in [breach.direction for breach in breaches]
    assert {liar.laws} == {breach.law for breach in breaches}


def test_a_breach_shows_the_trial():
    """What was given, what it became, and what came back are there to look at."""
    (breach,) = broken_laws(pair(str.strip, str.strip), [" a "])

    assert (" a ", "a", "a") == (
        breach.trial.given, breach.trial.becomes, breach.trial.comes_back,
    )  # fmt: skip


def test_an_honest_pair_has_no_breach():
    """Values that are refused break nothing."""
    assert () == broken_laws(prefix("K-"), ["K-1", "1", 5, None], ["1", "", 5, None])


@pytest.mark.parametrize(
    "transform", [pair(refuse, refuse), pair(refuse, laws=Laws.TO_CRM_ONLY), prefix("K-")]
)
def test_refusing_every_value_proves_nothing(transform):
    """A check that checked nothing is a breach, and None, which passes anyway, is no check."""
    (breach,) = broken_laws(transform, [5, None], [None])

    assert "" == breach.direction
    assert f"{transform.name}: it accepted none of the 3 values it was tried on" == str(breach)


def test_only_the_ways_there_are_are_tried():
    """A one-way transform owes nothing for the other side's values."""
    assert () == broken_laws(extract("a"), ["a"], [5])


def test_samples_of_the_field_types_find_what_a_pair_breaks():
    """Before the first real value, a mapping can tell that a pair of it lies."""
    assert () == breaches_between(trim(), FieldType.TEXT, FieldType.TEXT)
    assert [] != [*breaches_between(pair(str.strip, str.strip), FieldType.TEXT, FieldType.TEXT)]


def test_a_pattern_or_a_table_need_not_know_the_samples():
    """Refusing every sample is no breach there."""
    assert () == breaches_between(extract("no such text"), FieldType.TEXT, FieldType.TEXT)


def test_the_values_in_the_parameters_are_samples_too():
    """A table is tried on its own rows, also inside other transforms."""
    tried = []
    watched = Transform(
        "watched", tried.append, tried.append, Laws.CANONICALISING,
        params={"inner": each(chain(trim(), lookup({"ours": "theirs"}))), "odd": 1.5},
    )  # fmt: skip
    breaches_between(watched, FieldType.TEXT, FieldType.TEXT)

    assert {"ours", "theirs", *SAMPLES[FieldType.TEXT]} <= set(tried)
    assert 1.5 not in tried


@pytest.mark.parametrize("kind", FieldType)
def test_there_are_samples_of_every_type_that_records_have(kind):
    """Each sample is a value, and only the types of forms are without."""
    assert kind.only_in_forms == (not SAMPLES[kind])
    assert all(alike(sample, check_value(sample)) for sample in SAMPLES[kind])


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
FIRST_OF_ALL = datetime(1, 1, 1, tzinfo=UTC)
IN_THE_FOLD = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (5, Decimal("5.00"), True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, "", False),
        (("a", None), ("a", UNSET), False),
        (("a", 1), ("a", Decimal(1)), True),
        (("a",), "a", False),
        (NOON, NOON.astimezone(timezone(timedelta(hours=3))), True),
        (IN_THE_FOLD, IN_THE_FOLD.astimezone(UTC), True),
        (IN_THE_FOLD, IN_THE_FOLD.replace(fold=1), False),
        (NOON, NOON.replace(tzinfo=None), False),
        (date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC), False),
        (FIRST_OF_ALL, FIRST_OF_ALL.replace(tzinfo=timezone(timedelta(hours=1))), False),
    ],
)  # fmt: skip
def test_when_two_values_are_one(one, other, same):
    """Equal values of one family are one; the same instant is, in whichever zone it is told."""
    assert same is alike(one, other)


def test_a_guard_refuses_what_would_break_the_law():
    """A pair that loses something becomes lossless by refusing what it would lose."""
    there, back = guarded(str.strip, str.strip, Laws.LOSSLESS)

    assert "a" == there("a")
    with pytest.raises(BadValue, match="it would come back as 'a'"):
        back(" a ")
