"""The guard: what a session may deliver, and what stops at the guard instead."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from threading import Barrier

import pytest
from attrs import evolve

from erplink.adapters.erp.memory import MemoryErp
from erplink.connectors import (
    Capabilities,
    Condition,
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
    all_changes,
)
from erplink.domain.fields import Field, FieldType
from erplink.domain.records import Actor, ActorRef, Entity, EntityRef
from erplink.errors import (
    BadName,
    BrokenPromise,
    ConfigurationLost,
    InputError,
    Unsupported,
)

FIELDS = [Field("name"), Field("seen", FieldType.DATETIME), Field("tags", FieldType.TEXTS)]
CUSTOMER = Kind("customer", FIELDS, ["name"])
KEYS = ["name", "seen", "tags"]
CLAIMS = KindCapabilities(**{name: True for name in KindCapabilities.__annotations__ if name in {
    "read", "search", "count", "changes", "deletions", "create", "save", "delete", "versions",
    "find_created",
}}, page_max=2, batch_max=2)  # fmt: skip
EASTERN = timezone(timedelta(hours=-5))


class Liar:
    """A session over a small world, of which a test replaces one answer."""

    def __init__(self, **answers):
        erp = MemoryErp([CUSTOMER], page_max=2)
        erp.put("customer", "1", {"name": "ACME"})
        self._honest = erp.session("erp")
        self._answers = {"capabilities": Capabilities(kinds={"customer": CLAIMS})} | answers

    def __getattr__(self, name):
        if name not in self._answers:
            return getattr(self._honest, name)
        answer = self._answers[name]
        return answer if name == "capabilities" else lambda *_: answer


def guarded(limits=None, **answers):
    return GuardedSession(Liar(**answers), plugin="liar", system="erp", limits=limits)


def actor(key="1", kind="customer", system="erp", **more):
    more = {"version": "1", "fields": {"name": "ACME"}} | more
    return Actor(ActorRef(system, kind, key), **more)


def evolve_records(page, records):
    """A page whose records are what no page would take."""
    object.__setattr__(page, "records", records)
    return page


ENTITY = Entity(EntityRef.of("customer", "1"), version="1")


@pytest.mark.parametrize(
    ("page", "promise"),
    [
        (None, "pages are of type Page, not NoneType"),
        ([actor()], "pages are of type Page, not list"),
        (Page([actor(str(n)) for n in range(3)]), "3 records on a page, and claims at most 2"),
        (Page([ENTITY]), "records are of type Actor, not Entity"),
        (Page(["ACME"]), "records are of type Actor, not str"),
        (Page([actor(kind="person")]), "erp/person/1 is not of erp/customer"),
        (Page([actor(system="other")]), "other/customer/1 is not of erp/customer"),
        (Page([actor(version=None)]), "has no version, and claims versions"),
        (Page([actor(version=7)]), "a version that is no text"),
        (Page([actor(modified=1.5)]), "a mark is a moment, a number or a text, not 1.5"),
        (Page([actor(modified=datetime(2026, 1, 1))]), "a mark that is a moment is aware"),  # noqa: DTZ001 - that is the lie
        (Page([actor(fields={"city": "Oslo"})]), "the field was not asked for"),
        (Page([actor(fields={"name": 7})]), "erp/customer/1.name: 7 is no str"),
        (Page([actor(fields={"tags": (1,)})]), "texts are expected, not (1,)"),
        (
            Page([actor(fields={"seen": datetime(2026, 1, 1, tzinfo=EASTERN)})]),
            "moments are told in UTC",
        ),
        (evolve_records(Page(), [actor()]), "records come as a tuple or raw, not as list"),
        (Page([actor()], more=True), "there is more, but the cursor does not move"),
        (Page([actor()], cursor="0", more=True), "there is more, but the cursor does not move"),
        (Page([actor()], cursor="x" * 5000), "a cursor has at most 4096 characters"),
        (Page([actor()], cursor=7), "cursors are of type str, not int"),
        (Page([actor()], more=1), "more of a page are of type bool, not int"),
        (Page(deletions=[""]), "a key has 1 to 254 characters"),
        (Page(deletions=[7]), "keys of what is gone are of type str"),
        (Page(deletions=["9"], aliases={"9": "8"}), "'9' is told deleted and merged"),
        (Page(aliases={"9": "9"}), "a record has its own key for its new one"),
        (Page([actor()], deletions=["1"]), "is told there and gone on one page"),
        (Page(RawRecords(["x"], actor)), "raw records are of type bytes, not str"),
        (Page(RawRecords([b"x"], 7)), "raw records come with what decodes them"),
        (evolve(Page([actor()]), records=RawRecords([b"x" * 20], actor)), "at most 10 bytes"),
    ],
)
def test_a_page_that_is_none_stops_at_the_guard(page, promise):
    """The plug-in, the operation and the promise are named, and nothing of the page passes."""
    session = guarded(Limits(slice_bytes_max=10), changes=page)

    with pytest.raises(BrokenPromise) as caught:
        session.changes("customer", "0", KEYS)

    assert ("liar", "changes") == (caught.value.plugin, caught.value.operation)
    assert promise in caught.value.promise


def test_raw_records_are_looked_at_when_they_are_decoded():
    """A slice that decodes to a lie, or not at all, is found when it is touched."""
    raw = RawRecords([b"1", b"2"], lambda piece: actor(kind="person") if piece == b"1" else 1 / 0)
    page = guarded(changes=Page(raw)).changes("customer", None, KEYS)

    assert "RawRecords(2)" == repr(page.records)
    with pytest.raises(BrokenPromise, match="erp/person/1"):
        page.records.decode(b"1")
    with pytest.raises(Exception, match="ZeroDivisionError"):
        page.records.decode(b"2")


@pytest.mark.parametrize(
    ("kinds", "promise"),
    [
        (7, "kinds"),
        (["customer"], "kinds are of type Kind, not str"),
        ([CUSTOMER, CUSTOMER], "two times a kind 'customer'"),
        ([Kind("", FIELDS)], "a kind needs a name"),
        ([Kind("a", [Field("f"), Field("f")])], "two times a field of a 'f'"),
        ([Kind("a", [Field("p", FieldType.PASSWORD)])], "for configuration forms only"),
        ([Kind("a", [Field("f", rank="first")])], "rank is of type int, not 'first'"),
        ([Kind("a", [Field("f", default=1.5)])], "default: 1.5: floats lose digits"),
        ([Kind("a", FIELDS, ["city"])], "searchable fields that it does not have: ['city']"),
        ([Kind("a", FIELDS, parent="b")], "its parent 'b' is not among the kinds"),
        ([Kind("a", [Field(str(n)) for n in range(9)])], "a: at most 5 fields"),
        ([Kind(str(n), FIELDS) for n in range(9)], "at most 5 kinds"),
    ],
)
def test_kinds_that_no_system_has_stop_at_the_guard(kinds, promise):
    """Descriptions are looked at before anything is asked for by them."""
    with pytest.raises(BrokenPromise) as caught:
        guarded(Limits(kinds_max=5, fields_max=5), kinds=kinds).kinds()

    assert promise in caught.value.promise


@pytest.mark.parametrize(
    ("claims", "promise"),
    [
        (None, "capabilities are of type Capabilities"),
        (Capabilities(kinds={"customer": 7}), "claims of customer"),
        (Capabilities(kinds={"customer": KindCapabilities(read="yes")}), "customer: read"),
        (Capabilities(kinds={"customer": KindCapabilities(natural_key=(1,))}), "natural_key"),
        (
            Capabilities(kinds={"customer": KindCapabilities(commit_lag=timedelta(-1))}),
            "no time is shorter than none",
        ),
        (Capabilities(threads=1), "claims of lists and threads"),
        (Capabilities(rate_limit=7), "rate limits are of type RateLimit"),
        (Capabilities(rate_limit=RateLimit(1, -1)), "a number of seconds, not of -1"),
    ],
)
def test_claims_that_mean_nothing_stop_at_the_guard(claims, promise):
    """The engine plans by the claims, so they say yes and no, and how many, where they should."""
    with pytest.raises(BrokenPromise) as caught:
        _ = guarded(capabilities=claims).capabilities

    assert promise in caught.value.promise


def test_a_rate_limit_that_makes_sense_is_a_claim_like_any_other():
    """So many requests in so many seconds."""
    claims = Capabilities(rate_limit=RateLimit(10, 60.0))

    assert claims == guarded(capabilities=claims).capabilities


@pytest.mark.parametrize(
    ("answers", "promise"),
    [
        (None, "answers"),
        ([], "answers"),
        ([7], "none of the answers"),
        ([Saved(actor("2"))], "erp/customer/2"),
        ([Saved(actor(kind="person"))], "erp/person/1"),
        ([EditStale(actor("2"))], "erp/customer/2"),
        ([EditRefused(7)], "an answer says why in texts"),
        ([EditUnknown(7)], "an answer says why in texts"),
    ],
)
def test_an_answer_to_an_edit_that_is_none_stops_at_the_guard(answers, promise):
    """One answer for each edit, in its place, about its record."""
    with pytest.raises(BrokenPromise) as caught:
        guarded(save=answers).save("customer", [Edit({"name": "x"}, "1")])

    assert promise in caught.value.promise


def test_an_answer_to_a_removal_is_about_its_record():
    """A removal is answered by the key that was to go."""
    with pytest.raises(BrokenPromise, match="'2' answers the removal of '1'"):
        guarded(delete=[Deleted("2")]).delete("customer", [Removal("1")])


def test_a_record_stands_where_its_key_was_asked_for():
    """Records come in the order of their keys."""
    with pytest.raises(BrokenPromise, match="get"):
        guarded(get=[actor("2")]).get("customer", ["1"], KEYS)


def test_nothing_asked_is_nothing_answered():
    """An empty batch does not even reach the session."""
    session = guarded(save=7, delete=7)

    assert () == session.save("customer", [])
    assert () == session.delete("customer", [])


def test_more_than_was_claimed_is_not_asked_for():
    """A batch or a list of keys over the claim is the caller's error, and nothing is sent."""
    session = guarded()

    with pytest.raises(InputError, match="3 keys; liar takes at most 2 at once"):
        session.get("customer", ["1", "2", "3"], KEYS)
    with pytest.raises(InputError, match="3 edits; liar takes at most 2 at once"):
        session.save("customer", [Edit({"name": "x"}, "1")] * 3)


