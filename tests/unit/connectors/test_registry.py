"""The registry: plug-ins are found, checked, kept apart, and imported when they are used."""

# ruff: noqa: PLW0108 - only what is written here can be marked as a hook

import sys
import threading
from types import SimpleNamespace

import pytest

from erplink.adapters.erp.memory import MemoryConnector
from erplink.connectors import Announcement, Event, Registry, hookimpl
from erplink.connectors.registry import ANNOUNCEMENTS_MAX
from erplink.errors import BadName, BadRegistration, PluginFailed

GOOD = """
    from erplink.connectors import Announcement, hookimpl

    @hookimpl
    def erplink_connectors():
        return [Announcement("acme", "installed_acme_erp:make", "ACME 11")]
"""
CONNECTOR = """
    from erplink.adapters.erp.memory import MemoryConnector

    def make():
        return MemoryConnector(name="acme")
"""


def plugin(name="acme", **hooks):
    """A plug-in object with these hooks, each marked."""
    made = {f"erplink_{each}": hookimpl(do) for each, do in hooks.items()}
    return SimpleNamespace(__name__=name, **made)


def connectors(*announcements, name="acme"):
    return plugin(name, connectors=lambda: announcements)


def alone(*plugins):
    return Registry(plugins, installed=False)


# --- finding --------------------------------------------------------------------------------------


def test_an_installed_plug_in_is_found_and_nothing_of_it_imported_before_it_is_used(install):
    """Neither the plug-in nor its connector is imported before somebody asks."""
    install("acme", GOOD)
    install("acme-erp", CONNECTOR, module="installed_acme_erp")

    registry = Registry()
    assert "installed_acme" not in sys.modules
    assert "ACME 11" == registry.connectors()["acme"]
    assert "installed_acme_erp" not in sys.modules

    connector = registry.connector("acme")

    assert "acme" == connector.name
    assert connector is registry.connector("acme")


def test_installed_plug_ins_may_be_left_out(install):
    """A host that names its plug-ins has these and no others."""
    install("acme", GOOD)

    assert {} == Registry(installed=False).connectors()


def test_a_plug_in_handed_over_and_installed_is_there_once(install):
    """The same object is not taken in twice."""
    install("acme", GOOD)
    import installed_acme  # noqa: PLC0415 - it was installed a line ago

    registry = Registry([installed_acme])

    assert "ACME 11" == registry.connectors()["acme"]
    assert [] == [each for each in registry.problems if "acme" in str(each)]


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("raise ValueError('boom')", "failed to import: ValueError: boom"),
        ("import no_such_module", "failed to import: ModuleNotFoundError"),
        ("raise SystemExit('bye')", "failed to import: SystemExit: bye"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "failed to import: E: (it"),
        ("def x(:", "failed to import: SyntaxError"),
        ("def __dir__(): raise ValueError('boom')", "failed to be taken in: ValueError: boom"),
        ("def erplink_conectors(): pass", "did you mean 'erplink_connectors'?"),
        ("def erplink_connectors(): pass", "mark 'erplink_connectors' with hookimpl"),
    ],
)
def test_an_installed_plug_in_that_fails_is_told_and_the_others_go_on(install, source, problem):
    """One bad plug-in is left out, with its reason; it stops nobody."""
    install("bad", source)
    install("acme", GOOD)
    registry = Registry()

    assert "acme" in registry.connectors()
    (told,) = [str(each) for each in registry.problems if "'bad'" in str(each)]
    assert told.startswith("plug-in 'bad'")
    assert problem in told


