"""The registry: plug-ins are found, checked, and kept apart from one another."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from erplink.adapters.erp.memory import MemoryConnector
from erplink.connectors import Announcement, Event, Registry, hookimpl
from erplink.errors import BadName, BadRegistration, PluginFailed


def plugin(name="acme", **hooks):
    """A plug-in with the given hooks, each marked as one."""
    module = ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return module


def announcing(name, *announcements):
    return plugin(name, erplink_connectors=lambda: announcements)


def handed_over(*plugins):
    return Registry(plugins, installed=False)


MEMORY = Announcement("memory", MemoryConnector, "Memory")


def test_a_connector_is_found_by_its_name():
    """What a plug-in announces is listed with its title, and made when it is asked for."""
    registry = handed_over(announcing("acme", MEMORY))

    assert {"memory": "Memory"} == registry.connectors()
    assert isinstance(registry.connector("memory"), MemoryConnector)
    assert registry.connector("memory") is registry.connector("memory")
    assert "Registry(1 plug-ins)" == repr(registry)
    assert "Registry(0 plug-ins and what is installed)" == repr(Registry())


def test_a_connector_may_be_announced_as_an_object_or_by_its_address():
    """The target is the connector, what makes it, or where it is."""
    address = "erplink.adapters.erp.memory:MemoryConnector"

    for target in (MemoryConnector(), MemoryConnector, address):
        registry = handed_over(announcing("acme", Announcement("memory", target)))
        assert "memory" == registry.connector("memory").name
        assert {"memory": "memory"} == registry.connectors(), "without a title, the name"


def test_nothing_of_a_connector_is_imported_before_it_is_used():
    """Listing connectors touches none of them."""
    there = Announcement("acme", "erplink_acme_that_is_nowhere:Connector")
    registry = handed_over(announcing("acme", there))

    assert ["acme"] == list(registry.connectors())
    with pytest.raises(PluginFailed, match="'acme' failed to bring the connector 'acme'"):
        registry.connector("acme")


def test_an_unknown_connector_is_named_with_the_likely_spelling():
    """The error helps whoever mistyped."""
    with pytest.raises(BadName, match="did you mean 'memory'"):
        handed_over(announcing("acme", MEMORY)).connector("memroy")


def test_a_name_that_two_plugins_use_names_both():
    """Nobody guesses which of the two was meant; the others go on working."""
    other = Announcement("other", lambda: SimpleNamespace(**vars(Connector), name="other"))
    registry = handed_over(announcing("one", MEMORY, other), announcing("two", MEMORY))

    with pytest.raises(BadRegistration, match="'one' and 'two'"):
        registry.connector("memory")
    assert "other" == registry.connector("other").name


class Connector:
    title, versions = "Other", "any"
    config_fields = test = open = None


def test_a_misspelt_hook_is_an_error_that_names_it():
    """A hook that nobody calls would be silence; it is refused instead."""
    with pytest.raises(BadRegistration, match=r"'acme' has no hook 'erplink_conectors'.*mean"):
        handed_over(plugin(erplink_conectors=lambda: ()))


def test_a_hook_that_is_not_marked_is_refused():
    """Forgetting the mark would be silence too."""
    module = ModuleType("acme")
    module.erplink_connectors = list

    with pytest.raises(BadRegistration, match="mark 'erplink_connectors' with hookimpl"):
        handed_over(module)


def test_a_hook_with_a_wrong_signature_is_refused():
    """A hook may take what it is given, and nothing else."""
    with pytest.raises(BadRegistration, match="surprise"):
        handed_over(plugin(erplink_connectors=lambda surprise: [surprise]))


def test_a_hook_is_implemented_and_not_wrapped():
    """A wrapper could change what others announce."""
    module = ModuleType("acme")

    @hookimpl(wrapper=True)
    def wrapping():
        return (yield)

    module.erplink_connectors = wrapping

    with pytest.raises(BadRegistration, match="to be implemented, not wrapped"):
        handed_over(module)


def test_two_plugins_of_one_name_are_refused():
    """They could not be told apart in a message."""
    with pytest.raises(BadRegistration, match="'acme' is there twice"):
        handed_over(announcing("acme", MEMORY), announcing("acme"))


@pytest.mark.parametrize(
    ("announced", "said"),
    [
        ("memory", "announces a str, not an Announcement"),
        (Announcement("", MemoryConnector), "both are texts"),
        (Announcement("Memory", MemoryConnector), "names are in lower case"),
    ],
)
def test_an_announcement_that_is_none_is_left_out(announced, said):
    """The plug-in's sound announcements count all the same."""
    registry = handed_over(announcing("acme", announced, MEMORY))

    assert ["memory"] == list(registry.connectors())
    (problem,) = registry.problems
    assert said in str(problem)


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), RecursionError()])
def test_a_plugin_that_fails_when_it_is_asked_is_left_out(error):
    """One that raises, or would end the program, does not keep the others from working."""

    def failing():
        raise error

    registry = handed_over(plugin("bad", erplink_connectors=failing), announcing("good", MEMORY))

    assert ["memory"] == list(registry.connectors())
    (problem,) = registry.problems
    assert "'bad' failed to answer erplink_connectors" in str(problem)


