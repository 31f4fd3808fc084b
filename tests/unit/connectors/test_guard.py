"""The guard: what is claimed is asked for, what is not is refused, and secrets stay inside."""

import threading
from contextlib import suppress

import pytest
from attrs import evolve

from erplink.connectors import (
    AllOf,
    AnyOf,
    Condition,
    Edit,
    EditRefused,
    EditUnknown,
    GuardedSession,
    Kind,
    KindCapabilities,
    Query,
    Removal,
)
from erplink.connectors.redaction import MASK
from erplink.domain.fields import Field
from erplink.domain.records import Actor, ActorRef
from erplink.errors import (
    BadName,
    BrokenPromise,
    ConfigurationLost,
    InputError,
    PluginFailed,
    Refused,
    Unsupported,
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


# --- claims ---------------------------------------------------------------------------------------

ASKED = {
    "read": lambda session: session.get("customer", ["1"], FIELDS),
    "changes": lambda session: session.changes("customer", None, FIELDS),
    "search": lambda session: session.search("customer", Query(), FIELDS),
    "count": lambda session: session.count("customer", Query()),
    "save": lambda session: session.save("customer", [Edit({"name": "x"}, "1")]),
    "create": lambda session: session.save("customer", [Edit({"name": "x"})]),
    "delete": lambda session: session.delete("customer", [Removal("1")]),
    "find_created": lambda session: session.find_created("customer", "k", {}),
}


@pytest.mark.parametrize(("claim", "ask"), ASKED.items(), ids=ASKED)
def test_what_is_not_claimed_is_never_asked_for(claim, ask, answers, everything, guard):
    """The plug-in is not even called."""
    session = answers(of_kind=evolve(everything, **{claim: False}))

    with pytest.raises(Unsupported, match=f"acme does not claim to {claim} 'customer'"):
        ask(guard(session))

    assert {"capabilities", "kinds"} == {name for name, *_ in session.asked}


def test_items_are_added_to_lists_only_where_that_is_claimed(answers, everything, guard):
    """The plug-in is not even called."""
    session = answers(of_kind=everything)

    with pytest.raises(Unsupported, match="acme does not claim to add items to lists"):
        guard(session).add_item("terms", "30 days")

    assert {"capabilities"} == {name for name, *_ in session.asked}


@pytest.mark.parametrize(
    "ask",
    [
        lambda session: session.save("customer", [Edit({"name": "x"}, "1", expects="7")]),
        lambda session: session.delete("customer", [Removal("1", "7")]),
    ],
)
def test_a_version_is_expected_only_where_versions_are_claimed(ask, answers, guard):
    """Who would ignore the version would overwrite what somebody else wrote."""
    claims = KindCapabilities(save=True, delete=True)

    with pytest.raises(Unsupported, match="acme does not claim versions of 'customer'"):
        ask(guard(answers(of_kind=claims)))


def test_lists_are_asked_for_only_where_they_are_claimed(answers, guard):
    """As everything else."""
    with pytest.raises(Unsupported, match="acme has no lists"):
        guard(answers(lists=False)).list_items("countries")


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_kind_that_there_is_not_is_told_with_the_likely_name(ask, answers, guard):
    """A misspelt kind is the caller's fault, and is told to the caller."""
    kinds = (Kind("customers", [Field("name")]),)

    with pytest.raises(BadName, match="unknown kind 'customer'; did you mean 'customers'"):
        ask(guard(answers(kinds=kinds)))


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda s: s.get("customer", list("1234"), FIELDS), "4 keys; acme takes at most 3 at once"),
        (
            lambda s: s.save("customer", [Edit({}, "1")] * 4),
            "4 edits; acme takes at most 3 at once",
        ),
        (lambda s: s.delete("customer", [Removal("1")] * 4), "4 removals; acme takes at most 3"),
    ],
)
def test_nobody_is_asked_for_more_than_they_claim(ask, told, answers, guard):
    """Too large a batch is the caller's fault."""
    with pytest.raises(InputError, match=told):
        ask(guard(answers()))


def test_an_empty_batch_is_done_without_asking(answers, guard):
    """There is nothing to do, and nothing to answer."""
    session = answers()

    assert () == guard(session).save("customer", [])
    assert () == guard(session).delete("customer", [])
    assert {"capabilities", "kinds"} == {name for name, *_ in session.asked}


@pytest.mark.parametrize("ask", [GuardedSession.search, GuardedSession.count])
def test_only_searchable_fields_are_searched(ask, answers, guard):
    """However deep they stand in the criteria."""
    criteria = AllOf([Condition("name", "=", "x"), AnyOf([Condition("credit", ">", 1)])])
    query = Query(criteria=criteria)
    arguments = ("customer", query, FIELDS) if ask is GuardedSession.search else ("customer", query)

    with pytest.raises(BadName, match="unknown searchable field 'credit'; known: name"):
        ask(guard(answers()), *arguments)