def test_control_c_while_importing_is_obeyed(install):
    """The user's own interrupt is not a plug-in's failure."""
    install("slow", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        Registry().connectors()


def test_threads_that_ask_at_once_import_once(install):
    """However many ask, a plug-in is imported once, and its connector made once."""
    install("acme", GOOD)
    install("acme-erp", CONNECTOR, module="installed_acme_erp")
    registry, made, ready = Registry(), [], threading.Barrier(4)

    def ask():
        ready.wait()
        made.append(registry.connector("acme"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 4 == len(made)
    assert 1 == len(set(map(id, made)))


# --- refusing -------------------------------------------------------------------------------------


def test_a_misspelt_hook_is_refused_with_the_likely_spelling():
    """A hook that nobody calls would be silent for ever."""
    with pytest.raises(BadRegistration) as caught:
        Registry([plugin(conectors=lambda: ())])

    expected = "plug-in 'acme' has no hook 'erplink_conectors'; did you mean 'erplink_connectors'?"
    assert expected == str(caught.value)


def test_a_hook_of_another_name_is_refused():
    """What is marked as a hook must be one."""
    strange = SimpleNamespace(__name__="acme", connectors=hookimpl(lambda: ()))

    with pytest.raises(BadRegistration, match="plug-in 'acme': unknown hook 'connectors'"):
        Registry([strange])


def test_a_hook_that_was_not_marked_is_refused():
    """A function of a hook's name that is no hook would be silent for ever, too."""
    with pytest.raises(BadRegistration, match="'acme': mark 'erplink_connectors' with hookimpl"):
        Registry([SimpleNamespace(__name__="acme", erplink_connectors=list)])


def test_a_name_that_only_begins_like_a_hook_is_left_alone():
    """What cannot be called is no hook."""
    harmless = SimpleNamespace(__name__="acme", erplink_version="1.0")

    assert {} == alone(harmless).connectors()


def test_a_hook_that_wants_what_no_hook_is_given_is_refused():
    """The message names the plug-in, the hook and the argument."""
    with pytest.raises(BadRegistration) as caught:
        Registry([plugin(event=lambda event, veto: None)])  # noqa: ARG005 - what it is about

    told = str(caught.value)
    assert told.startswith("plug-in 'acme': ")
    assert "erplink_event" in told
    assert "veto" in told


@pytest.mark.parametrize("kind", ["wrapper", "hookwrapper"])
def test_a_hook_that_wraps_others_is_refused(kind):
    """Plug-ins are kept apart: none stands around the others."""

    def erplink_connectors():
        yield

    wraps = SimpleNamespace(
        __name__="acme", erplink_connectors=hookimpl(**{kind: True})(erplink_connectors)
    )

    with pytest.raises(
        BadRegistration, match="'erplink_connectors' is to be implemented, not wrap"
    ):
        Registry([wraps])


def test_two_plug_ins_of_one_name_are_refused():
    """Neither is silently renamed."""
    with pytest.raises(BadRegistration, match="plug-in 'acme' is there twice"):
        Registry([plugin(), plugin()])


def test_a_plug_in_whose_attributes_raise_is_refused():
    """To look at a plug-in runs its code, which may do anything."""

    class Acme:
        @property
        def erplink_connectors(self):
            raise ValueError("boom")

    with pytest.raises(
        PluginFailed, match="plug-in 'Acme' failed to be taken in: ValueError: boom"
    ):
        Registry([Acme()])


# --- announcing -----------------------------------------------------------------------------------


def test_a_connector_announced_twice_is_refused_naming_both():
    """Nobody decides in silence which one it is; the others go on working."""
    one = connectors(Announcement("acme", MemoryConnector), name="one")
    memory = Announcement("memory", MemoryConnector)
    other = connectors(Announcement("acme", MemoryConnector), memory, name="other")
    registry = alone(one, other)

    with pytest.raises(BadRegistration) as caught:
        registry.connector("acme")

    assert "the connector 'acme' is announced by 'one' and 'other'; remove one" == str(caught.value)
    assert "memory" == registry.connector("memory").name


def test_an_unknown_connector_is_told_with_the_likely_name():
    """The message proposes the nearest name."""
    registry = alone(connectors(Announcement("memory", MemoryConnector)))

    with pytest.raises(BadName, match="unknown connector 'memroy'; did you mean 'memory'"):
        registry.connector("memroy")


@pytest.mark.parametrize(
    "target",
    [
        MemoryConnector,
        MemoryConnector(),
        lambda: MemoryConnector(),
        "erplink.adapters.erp.memory:MemoryConnector",
    ],
    ids=["a class", "an object", "a function", "a place"],
)
def test_a_connector_may_be_announced_in_several_ways(target):
    """The target is the connector, what makes it, or where either is."""
    registry = alone(connectors(Announcement("memory", target)))

    assert {"memory": "memory"} == registry.connectors()
    assert isinstance(registry.connector("memory"), MemoryConnector)


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("no_such_module:Acme", "plug-in 'acme' failed to bring the connector 'acme': ModuleNotFo"),
        ("erplink.errors:Acme", "plug-in 'acme' failed to bring the connector 'acme': Attribute"),
        ("erplink.errors", "plug-in 'acme' failed to bring the connector 'acme': Attribute"),
        (SystemExit, "plug-in 'acme': the connector 'acme' lacks name, title, versions, config_"),
        (lambda: sys.exit(1), "plug-in 'acme' failed to bring the connector 'acme': SystemExit"),
        (
            SimpleNamespace(open=1, name="acme"),
            "the connector 'acme' lacks title, versions, config",
        ),
        (MemoryConnector, "plug-in 'acme' announces 'acme', but it is named 'memory'"),
    ],
)
def test_a_connector_that_is_none_is_told(target, problem):
    """Whatever is wrong with a connector is told when it is used, naming the plug-in."""
    registry = alone(connectors(Announcement("acme", target)))

    with pytest.raises((PluginFailed, BadRegistration)) as caught:
        registry.connector("acme")

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("announced", "problem"),
    [
        ("nonsense", "announces a str, not an Announcement"),
        (Announcement("", MemoryConnector), "announces '' with the title ''; both are texts"),
        (Announcement(None, MemoryConnector), "announces None with the title ''"),
        (Announcement("x", MemoryConnector, None), "announces 'x' with the title None"),
        (Announcement("Acme", MemoryConnector), "announces 'Acme'; names are in lower case"),
    ],
)
def test_an_announcement_that_is_none_is_left_out(announced, problem):
    """The others of the same plug-in stand."""
    good = Announcement("memory", MemoryConnector)
    registry = alone(plugin(connectors=lambda: [announced, good]))

    assert {"memory": "memory"} == registry.connectors()
    (told,) = registry.problems
    assert f"plug-in 'acme' {problem}" in str(told)


