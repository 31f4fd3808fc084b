"""The values of the contract: frozen, plain, and silent about what they hold."""

import pytest
from attrs.exceptions import FrozenInstanceError

from erplink.adapters.context import make_context
from erplink.connectors import (
    Announcement,
    Capabilities,
    Edit,
    Kind,
    KindCapabilities,
    Page,
    RateLimit,
    RawRecords,
)
from erplink.domain.fields import Field, FieldType
from erplink.domain.records import Actor, ActorRef

RECORD = Actor(ActorRef("erp", "customer", "1"), fields={"name": "ACME"})


def test_everything_not_claimed_is_a_no():
    """A kind that is not named can do nothing."""
    claims = Capabilities(kinds={"customer": KindCapabilities(read=True)})

    assert claims.of("customer").read
    assert KindCapabilities() == claims.of("supplier")
    assert not any(
        getattr(KindCapabilities(), name)
        for name, kind in KindCapabilities.__annotations__.items()
        if kind is bool
    )


@pytest.mark.parametrize(
    "make",
    [
        lambda: KindCapabilities(page_max=0),
        lambda: KindCapabilities(batch_max=0),
        lambda: RateLimit(0),
    ],
)
def test_a_claim_of_none_at_all_is_refused(make):
    """Who can take nothing at once should not claim it."""
    with pytest.raises(ValueError, match="must be >= 1"):
        make()


def test_a_natural_key_may_be_given_as_a_list():
    """It is kept as a tuple."""
    assert ("vat",) == KindCapabilities(natural_key=["vat"]).natural_key


def test_a_page_is_kept_as_it_was_delivered():
    """What is done to the lists afterwards does not show."""
    records, deletions, aliases = [RECORD], ["2"], {"3": "1"}
    page = Page(records, deletions=deletions, aliases=aliases)

    records.clear()
    deletions.clear()
    aliases.clear()

    assert ((RECORD,), ("2",), {"3": "1"}) == (page.records, page.deletions, page.aliases)
    assert [RECORD] == list(page)


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        (Page(), "Page(0 records)"),
        (Page([RECORD], cursor="7", more=True), "Page(1 records, more)"),
        (Page(RawRecords([b"1", b"2"], bytes), deletions=["3"]), "Page(2 records, 1 deletions)"),
    ],
)
def test_a_page_shows_counts_and_no_content(page, shown):
    """The content is data."""
    assert shown == repr(page)


def test_raw_records_decode_one_by_one():
    """Only when somebody wants them."""
    decoded = []
    raw = RawRecords([b"1", b"2"], lambda piece: decoded.append(piece) or RECORD)

    assert (2, []) == (len(raw), decoded)
    assert RECORD == next(iter(raw))
    assert [b"1"] == decoded
    assert "RawRecords(2)" == repr(raw)


def test_an_edit_without_a_key_creates():
    """And what it was made with does not change afterwards."""
    patch = {"name": "ACME"}
    edit = Edit(patch)
    patch["name"] = "other"

    assert (True, False) == (edit.creates, Edit({}, "1").creates)
    assert {"name": "ACME"} == edit.patch
    with pytest.raises(FrozenInstanceError):
        edit.key = "1"


def test_a_kind_knows_its_fields_and_lists():
    """By their keys."""
    country = Field("country", FieldType.LIST, list_name="countries")
    kind = Kind("customer", [Field("name"), country], ["name"])

    assert country is kind.field("country")
    assert kind.field("vat") is None
    assert {"countries"} == kind.lists
    assert ("name",) == kind.searchable
    assert "Kind(customer: 2 fields)" == repr(kind)


def test_an_announcement_shows_no_target():
    """What is behind it may be anything."""
    assert "Announcement(name='acme', title='ACME')" == repr(Announcement("acme", RECORD, "ACME"))
    assert RECORD is Announcement("acme", RECORD).load()


def test_a_context_points_at_actors_of_its_connection_and_shows_no_tools():
    """The connection's id is in every reference."""
    context = make_context("erp", {})

    assert ActorRef("erp", "customer", "1") == context.ref("customer", "1")
    assert repr(context).startswith("Context(connection='erp', clock=…, logger=…, budget=…, http=…")