def test_claims_and_kinds_are_asked_for_once(answers, guard):
    """Nobody plans by what changes meanwhile."""
    session = answers(1)
    guarded = guard(session)

    for _ in range(3):
        guarded.count("customer", Query())

    assert [("capabilities",), ("kinds",)] == sorted(
        each for each in session.asked if each[0] != "count"
    )


# --- opening again, threads, closing --------------------------------------------------------------


class Forgets:
    """Loses its configuration a number of times."""

    def __init__(self, times):
        self.times = times

    def __call__(self):
        if self.times:
            self.times -= 1
            raise ConfigurationLost("who are you?")
        return 7


def test_a_session_that_forgot_is_opened_again_once(answers, guard):
    """The same question is asked once more, of the new session."""
    lost, found = answers(Forgets(1)), answers(7)
    guarded = guard(lost, reopen=lambda: found)

    assert 7 == guarded.count("customer", Query())
    assert (1, 0) == (lost.closed, found.closed)


def test_a_session_that_goes_on_forgetting_is_told(answers, guard):
    """Once is enough."""
    guarded = guard(answers(Forgets(1)), reopen=lambda: answers(Forgets(9)))

    with pytest.raises(ConfigurationLost):
        guarded.count("customer", Query())


def test_a_session_that_cannot_be_opened_again_is_told(answers, guard):
    """Without a way, or where the way fails."""

    def fails():
        raise ValueError("boom")

    with pytest.raises(ConfigurationLost):
        guard(answers(Forgets(1))).count("customer", Query())
    with pytest.raises(PluginFailed, match="failed in open: ValueError: boom"):
        guard(answers(Forgets(1)), reopen=fails).count("customer", Query())


def side_by_side(session, guard, **more):
    """Ask from two threads at once; how many were in the session at the same time."""
    meet = threading.Barrier(2)
    inside, most = [], []

    def answer():
        inside.append(1)
        most.append(len(inside))
        with suppress(threading.BrokenBarrierError):
            meet.wait(0.2)
        inside.pop()
        return 7

    session.answer = answer
    guarded = guard(session, **more)
    guarded.capabilities  # noqa: B018 - it is asked for once, and by one
    threads = [threading.Thread(target=guarded.count, args=("customer", Query())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(most)


def test_threads_wait_for_one_another_unless_the_session_claims_them(answers, guard):
    """Where threads are claimed, nobody waits."""
    assert 1 == side_by_side(answers(), guard)
    assert 2 == side_by_side(answers(threads=True), guard)


def test_threads_that_find_a_session_forgetful_open_one_other(answers, guard):
    """However many notice, it is opened again once."""
    meet, opened = threading.Barrier(2), []

    def forgets():
        meet.wait(5)
        raise ConfigurationLost("who are you?")

    def reopen():
        opened.append(answers(7, threads=True))
        return opened[-1]

    guarded = guard(answers(forgets, threads=True), reopen=reopen)
    guarded.capabilities  # noqa: B018 - it is asked for once, and by one
    guarded.kinds()
    told = []
    threads = [
        threading.Thread(target=lambda: told.append(guarded.count("customer", Query())))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ([7, 7], 1) == (told, len(opened))


@pytest.mark.parametrize("error", [ValueError("boom"), SystemExit()])
def test_a_failure_to_close_is_nobodys_problem(error, answers, guard):
    """What was to be closed is not used any more."""
    session = answers()

    def fails():
        raise error

    session.close = fails
    with guard(session) as guarded:
        assert "GuardedSession(acme as erp)" == repr(guarded)


# --- secrets --------------------------------------------------------------------------------------


def test_answers_show_no_secret(answers, guard):
    """What a system said may repeat what it was sent."""
    said = [
        EditRefused("let-me-in is wrong", "let-me-in", "let-me-in"),
        EditUnknown("after let-me-in"),
    ]

    told = guard(answers(said)).save("customer", [Edit({"name": "x"}, "1")] * 2)

    expected = (EditRefused(f"{MASK} is wrong", MASK, MASK), EditUnknown(f"after {MASK}"))
    assert expected == told


def test_broken_promises_and_failures_show_no_secret(answers, guard):
    """Nor do errors of the contract."""

    def fails():
        raise ValueError("let-me-in")

    def refuses():
        raise Refused("let-me-in is wrong")

    assert MASK in promise_broken(
        lambda: guard(answers([actor("let-me-in")])).get("customer", ["1"], FIELDS)
    )
    for answer, error in ((fails, PluginFailed), (refuses, Refused)):
        with pytest.raises(error) as caught:
            guard(answers(answer)).count("customer", Query())
        assert MASK in str(caught.value)
        assert "let-me-in" not in str(caught.value)