def endless():
    while True:
        yield Announcement("acme", MemoryConnector)


def broken():
    yield Announcement("acme", MemoryConnector)
    raise ValueError("boom")


@pytest.mark.parametrize(
    ("hook", "answer", "problem"),
    [
        ("connectors", lambda: None, "failed to answer erplink_connectors: TypeError"),
        ("connectors", broken, "failed to answer erplink_connectors: ValueError: boom"),
        ("connectors", lambda: sys.exit(1), "failed to answer erplink_connectors: SystemExit"),
        ("connectors", endless, f"announces more than {ANNOUNCEMENTS_MAX} things"),
        ("runners", lambda: 7, "failed to answer erplink_runners: TypeError"),
        ("transforms", lambda: 7, "failed to answer erplink_transforms: TypeError"),
        ("normalisers", broken, "failed to answer erplink_normalisers: "),
    ],
)
def test_a_plug_in_that_fails_to_answer_is_left_out(hook, answer, problem):
    """A hook that fails takes nothing of the others along, and is told once."""
    good = connectors(Announcement("memory", MemoryConnector), name="good")
    registry = alone(plugin("bad", **{hook: answer}), good)

    assert "memory" in registry.connectors()
    for _ in range(2):
        (told,) = registry.problems
        assert problem in str(told)


def test_transforms_and_normalisers_are_gathered():
    """Each by the name that mappings and match rules use."""
    registry = alone(
        plugin("one", transforms=lambda: {"shout": str.upper}, normalisers=lambda: {"vat": str}),
        plugin("other", transforms=lambda: {"whisper": str.lower}),
    )

    assert {"shout": str.upper, "whisper": str.lower} == registry.transforms()
    assert {"vat": str} == registry.normalisers()
    assert () == registry.problems


def test_a_transform_announced_twice_is_refused_naming_both():
    """Nobody decides in silence which one it is."""
    registry = alone(
        plugin("one", transforms=lambda: {"shout": str.upper}),
        plugin("other", transforms=lambda: {"shout": str.lower}),
    )

    with pytest.raises(BadRegistration) as caught:
        registry.transforms()

    expected = "the transform 'shout' is announced by 'one' and 'other'; remove one"
    assert expected == str(caught.value)


def test_a_runner_is_found_like_a_connector():
    """Runners are announced in the same way."""
    registry = alone(plugin(runners=lambda: [Announcement("inline", "builtins:print")]))

    assert print is registry.runner("inline")


# --- observing ------------------------------------------------------------------------------------


def test_observers_hear_of_events_and_one_that_fails_does_not_matter(caplog):
    """An observer may not veto, nor keep others from hearing."""
    heard = []

    def fails(event):
        raise ValueError(event.name)

    def leaves(event):  # noqa: ARG001 - it hears, and leaves
        raise SystemExit

    registry = alone(
        plugin("one", event=lambda event: heard.append(event)),
        plugin("fails", event=fails),
        plugin("leaves", event=leaves),
        plugin("other", event=lambda event: heard.append(event)),
        plugin("deaf", event=lambda: heard.append("something")),
    )

    registry.notify(Event("linked", {"actor": "1"}))

    event = Event("linked", {"actor": "1"})
    assert [event, event, "something"] == sorted(heard, key=str)
    told = sorted(record.getMessage() for record in caplog.records)
    assert told[0].startswith("observer fails failed: ValueError: linked")
    assert told[1].startswith("observer leaves failed: SystemExit")


def test_an_events_details_are_a_copy():
    """What is told does not change afterwards."""
    details = {"count": 1}
    event = Event("read", details)

    details["count"] = 2

    assert {"count": 1} == event.details


def test_a_registry_shows_what_it_has():
    """How many plug-ins were handed over, and whether installed ones count."""
    assert "Registry(1 plug-ins)" == repr(alone(plugin()))
    assert "Registry(0 plug-ins and what is installed)" == repr(Registry())
