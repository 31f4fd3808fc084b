"""What a session says and delivers is looked at: every broken promise has its sentence."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from attrs import evolve

from erplink.connectors import (
    Capabilities,
    Deleted,
    Edit,
    EditRefused,
    EditStale,
    EditUnknown,
    GuardedSession,
    Kind,
    KindCapabilities,
    Limits,
    Page,
    Query,
    RateLimit,
    RawRecords,
    Removal,
    Saved,
)
from erplink.domain.fields import Field, FieldType
from erplink.domain.records import CRM, Actor, ActorRef, Entity, EntityRef
from erplink.errors import (
    BrokenPromise,
)

FIELDS = ["name", "credit", "seen", "emails"]


def actor(key="1", *, kind="customer", system="erp", parent=None, version="1", **more):
    fields = more.pop("fields", {"name": "ACME"})
    return Actor(ActorRef(system, kind, key), parent, version=version, fields=fields, **more)


def promise_broken(ask):
    with pytest.raises(BrokenPromise) as caught:
        ask()
    assert "acme" == caught.value.plugin
    return caught.value.promise


# --- what a session says of itself ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "promise"),
    [
        (None, "capabilities are of type Capabilities, not NoneType"),
        (Capabilities(lists=1), "claims of lists and threads are of type bool, not int"),
        (Capabilities(kinds={7: KindCapabilities()}), "names of kinds are of type str, not int"),
        (Capabilities(kinds={"a": True}), "claims of a are of type KindCapabilities, not bool"),
        (
            Capabilities(kinds={"a": KindCapabilities(read="no")}),
            "claims of a: read are of type bool, not str",
        ),
        (
            Capabilities(kinds={"a": KindCapabilities(page_max=1.5)}),
            "claims of a: page_max are of type int, not float",
        ),
        (
            Capabilities(kinds={"a": KindCapabilities(natural_key=[7])}),
            "claims of a: natural_key are of type str, not int",
        ),
        (
            Capabilities(kinds={"a": KindCapabilities(commit_lag=-timedelta(1))}),
            "claims of a: no time is shorter than none",
        ),
        (Capabilities(rate_limit=5), "rate limits are of type RateLimit, not int"),
        (
            Capabilities(rate_limit=RateLimit(5, 0.0)),
            "a rate limit is of a number of seconds, not of 0.0",
        ),
        (
            Capabilities(rate_limit=RateLimit(5.5)),
            "requests of a rate limit are of type int, not float",
        ),
    ],
)
def test_claims_say_yes_and_no_and_how_many(claims, promise, answers, guard):
    """What is planned by is looked at."""
    session = answers()
    session.claimed = claims

    assert promise == promise_broken(lambda: guard(session).capabilities)


def test_claims_that_are_sound_come_through(answers, guard):
    """A rate limit among them."""
    session = answers(rate_limit=RateLimit(5, 2))

    assert session.claimed is guard(session).capabilities


NAME = Field("name")


@pytest.mark.parametrize(
    ("kinds", "promise"),
    [
        (7, "kinds come as a sequence, not as int"),
        ("ab", "kinds come as a sequence, not as str"),
        (["customer"], "kinds are of type Kind, not str"),
        ([Kind("a", [NAME])] * 4, "at most 3 kinds are expected, and there are more"),
        ([Kind("a", [NAME])] * 2, "two times a kind 'a'"),
        ([Kind("", [NAME])], "a kind needs a name"),
        ([Kind(None, [NAME])], "names of a kind are of type str, not NoneType"),
        ([Kind("a", ["name"])], "fields of a are of type Field, not str"),
        ([Kind("a", [NAME] * 4)], "a: at most 3 fields"),
        ([Kind("a", [NAME] * 2)], "two times a field of a 'name'"),
        ([Kind("a", [Field("p", FieldType.PASSWORD)])], "a: passwords and labels are for con"),
        ([Kind("a", [NAME], ["vat"])], "a: searchable fields that it does not have: ['vat']"),
        ([Kind("a", [NAME], parent="b")], "a: its parent 'b' is not among the kinds"),
        (
            [Kind("a", [Field("name", type="text")])],
            "fields of a: type is of type FieldType, not 'text'",
        ),
        (
            [Kind("a", [Field("name", decimals=1.5)])],
            "fields of a: decimals is of type int or NoneType, not 1.5",
        ),
        ([Kind("a", [Field("x", default=1.5)])], "fields of a: default: float is not a type of v"),
        (
            [Kind("a", [Field("x", default=datetime(2026, 1, 1))])],  # noqa: DTZ001 - it is about that
            "fields of a: default: datetime.datetime(2026, 1, 1, 0, 0): moments must be aware: g",
        ),
    ],
)
def test_kinds_describe_what_a_system_could_have(kinds, promise, answers):
    """What mappings are made of is looked at."""
    limits = Limits(kinds_max=3, fields_max=3)
    session = GuardedSession(answers(kinds=kinds), plugin="acme", system="erp", limits=limits)

    assert promise_broken(session.kinds).startswith(promise)


def test_a_default_of_several_values_is_a_default(answers, guard):
    """As every value is."""
    kinds = (Kind("customer", [Field("emails", FieldType.TEXTS, default=("a", "b"))]),)

    assert kinds == guard(answers(kinds=kinds)).kinds()


# --- records --------------------------------------------------------------------------------------

GROUP = ActorRef("erp", "group", "7")
NAIVE = datetime(2026, 1, 1)  # noqa: DTZ001 - it is about that
LOCAL = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))


def of_another_key():
    record = actor()
    ref = ActorRef("erp", "customer", "1")
    object.__setattr__(ref, "key", 7)
    object.__setattr__(record, "ref", ref)
    return record


@pytest.mark.parametrize(
    ("record", "promise"),
    [
        (7, "records are of type Actor, not int"),
        (Entity(EntityRef.of("customer", "1")), "records are of type Actor, not Entity"),
        (actor(kind="group"), "erp/group/1 is not of erp/customer"),
        (actor(system="other"), "other/customer/1 is not of erp/customer"),
        (Actor("erp/customer/1"), "references to customer are of type ActorRef, not str"),
        (of_another_key(), "keys are of type str, not int"),
        (actor(parent="erp/group/7"), "references to group are of type ActorRef, not str"),
        (actor(parent=ActorRef("erp", "customer", "2")), "erp/customer/2 is not of erp/group"),
        (actor(version=None), "erp/customer/1 has no version, and claims versions"),
        (actor(version=7), "erp/customer/1 has a version that is no text, and claims versions"),
        (actor(modified=1.5), "erp/customer/1: a mark is a moment, a number or a text, not 1.5"),
        (actor(modified=NAIVE), "erp/customer/1: a mark that is a moment is aware, not 2026-01-01"),
        (actor(fields={"vat": "x"}), "erp/customer/1.vat: the field was not asked for"),
        (actor(fields={"name": 7}), "erp/customer/1.name: 7 is no str"),
        (actor(fields={"credit": "7"}), "erp/customer/1.credit: '7' is no Decimal or int"),
        (actor(fields={"credit": True}), "erp/customer/1.credit: True is no Decimal or int"),
        (
            actor(fields={"seen": LOCAL}),
            "erp/customer/1.seen: moments are told in UTC, not as 2026",
        ),
        (actor(fields={"emails": ("a", 7)}), "erp/customer/1.emails: texts are expected, not ('a'"),
    ],
)
@pytest.mark.parametrize("good", [0, 2])
def test_records_are_what_their_kind_and_claims_allow(record, promise, good, answers, guard):
    """The first record is looked at, and so is one that comes after many like others."""
    page = [actor()] * good + [record]
    guarded = guard(answers(lambda: Page(page)))
    if good:
        guard(answers(Page([actor()] * good))).changes("customer", None, FIELDS)

    assert promise_broken(lambda: guarded.changes("customer", None, FIELDS)).startswith(promise)


@pytest.mark.parametrize(
    "record",
    [
        actor("2", fields={"name": 7}),
        actor("2", fields={"seen": LOCAL}),
        actor("2", fields={"emails": (7,)}),
        actor("2", modified=1.5),
        actor("2", version=None),
        actor("2", kind="group"),
        actor("2", parent=ActorRef("erp", "customer", "2")),
        Actor("2", version="1", fields={"name": "x"}),
        of_another_key(),
        "nonsense",
    ],
)
def test_a_record_unlike_all_before_is_noticed(record, answers, guard):
    """A page like those of before is passed quickly, and the one record that is not is told."""
    whole = {"name": "x", "credit": 1, "seen": LOCAL.astimezone(UTC), "emails": ("a",)}
    usual = [actor(), actor(fields=whole, parent=GROUP, modified=LOCAL.astimezone(UTC))]
    session = answers(Page(usual))
    guarded = guard(session)
    for _ in range(2):
        guarded.changes("customer", None, FIELDS)

    session.answer = Page([*usual, record])

    promise_broken(lambda: guarded.changes("customer", None, FIELDS))


def test_records_of_every_sound_shape_come_through(answers, guard):
    """Marks of every sort, with and without parents and values."""
    records = [
        actor("1", parent=GROUP, modified=LOCAL, fields=dict.fromkeys(FIELDS)),
        actor("2", modified=7, fields={"credit": Decimal("1.5"), "emails": ("a", "b")}),
        actor("3", modified="x", fields={"credit": 2, "seen": LOCAL.astimezone(UTC)}),
    ]

    for _ in range(2):
        guarded = guard(answers(Page(records)))
        assert records == list(guarded.changes("customer", None, FIELDS))


def test_more_shapes_than_are_kept_in_mind_are_looked_at_all_the_same(answers):
    """What is kept of shapes is bounded."""
    fields = [f"f{number}" for number in range(13)]
    kinds = (Kind("customer", map(Field, fields)),)
    shapes = [
        {field: "x" for at, field in enumerate(fields) if number >> at & 1}
        for number in range(2**13)
    ]
    claims = KindCapabilities(changes=True, page_max=10_000)
    records = [actor(fields=shape) for shape in shapes]
    session = GuardedSession(
        answers(Page(records), kinds=kinds, of_kind=claims), plugin="acme", system="erp"
    )

    assert len(shapes) == len(session.changes("customer", None, fields))
    assert len(shapes) == len(session.changes("customer", None, fields))


def test_the_crm_delivers_entities(answers):
    """The CRM is one more system."""
    entity = Entity(EntityRef.of("customer", "1"), version="1")
    session = GuardedSession(answers(Page([entity])), plugin="host", system=CRM)

    assert [entity] == list(session.changes("customer", None, FIELDS))


# --- pages ----------------------------------------------------------------------------------------


def page_with_records_as_a_list():
    """What a plug-in can make of a page that it should not touch."""
    page = Page()
    object.__setattr__(page, "records", [])
    return page


@pytest.mark.parametrize(
    ("page", "promise"),
    [
        ([], "pages are of type Page, not list"),
        (page_with_records_as_a_list(), "records come as a tuple or raw, not as list"),
        (Page(more=1), "more of a page are of type bool, not int"),
        (Page(cursor=7), "cursors are of type str, not int"),
        (Page(more=True), "there is more, but the cursor does not move"),
        (Page(cursor="7", more=True), "there is more, but the cursor does not move"),
        (Page([actor()] * 4), "4 records on a page, and claims at most 3"),
        (Page(deletions=[7]), "keys of what is gone are of type str, not int"),
        (Page(aliases={"1": 7}), "keys of what is gone are of type str, not int"),
        (Page(aliases={"1": "1"}), "a record has its own key for its new one"),
        (Page(deletions=["1"], aliases={"1": "2"}), "'1' is told deleted and merged"),
        (Page([actor()], deletions=["1"]), "erp/customer/1 is told there and gone on one page"),
        (Page([actor()], aliases={"1": "2"}), "erp/customer/1 is told there and gone on one page"),
        (Page(RawRecords(["1"], str)), "raw records are of type bytes, not str"),
        (Page(RawRecords([b"1"], "str")), "raw records come with what decodes them"),
    ],
)
def test_pages_are_what_they_say(page, promise, answers, guard):
    """The cursor moves, and what is gone is gone."""
    session = guard(answers(page))

    assert promise == promise_broken(lambda: session.changes("customer", "7", FIELDS))


def test_deletions_are_told_where_they_are_claimed(answers, everything, guard):
    """And nowhere else: not by a search, either."""
    page = Page([actor()], deletions=["2"], aliases={"3": "1"})
    less = evolve(everything, deletions=False)
    promise = "tells deletions or aliases without claiming that it does"

    assert page == guard(answers(page)).changes("customer", None, FIELDS)
    assert promise == promise_broken(
        lambda: guard(answers(page, of_kind=less)).changes("customer", None, FIELDS)
    )
    assert promise == promise_broken(
        lambda: guard(answers(page)).search("customer", Query(), FIELDS)
    )


def test_raw_records_are_looked_at_when_they_are_decoded(answers, guard):
    """A page of slices costs nothing before somebody wants what is in them."""
    page = Page(RawRecords([b"1", b"2"], lambda piece: actor(piece.decode())), cursor="9")

    told = guard(answers(page)).changes("customer", None, FIELDS)

    assert ("9", 2, "RawRecords(2)") == (told.cursor, len(told), repr(told.records))
    assert ["1", "2"] == [record.ref.key for record in told]


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "promise"),
    [
        (None, "records come as a sequence, not as NoneType"),
        ([], "1 records are expected, one for each, and came 0"),
        ([None, None], "at most 1 records are expected, and there are more"),
        ([actor("2")], "erp/customer/2 stands where '1' was asked for"),
    ],
)
def test_there_is_a_record_or_none_for_each_key(answer, promise, answers, guard):
    """In its place."""
    session = guard(answers(answer))

    assert promise == promise_broken(lambda: session.get("customer", ["1"], FIELDS))
    assert (None,) == guard(answers([None])).get("customer", ["1"], FIELDS)


@pytest.mark.parametrize("count", [-1, 1.0, True, None, "7"])
def test_a_count_is_a_whole_number(count, answers, guard):
    """From 0."""
    session = guard(answers(count))

    expected = "a count is a whole number from 0"
    assert expected == promise_broken(lambda: session.count("customer", Query()))
    assert 0 == guard(answers(0)).count("customer", Query())


@pytest.mark.parametrize(
    ("items", "promise"),
    [
        (["NO"], "items of a list come as a mapping, not as list"),
        ({1: "x"}, "keys of items of a list are of type str, not int"),
        ({"NO": 1}, "the items of a list are texts"),
        (
            {"1": "x", "2": "x", "3": "x"},
            "at most 2 items of a list are expected, and there are more",
        ),
    ],
)
def test_the_items_of_a_list_are_texts_by_keys(items, promise, answers):
    """And not without end."""
    limits = Limits(list_items_max=2)
    session = GuardedSession(answers(items), plugin="acme", system="erp", limits=limits)

    assert promise == promise_broken(lambda: session.list_items("countries"))


def test_sound_items_come_through(answers, guard):
    """All of them, or those that were asked for."""
    session = answers({"NO": "Norway"})

    assert {"NO": "Norway"} == guard(session).list_items("countries", ["NO"])
    assert ("list_items", "countries", ["NO"]) == session.asked[-1]


def test_what_a_creation_made_is_bounded(answers):
    """A few records, each looked at."""
    limits = Limits(found_max=1)

    def find(answer):
        session = GuardedSession(answers(answer), plugin="acme", system="erp", limits=limits)
        return session.find_created("customer", "k", {"name": "x"})

    assert (actor(),) == find([actor()])
    promise = "at most 1 records are expected, and there are more"
    assert promise == promise_broken(lambda: find([actor()] * 2))
    assert "records are of type Actor, not int" == promise_broken(lambda: find([7]))


@pytest.mark.parametrize(
    ("result", "promise"),
    [
        (None, "NoneType is none of the answers there are"),
        (Deleted("1"), "Deleted is none of the answers there are"),
        (Saved(None), "records are of type Actor, not NoneType"),
        (Saved(actor("2")), "erp/customer/2 answers what was asked of '1'"),
        (EditStale(actor("2")), "erp/customer/2 answers what was asked of '1'"),
        (EditRefused(None), "an answer says why in texts"),
        (EditRefused("no", code=7), "an answer says why in texts"),
        (EditUnknown(7), "an answer says why in texts"),
    ],
)
def test_an_edit_is_answered_with_one_of_the_answers_there_are(result, promise, answers, guard):
    """About the record that was to be edited."""
    session = guard(answers([result]))

    assert promise == promise_broken(lambda: session.save("customer", [Edit({"name": "x"}, "1")]))


@pytest.mark.parametrize(
    ("result", "promise"),
    [
        (Saved(actor()), "Saved is none of the answers there are"),
        (Deleted("2"), "'2' answers the removal of '1'"),
        (EditStale(actor("2")), "erp/customer/2 answers what was asked of '1'"),
    ],
)
def test_a_removal_is_answered_with_one_of_the_answers_there_are(result, promise, answers, guard):
    """About the record that was to be removed."""
    session = guard(answers([result]))

    assert promise == promise_broken(lambda: session.delete("customer", [Removal("1")]))


@pytest.mark.parametrize(
    "result",
    [
        Saved(actor()),
        EditStale(actor()),
        EditStale(None),
        EditRefused("no"),
        EditUnknown("perhaps"),
    ],
)
def test_sound_answers_to_edits_come_through(result, answers, guard):
    """To a creation, the record may be any."""
    guarded = guard(answers([result]))

    assert (result,) == guarded.save("customer", [Edit({"name": "x"}, "1")])
    assert (result,) == guarded.save("customer", [Edit({"name": "x"})])


@pytest.mark.parametrize(
    "result", [Deleted("1"), EditStale(actor()), EditStale(), EditRefused("no")]
)
def test_sound_answers_to_removals_come_through(result, answers, guard):
    """One for each."""
    assert (result,) == guard(answers([result])).delete("customer", [Removal("1")])
