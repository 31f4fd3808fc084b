"""Which kind of record may be linked to which."""

from erplink.domain.kinds import ACTOR_KINDS, ENTITY_KINDS, STANDARD_PAIRS


def test_the_standard_pairs():
    """A company is linked to a customer, supplier or partner, a contact to a person or employee."""
    assert ("customer", "partner", "supplier") == STANDARD_PAIRS.actor_kinds("company")
    assert ("employee", "person") == STANDARD_PAIRS.actor_kinds("contact")
    assert ("project",) == STANDARD_PAIRS.entity_kinds("project")


def test_every_standard_kind_can_be_linked():
    """No standard kind is left without a counterpart, and no pair has a kind of no list."""
    assert set(ENTITY_KINDS) == {entity for entity, _ in STANDARD_PAIRS.pairs}
    assert set(ACTOR_KINDS) == {actor for _, actor in STANDARD_PAIRS.pairs}


def test_what_is_no_pair_is_not_allowed():
    """Two kinds may be linked only if they are a pair, in that order."""
    assert STANDARD_PAIRS.allows("company", "customer")
    assert not STANDARD_PAIRS.allows("customer", "company")
    assert not STANDARD_PAIRS.allows("contact", "customer")


def test_a_host_adds_pairs_of_its_own():
    """A host's pairs come on top of the standard ones, which stay as they are."""
    more = STANDARD_PAIRS.also(("machine", "asset"))

    assert more.allows("machine", "asset")
    assert more.allows("company", "customer")
    assert not STANDARD_PAIRS.allows("machine", "asset")
