"""Records, and how one is pointed at."""

from datetime import UTC, datetime

import pytest
from hypothesis import given

from erplink.domain.frozen import FrozenDict
from erplink.domain.records import CRM, KEY_LENGTH_MAX, Actor, ActorRef, Entity, EntityRef, Ref
from erplink.domain.values import UNSET
from erplink.errors import BadValue
from erplink.testing.strategies import actors, entities

REF = ActorRef("erp", "customer", "7")


@pytest.mark.parametrize("missing", ["system", "kind", "key"])
@pytest.mark.parametrize("nothing", ["", None, 7])
def test_a_reference_has_three_texts(missing, nothing):
    """A reference without a system, a kind or a key points nowhere, and is refused."""
    parts = {"system": "erp", "kind": "customer", "key": "7", missing: nothing}

    with pytest.raises(BadValue, match=f"a reference needs a {missing}"):
        Ref(**parts)


def test_a_key_has_at_most_so_many_characters():
    """A key of KEY_LENGTH_MAX characters is taken, and one of one more is refused."""
    assert KEY_LENGTH_MAX == len(Ref("erp", "customer", "k" * KEY_LENGTH_MAX).key)
    with pytest.raises(BadValue, match=f"at most {KEY_LENGTH_MAX} characters"):
        Ref("erp", "customer", "k" * (KEY_LENGTH_MAX + 1))


def test_an_actor_lives_in_a_connection_and_an_entity_in_the_crm():
    """Neither kind of reference can point to the other's side."""
    with pytest.raises(BadValue, match="not in the CRM"):
        ActorRef(CRM, "company", "1")
    with pytest.raises(BadValue, match="lives in the CRM"):
        EntityRef("erp", "customer", "1")


def test_a_reference_shows_its_path():
    """A reference reads as system, kind and key, and its class tells the sides apart."""
    entity = EntityRef.of("company", "1")

    assert ("erp/customer/7", "ActorRef(erp/customer/7)") == (str(REF), repr(REF))
    assert ("crm/company/1", "EntityRef(crm/company/1)") == (str(entity), repr(entity))
    assert REF != Ref("erp", "customer", "7")


def test_a_record_tells_what_was_not_said():
    """A field that the system did not tell is UNSET, and one that it told to be empty is None."""
    actor = Actor(REF, fields={"name": None})

    assert (None, UNSET) == (actor.value("name"), actor.value("phone"))


@pytest.mark.parametrize(("made", "ref"), [(Actor, REF), (Entity, EntityRef.of("company", "1"))])
def test_a_value_that_no_field_may_hold_is_told_with_its_record(made, ref):
    """A value that does not fit is an error naming record, field, value (shortened) and rule."""
    with pytest.raises(BadValue) as refusal:
        made(ref, fields={"name": "ACME", "limit": 1.5})

    assert f"{ref}.limit: 1.5: floats lose digits: use Decimal" == str(refusal.value)


@pytest.mark.parametrize(("made", "ref"), [(Actor, REF), (Entity, EntityRef.of("company", "1"))])
def test_a_record_shows_its_fields_and_not_their_values(made, ref):
    """A record's repr has the names of its fields; the values may be many, and private."""
    record = made(ref, fields={"name": "ACME", "phone": "1"}, modified=datetime.now(UTC))

    assert f"{made.__name__}({ref}: name, phone)" == repr(record)


@given(actors(), entities())
def test_the_values_of_a_record_cannot_change(actor, entity):
    """Whatever mapping a record is made of, it holds a copy that cannot change."""
    assert [FrozenDict, FrozenDict] == [type(actor.fields), type(entity.fields)]
    assert actor.fields == {key: actor.value(key) for key in actor.fields}


def test_a_frozen_mapping_is_not_copied_again():
    """Values that are frozen already are taken as they are."""
    values = FrozenDict({"name": "ACME"})

    assert values is Actor(REF, fields=values).fields