def test_a_plugin_without_an_end_is_stopped():
    """Announcements are taken up to a limit."""

    def endless():
        while True:
            yield MEMORY

    registry = handed_over(plugin(erplink_connectors=endless))

    assert {} == registry.connectors()
    assert "announces more than" in str(registry.problems[0])


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (lambda: SimpleNamespace(name="memory"), "lacks title, versions, config_fields"),
        (lambda: SimpleNamespace(**vars(Connector), name="other"), "but it is named 'other'"),
        (lambda: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_what_is_announced_must_be_a_connector(target, said):
    """An object that lacks a method, or has another name, is refused when it is made."""
    registry = handed_over(announcing("acme", Announcement("memory", target)))

    with pytest.raises((BadRegistration, PluginFailed), match=said):
        registry.connector("memory")


def test_transforms_and_normalisers_are_gathered_by_name():
    """What several plug-ins bring is one catalogue; a name used twice names both."""
    one = plugin(
        "one",
        erplink_transforms=lambda: {"shout": str.upper},
        erplink_normalisers=lambda: {"bare": str.strip},
    )
    two = plugin("two", erplink_transforms=lambda: {"shout": str.lower})

    assert {"shout": str.upper} == handed_over(one).transforms()
    assert {"bare": str.strip} == handed_over(one).normalisers()
    registry = handed_over(one)
    assert registry.transforms() == registry.transforms(), "asked once, and kept"
    with pytest.raises(BadRegistration, match="'shout' is announced by 'one' and 'two'"):
        handed_over(one, two).transforms()


def test_a_runner_is_found_by_its_name():
    """Runners are announced like connectors."""
    runner = object()
    registry = handed_over(plugin(erplink_runners=lambda: [Announcement("mine", runner)]))

    assert registry.runner("mine") is runner


def test_observers_hear_of_events_and_cannot_do_harm(caplog):
    """An observer that raises is told in the log, and the others hear all the same."""
    heard = []

    def failing(event):
        raise ValueError(event.name)

    registry = handed_over(
        plugin("one", erplink_event=lambda event: heard.append(event.name)),
        plugin("two", erplink_event=failing),
        plugin("three", erplink_event=lambda: heard.append("no argument")),
    )

    registry.notify(Event("pass finished", {"read": 3}))

    assert ["no argument", "pass finished"] == sorted(heard)
    assert "observer two failed: ValueError: pass finished" in caplog.text


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Installs a package with an entry point, as a package manager would."""

    def install(name: str, text: str) -> None:
        (tmp_path / f"{name}.py").write_text(text, "utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[erplink]\n{name} = {name}\n")
        monkeypatch.delitem(sys.modules, name, raising=False)

    monkeypatch.syspath_prepend(tmp_path)
    return install


GOOD = """
from erplink.connectors import Announcement, hookimpl
@hookimpl
def erplink_connectors():
    return [Announcement("good", "nowhere:Connector", "Good")]
"""


def test_an_installed_plugin_is_found(install):
    """Whoever installs a package beside erplink has its connectors."""
    install("erplink_good_one", GOOD)

    assert "Good" == Registry().connectors()["good"]


def test_a_plugin_that_is_installed_and_handed_over_counts_once(install):
    """A host may hand over what is installed too."""
    install("erplink_good_one", GOOD)
    import erplink_good_one  # noqa: PLC0415 - it was installed just now

    registry = Registry([erplink_good_one])

    assert registry.connectors()["good"] == registry.connectors()["good"] == "Good"
    assert () == registry.problems


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise ValueError('broken')", "'erplink_bad_one' failed to import: ValueError: broken"),
        ("raise SystemExit", "failed to import: SystemExit"),
        ("import nothing_of_this_name", "ModuleNotFoundError"),
        ("this is no Python", "SyntaxError"),
        (GOOD.replace("erplink_connectors", "erplink_conectors"), "has no hook"),
    ],
)
def test_an_installed_plugin_that_is_broken_is_reported_and_isolated(install, text, said):
    """The others work, and the registry tells what was left out and why."""
    install("erplink_bad_one", text)
    install("erplink_good_one", GOOD)

    registry = Registry()

    assert "good" in registry.connectors()
    assert "memory" in registry.connectors()
    assert [True] == [said in str(problem) for problem in registry.problems]
