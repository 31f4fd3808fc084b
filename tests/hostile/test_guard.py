"""Whatever a plug-in returns or raises, the guard lets out what the contract knows and no more."""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from types import FunctionType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import (
    Capabilities,
    Condition,
    Diagnosis,
    Edit,
    EditRefused,
    EditStale,
    GuardedSession,
    Kind,
    KindCapabilities,
    Limits,
    Operator,
    Page,
    Query,
    RawRecords,
    Removal,
    Saved,
    all_changes,
    config_form,
    diagnose,
    discover,
    open_session,
)
from erplink.domain.fields import Field, FieldType
from erplink.domain.frozen import FrozenDict
from erplink.domain.records import Actor, ActorRef, EntityRef
from erplink.errors import (
    BrokenPromise,
    ConfigurationLost,
    InputError,
    PluginError,
    PluginFailed,
    Refused,
    SessionError,
    Unauthorised,
    Unavailable,
    Unknown,
)
from erplink.testing import FakeErp, WrappedSession

FIELDS = ["name", "credit", "seen", "emails"]
KINDS = (
    Kind(
        "customer",
        (
            Field("name"),
            Field("credit", FieldType.DECIMAL),
            Field("seen", FieldType.DATETIME),
            Field("emails", FieldType.TEXTS),
        ),
        ("name",),
        parent="group",
    ),
    Kind("group", (Field("name"),)),
)
EVERYTHING = KindCapabilities(
    read=True,
    search=True,
    count=True,
    changes=True,
    deletions=True,
    create=True,
    save=True,
    delete=True,
    versions=True,
    find_created=True,
    page_max=3,
    batch_max=3,
)
CLAIMS = Capabilities(kinds={"customer": EVERYTHING}, lists=True)
REF = ActorRef("erp", "customer", "1")
RECORD = Actor(
    REF,
    ActorRef("erp", "group", "7"),
    version="1",
    modified=1,
    fields={
        "name": "ACME",
        "credit": Decimal("1.5"),
        "seen": datetime(2026, 1, 1, tzinfo=UTC),
        "emails": ("a@b.example",),
    },
)


class Says:
    """A session that answers every question with one and the same thing."""

    def __init__(self, answer, capabilities=CLAIMS, kinds=KINDS):
        self.answer, self.claimed, self.described = answer, capabilities, kinds

    @property
    def capabilities(self):
        return self.claimed

    def kinds(self):
        return self.described

    def _say(self, *_):
        return self.answer() if isinstance(self.answer, Raises) else self.answer

    get = changes = search = count = save = delete = find_created = list_items = close = _say


class Raises:
    """An answer that is an exception."""

    def __init__(self, error):
        self.error = error

    def __call__(self):
        raise self.error


def guarded(answer, **more):
    return GuardedSession(Says(answer, **more), plugin="acme", system="erp")


def whole(page):
    """A page, and what its records decode to."""
    return page, list(page)


ASKED = {
    "get": lambda session: session.get("customer", ["1"], FIELDS),
    "changes": lambda session: whole(session.changes("customer", None, FIELDS)),
    "search": lambda session: whole(session.search("customer", Query(), FIELDS)),
    "count": lambda session: session.count("customer", Query()),
    "save": lambda session: session.save("customer", [Edit({"name": "x"}, "1", expects="1")]),
    "create": lambda session: session.save("customer", [Edit({"name": "x"})]),
    "delete": lambda session: session.delete("customer", [Removal("1")]),
    "find_created": lambda session: session.find_created("customer", "k", {}),
    "list_items": lambda session: session.list_items("countries"),
}
asked = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)


# --- nonsense -------------------------------------------------------------------------------------