def test_a_version_is_expected_only_where_versions_are_claimed():
    """Without versions an expectation could not be kept, so it is refused."""
    claims = Capabilities(kinds={"customer": KindCapabilities(save=True, delete=True)})
    session = guarded(capabilities=claims)

    with pytest.raises(Unsupported, match="does not claim versions"):
        session.save("customer", [Edit({"name": "x"}, "1", expects="1")])
    with pytest.raises(Unsupported, match="does not claim versions"):
        session.delete("customer", [Removal("1", "1")])


def test_what_is_not_there_is_named_with_the_likely_spelling():
    """Kinds and searchable fields that do not exist are the caller's error."""
    session = guarded()

    with pytest.raises(BadName, match="did you mean 'customer'"):
        session.get("custmer", ["1"], KEYS)
    with pytest.raises(BadName, match="unknown searchable field 'tags'"):
        session.search("customer", Query(criteria=Condition("tags", "=", "a")), KEYS)


def test_a_feed_without_an_end_is_stopped():
    """A session that always has one more page is told so after a limit."""

    class Endless(Liar):
        def changes(self, _kind, since, _fields):
            return Page(cursor=str(int(since or 0) + 1), more=True)

    session = GuardedSession(Endless(), plugin="liar", system="erp")

    with pytest.raises(BrokenPromise, match="more than 50 pages"):
        list(all_changes(session, "customer", KEYS, pages_max=50))