class Hostile:
    """Raises at whatever is done with it."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    __len__ = __iter__ = __bool__ = __eq__ = __hash__ = __repr__ = __str__ = __call__ = (
        __getattribute__
    )


class LyingSequence(Sequence):
    """Says that it has one item, and has none or as many as one likes."""

    def __init__(self, *items):
        self.items = items

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return self.items[index]


class Endless(Sequence):
    """Never comes to its end."""

    def __len__(self):
        return 1

    def __getitem__(self, index):
        return RECORD


class EndlessMapping(Mapping):
    """Never comes to its end either."""

    def __len__(self):
        return 1

    def __iter__(self):
        while True:
            yield "x"

    def __getitem__(self, key):
        return "x"


class Text(str):
    """Is a text, and is not."""

    __slots__ = ()

    def __eq__(self, other):
        raise RuntimeError

    __hash__ = str.__hash__


class Number(int):
    """Is a number, and is not."""

    def __lt__(self, other):
        raise RuntimeError


class OddPage(Page):
    """A page that thinks about what it tells."""

    @property
    def records(self):
        raise RuntimeError


def nested(depth):
    value = ()
    for _ in range(depth):
        value = (value,)
    return value


DEEP = nested(100_000)
plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**30),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.decimals(),
    st.datetimes(timezones=st.none() | st.just(timezone(timedelta(hours=1)))),
    st.sampled_from([UTC, Hostile, Page, RECORD, REF, KINDS[0], CLAIMS, DEEP, Ellipsis]),
    st.builds(Hostile),
    st.builds(Text),
    st.builds(Number),
    st.builds(Endless),
    st.builds(EndlessMapping),
    st.builds(object),
    st.just(EntityRef.of("customer", "1")),
    st.just(ActorRef("elsewhere", "customer", "1")),
    st.just(ActorRef("erp", "supplier", "1")),
    st.builds(iter, st.just([RECORD])),
)


RIGHT = {
    "get": (RECORD,),
    "changes": Page([RECORD], deletions=["2"], aliases={"3": "4"}, cursor="1"),
    "search": Page(RawRecords([b"1"], lambda _: RECORD), cursor="1"),
    "count": 1,
    "save": (Saved(RECORD),),
    "create": (EditStale(RECORD),),
    "delete": (EditRefused("no"),),
    "find_created": (RECORD,),
    "list_items": {"NO": "Norway"},
}


@st.composite
def spoilt(draw, right):
    """What would be right, but for one place in it."""
    parts = parts_of(right)
    if not parts or draw(st.integers(0, 3)) == 0:
        return draw(plain)
    name = draw(st.sampled_from(sorted(parts)))
    return put_together(right, {**parts, name: draw(spoilt(parts[name]))})


def parts_of(value):
    if hasattr(type(value), "__attrs_attrs__"):
        return {each.name: getattr(value, each.name) for each in type(value).__attrs_attrs__}
    if isinstance(value, tuple):
        return dict(enumerate(value))
    return dict(value) if isinstance(value, Mapping) else {}


def put_together(like, parts):
    if isinstance(like, tuple):
        return tuple(parts.values())
    if isinstance(like, Mapping):
        return type(like)(parts)
    made = type(like).__new__(type(like))
    for name, part in parts.items():
        object.__setattr__(made, name, part)
    return made


@cache
def hints(cls):
    return get_type_hints(cls)


def sound(answer, hint=Any):
    """Assert that an answer is of the very types that it says, all the way down."""
    assert fits(answer, hint), f"{answer!r} is no {hint}"
    if hasattr(type(answer), "__attrs_attrs__"):
        for name, part in parts_of(answer).items():
            sound(part, hints(type(answer))[name])
    elif isinstance(answer, tuple | Mapping):
        for part in [*parts_of(answer), *parts_of(answer).values()]:
            sound(part)


PLAIN = (str, int, float, bool, bytes, Decimal, date, datetime, timedelta, type(None), FunctionType)


def fits(value, hint):
    if hint is Any or isinstance(hint, TypeVar):
        return type(value) in PLAIN or type(value).__module__.startswith(("builtins", "erplink."))
    if get_origin(hint) in (Union, UnionType):
        return any(fits(value, each) for each in get_args(hint))
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    expected = get_origin(hint) or hint
    if expected is Callable:
        return callable(value)
    return type(value) is expected or (expected is float and type(value) is int)


@pytest.mark.parametrize("name", ASKED)
@given(data=st.data())
def test_no_nonsense_comes_through(name, data):
    """Whatever a method returns: either it is what was promised, or it is told as broken."""
    answer = data.draw(spoilt(RIGHT[name]) | plain)
    try:
        sound(ASKED[name](guarded(answer)), {"count": int}.get(name, Any))
    except (BrokenPromise, PluginFailed) as error:
        assert str(error).startswith("connector 'acme' ")  # noqa: PT017 - it need not be raised


@given(capabilities=spoilt(CLAIMS) | plain, kinds=spoilt(KINDS) | plain)
def test_no_nonsense_is_planned_by(capabilities, kinds):
    """What a session says of itself is looked at just as well."""
    for session in (guarded(0, capabilities=capabilities), guarded(0, kinds=kinds)):
        for ask in (lambda it: it.capabilities, lambda it: it.kinds(), ASKED["count"]):
            try:
                sound(ask(session))
            except (PluginError, SessionError, InputError) as error:
                assert str(error)  # noqa: PT017 - it need not be raised


@pytest.mark.parametrize("most", [0, 1, 4_096])
def test_records_of_several_shapes_come_on_one_page(most, monkeypatch):
    """A record may leave out what another one has, however few shapes are remembered."""
    monkeypatch.setattr("erplink.connectors.inspection._SIGNATURES_MAX", most)
    short = evolve(RECORD, fields={"name": "ACME"})
    page = Page([short, RECORD, evolve(RECORD, fields={"name": None})], cursor="1")
    session = guarded(page)

    for _ in range(2):
        assert page == session.changes("customer", None, [*RECORD.fields])


def spoiling(thing, name, part):
    """A copy of ``thing`` in which its own class did not look at one part."""
    spoilt_one = copy(thing)
    object.__setattr__(spoilt_one, name, part)
    return spoilt_one


@pytest.mark.parametrize("part", [Endless(), EndlessMapping(), "", ["name"]])
@pytest.mark.parametrize(
    "told",
    [
        lambda part: {"kinds": [spoiling(KINDS[0], "searchable", part), *KINDS[1:]]},
        lambda part: {"kinds": [spoiling(KINDS[0], "fields", part), *KINDS[1:]]},
        lambda part: {"capabilities": spoiling(CLAIMS, "kinds", part)},
        lambda part: {
            "capabilities": spoiling(
                CLAIMS, "kinds", FrozenDict({"customer": spoiling(EVERYTHING, "natural_key", part)})
            )
        },
    ],
    ids=["searchable", "fields", "claims", "natural key"],
)
def test_a_description_without_an_end_is_not_gone_through(told, part):
    """What is not of its very type is told as broken before anybody goes through it."""
    with pytest.raises(BrokenPromise):
        ASKED["count"](guarded(0, **told(part)))


FORM = (Field("url"), Field("token", FieldType.PASSWORD, decimals=2))


@given(
    form=spoilt(FORM) | plain,
    found=spoilt(Diagnosis.ok("fine")) | plain,
    proposed=spoilt({"company": {"1": "ACME"}}) | plain,
    session=plain,
)
def test_no_nonsense_is_shown_in_a_form_or_a_diagnosis(form, found, proposed, session):
    """Nor does a connector's own nonsense come out, before there is a session."""

    class Acme:
        name = "acme"
        config_fields = staticmethod(lambda: form)
        test = staticmethod(lambda *_: found)
        discover = staticmethod(lambda *_: proposed)
        open = staticmethod(lambda *_: session)

    connector, context = Acme(), FakeErp().harness().context({})
    for ask in (
        lambda: config_form(connector),
        lambda: diagnose(connector, {}, context),
        lambda: discover(connector, {}, context),
        lambda: open_session(connector, {}, context).kinds(),
    ):
        try:
            sound(ask())
        except (BrokenPromise, PluginFailed) as error:
            assert str(error).startswith("connector 'acme' ")  # noqa: PT017 - as above