def test_a_lost_configuration_is_told_where_nobody_can_open_again():
    """Without a way to open the session again, its loss is the caller's to deal with."""

    class Forgetful(Liar):
        def kinds(self):
            raise ConfigurationLost("who are you?")

    with pytest.raises(ConfigurationLost):
        GuardedSession(Forgetful(), plugin="liar", system="erp").kinds()


def test_a_list_has_only_so_many_items():
    """A list without an end is cut off, and told to have broken its bounds."""
    claims = Capabilities(lists=True)
    items = {str(n): "x" for n in range(9)}
    session = guarded(Limits(list_items_max=5), capabilities=claims, list_items=items)

    with pytest.raises(BrokenPromise, match="at most 5"):
        session.list_items("countries")


def test_a_page_has_only_so_many_deletions():
    """Deletions and aliases are bounded like everything else."""
    page = Page(deletions=[str(n) for n in range(9)])

    with pytest.raises(BrokenPromise, match="at most 5 deletions"):
        guarded(Limits(deletions_max=5), changes=page).changes("customer", None, KEYS)


def test_deletions_are_told_only_where_they_are_claimed():
    """A deletion is a fact that a system can state, or it is not told at all."""
    claims = Capabilities(kinds={"customer": KindCapabilities(changes=True, page_max=2)})
    session = guarded(capabilities=claims, changes=Page(deletions=["1"]))

    with pytest.raises(BrokenPromise, match="without claiming that it does"):
        session.changes("customer", None, KEYS)


def test_records_of_many_shapes_are_looked_at_one_by_one(monkeypatch):
    """Only so many shapes are remembered; the others are looked at anew, and pass too."""
    monkeypatch.setattr("erplink.connectors.inspection._SIGNATURES_MAX", 0)
    page = Page([actor()])

    assert page == guarded(changes=page).changes("customer", None, KEYS)


def test_two_threads_open_a_lost_session_again_once():
    """Whoever comes second finds the session that the first one opened."""
    both = Barrier(2, timeout=10)
    opened = []

    class Forgetful(Liar):
        def __init__(self):
            claims = Capabilities(kinds={"customer": CLAIMS}, threads=True)
            super().__init__(capabilities=claims)

        def count(self, _kind, _query):
            both.wait()
            raise ConfigurationLost("who are you?")

    def reopen():
        opened.append(1)
        return Liar(count=1, capabilities=Capabilities(kinds={"customer": CLAIMS}, threads=True))

    session = GuardedSession(Forgetful(), plugin="liar", system="erp", reopen=reopen)
    _ = session.kinds(), session.capabilities
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: session.count("customer", Query()), range(2)))

    assert ([1, 1], [1]) == (counts, opened)


def test_a_guard_shows_what_it_stands_before():
    """The plug-in and the system, and nothing of its configuration."""
    with guarded() as session:
        assert "GuardedSession(liar as erp)" == repr(session)