@pytest.mark.parametrize("name", ASKED)
def test_what_is_right_comes_through(name):
    """The guard is in nobody's way."""
    sound(ASKED[name](guarded(RIGHT[name])))


# --- exceptions -----------------------------------------------------------------------------------


class SaysNothing(Exception):
    """Cannot even say what it is."""

    def __str__(self):
        raise RuntimeError


class RefusesToSay(Refused):
    """Is of the contract, and cannot say what it is."""

    __str__ = SaysNothing.__str__


def out_of_breath(*_):
    return out_of_breath()


@asked
@pytest.mark.parametrize(
    "error",
    [
        ValueError("boom"),
        SaysNothing("boom"),
        SystemExit("bye"),
        MemoryError(),
        StopIteration(),
        ExceptionGroup("many", [ValueError("one")]),
        InputError("it is the caller's fault"),
        AssertionError("it is nobody's fault"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_contract_does_not_know_is_told_as_a_failure(ask, error):
    """Every exception of a plug-in's becomes one that names the plug-in."""
    with pytest.raises(PluginFailed) as caught:
        ask(guarded(Raises(error)))

    assert str(caught.value).startswith("connector 'acme' failed in ")
    assert (None, True) == (caught.value.__cause__, caught.value.__suppress_context__)


@asked
def test_a_plug_in_that_calls_itself_for_ever_is_a_failure(ask):
    """It runs out of breath, and nobody else does."""
    raises = Raises(None)
    raises.__class__ = type("Deep", (Raises,), {"__call__": out_of_breath})

    with pytest.raises(PluginFailed, match="RecursionError"):
        ask(guarded(raises))


@asked
def test_who_presses_control_c_is_obeyed(ask):
    """KeyboardInterrupt is the user's own, and passes."""
    with pytest.raises(KeyboardInterrupt):
        ask(guarded(Raises(KeyboardInterrupt())))


@asked
@pytest.mark.parametrize(
    "error",
    [
        Refused("no", field="name", code="7"),
        Unauthorised("no"),
        Unavailable("not now", retry_after=3.0),
        Unknown("perhaps"),
        ConfigurationLost("who are you?"),
        BrokenPromise("acme", "get", "it says so itself"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_the_contract_knows_comes_through_as_it_is(ask, error):
    """The three kinds of no are the plug-in's to tell."""
    with pytest.raises(type(error)) as caught:
        ask(guarded(Raises(error)))

    assert error is caught.value


@asked
@pytest.mark.parametrize(
    ("error", "rule"),
    [
        (RefusesToSay("no"), "it cannot be told as a text"),
        (Unavailable("no", retry_after="soon"), "retry_after is a number of seconds, not 'soon'"),
        (
            Unavailable("no", retry_after=float("nan")),
            "retry_after is a number of seconds, not nan",
        ),
        (Unavailable("no", retry_after=-1), "retry_after is a number of seconds, not -1"),
        (Unavailable("no", retry_after=True), "retry_after is a number of seconds, not True"),
        (Unavailable(object), "reason, field and code are texts"),
        (Refused("no", field=None), "reason, field and code are texts"),
        (Unauthorised("no", code=7), "reason, field and code are texts"),
    ],
)
def test_an_error_of_the_contract_that_carries_nonsense_is_broken(ask, error, rule):
    """Who plans by the seconds to wait is not given a text for them."""
    with pytest.raises(BrokenPromise) as caught:
        ask(guarded(Raises(error)))

    assert f"it raised {type(error).__name__}; {rule}" == caught.value.promise


# --- without end ----------------------------------------------------------------------------------


def test_pages_without_end_are_stopped():
    """A cursor that moves for ever leads nowhere."""

    class NeverEnds(WrappedSession):
        pages = 0

        def changes(self, *_):
            self.pages += 1
            return Page(cursor=str(self.pages), more=True)

    session = GuardedSession(NeverEnds(Says(None)), plugin="acme", system="erp")

    with pytest.raises(BrokenPromise, match="there are more than 50 pages"):
        list(all_changes(session, "customer", FIELDS, pages_max=50))


@pytest.mark.parametrize(
    ("answer", "promise"),
    [
        (Page([RECORD] * 4), "4 records on a page, and claims at most 3"),
        (Page(RawRecords([b"1"] * 4, repr)), "4 records on a page, and claims at most 3"),
        (Page(cursor="x" * 4097), "a cursor has at most 4096 characters"),
        (Page(RawRecords([b"x" * 11], repr)), "a raw record has at most 10 bytes"),
        (
            Page(deletions=map(str, range(6))),
            "at most 5 deletions and aliases on a page",
        ),
        (
            Page(aliases={str(n): "x" for n in range(6)}),
            "at most 5 deletions and aliases on a page",
        ),
        (Page(deletions=["x" * 255]), "a key has 1 to 254 characters, not 255"),
        (Page(deletions=[""]), "a key has 1 to 254 characters, not 0"),
        (Page(cursor="1", more=True), ""),
    ],
)
def test_a_page_that_is_too_large_is_broken(answer, promise):
    """Everything that could be without end has one."""
    limits = Limits(slice_bytes_max=10, deletions_max=5)
    session = GuardedSession(Says(answer), plugin="acme", system="erp", limits=limits)
    if not promise:
        assert answer == session.changes("customer", None, FIELDS)
        return

    with pytest.raises(BrokenPromise) as caught:
        session.changes("customer", None, FIELDS)

    assert promise in caught.value.promise


def test_what_fails_in_the_middle_of_a_page_fails_there():
    """Raw records are decoded one by one, each under guard."""

    def decode(piece):
        if piece == b"2":
            raise ValueError("bad piece")
        return Actor(REF, version="1", fields={"name": 7} if piece == b"3" else {"name": "ACME"})

    page = guarded(Page(RawRecords([b"1", b"2", b"3"], decode))).changes("customer", None, FIELDS)
    records = iter(page)

    assert "ACME" == next(records).value("name")
    with pytest.raises(PluginFailed, match="failed in changes: ValueError: bad piece"):
        next(records)
    with pytest.raises(BrokenPromise, match="7 is no str"):
        next(records)


def test_an_answer_that_changes_afterwards_is_taken_as_it_was():
    """What was looked at is what is handed on."""
    answer = [RECORD]
    told = guarded(answer).get("customer", ["1"], FIELDS)

    answer[:] = ["nonsense"]

    assert (RECORD,) == told


def test_values_of_every_type_come_through():
    """The guard is in nobody's way."""
    fields = {
        "name": "ACME",
        "credit": Decimal("1.5"),
        "seen": datetime(2026, 1, 1, tzinfo=UTC),
        "emails": ("a@b.example",),
    }
    group = ActorRef("erp", "group", "7")
    records = [
        Actor(ActorRef("erp", "customer", "1"), group, version="1", fields=fields, modified=1),
        Actor(ActorRef("erp", "customer", "2"), version="1", fields=dict.fromkeys(fields)),
        Actor(ActorRef("erp", "customer", "3"), version="1", fields={"credit": 5}, modified="x"),
    ]

    told = guarded(Page(records)).search("customer", Query(), FIELDS)

    assert records == list(told)


def test_a_search_names_fields_that_can_be_searched():
    """What cannot be searched is never asked for."""
    query = Query(criteria=Condition("credit", Operator.EMPTY))

    with pytest.raises(InputError, match="unknown searchable field 'credit'"):
        guarded(0).count("customer", query)
