"""The rules of the house, read from its source: layers, doors, purity, names and documentation.

Each test lists everything that breaks its rule. An exception stands in one of the tables, with the
reason for it.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from itertools import product
from pathlib import Path

import pytest
from attrs import frozen

from erplink import errors

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"

MAY_IMPORT = {
    "errors": set(),
    "doors": set(),
    "domain": {"errors", "doors"},
    "connectors": {"domain", "errors"},
    "sync": {"connectors", "domain", "errors"},
    "imports": {"sync", "connectors", "domain", "errors"},
    "hub": {"imports", "sync", "connectors", "domain", "errors"},
    "display": {"imports", "sync", "connectors", "domain", "errors"},
    "adapters": {"hub", "imports", "sync", "connectors", "domain", "errors"},
    "testing": {"adapters", "hub", "imports", "sync", "connectors", "domain", "errors", "doors"},
    "scaffold": {"connectors", "domain", "errors"},
    "cli": {"commands", "errors"},
    "commands": {"demo", "scaffold", "display", "hub", "connectors", "domain", "errors"},
    "demo": {"adapters", "hub", "domain", "", "errors"},
    "": {"hub", "connectors", "domain", "errors", "doors"},
}
"""By part of the house: the other parts it may import."""
COMPOSITION = "erplink.hub.wiring"  # the one module inside that knows adapters

PURE = {
    "attrs",
    "collections",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "functools",
    "graphlib",
    "hashlib",
    "inspect",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "tomllib",
    "typing",
    "unicodedata",
    # Reads the table of time zones from the machine: the one thing too large to carry along.
    "zoneinfo",
}
"""All that the domain may import from outside."""

IMPURE_CALLS = {
    "breakpoint",
    "exec",
    "eval",
    "input",
    "now",
    "open",
    "print",
    "today",
    "utcnow",
}
"""What no module of the domain calls, by whatever path it got hold of it."""

DRIVERS = {
    "cattrs": ("domain/plan/document.py",),
    "pluggy": ("connectors/hookspecs.py", "connectors/registry.py"),
    "httpx": ("adapters/http/wire.py",),
    "rapidfuzz": ("adapters/matching/similarity.py",),
    "phonenumbers": ("adapters/matching/phones.py",),
    "stdnum": ("adapters/matching/company_numbers.py",),
    "sqlalchemy": ("adapters/erp/sql", "adapters/crm/sqlalchemy", "demo/world.py"),
    "psycopg": ("adapters/stores/postgres",),
    "cryptography": ("adapters/stores/fernet.py",),
    "opentelemetry": ("adapters/observers/telemetry.py",),
    "django": ("adapters/crm/django",),
    "openpyxl": ("adapters/erp/files", "demo/world.py"),
    "python_calamine": ("adapters/erp/files",),
    "msgspec": ("adapters/http/slices.py",),
    "orjson": ("adapters/http/slices.py",),
    "xxhash": ("adapters/speed.py",),
    "procrastinate": ("adapters/runners/procrastinate",),
    "celery": ("adapters/runners/celery",),
    "rich": ("display/", "cli"),
    "click": ("commands.py",),
    "hypothesis": ("testing/",),
    "pytest": ("testing/",),
}
"""Where a driver may be imported: the beginning of the file's path. Only attrs is everywhere."""

ONLY_WHEN_NEEDED = {"cattrs": "it costs more to import than the rest of the domain"}
"""Drivers that are imported inside functions, and why."""

LINES_MAX = 600
LONG_FILES = {
    "tests/hostile/test_guard.py": "every answer that a plug-in could give and may not",
    "tests/integration/test_http_server.py": "one real server, and every fault it can act out",
    "tests/unit/mapping/test_problems.py": "one test for each kind of problem a mapping can have",
}
"""Files that may be longer, and why."""


# reading the source ------------------------------------------------------------------------------


@frozen
class Import:
    """One thing that a module imports."""

    module: str
    #: The name that is taken from it; empty where the module itself is.
    name: str
    line: int
    #: Whether it happens when the module is imported, not later and not for type checkers only.
    at_once: bool = True
    for_types: bool = False


@frozen(eq=False)
class Module:
    """One file of erplink."""

    path: Path
    tree: ast.Module

    @property
    def file(self) -> str:
        return self.path.relative_to(SRC / "erplink").as_posix()

    @property
    def name(self) -> str:
        parts = self.path.relative_to(SRC).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def part(self) -> str:
        return part_of(self.name)

    @property
    def is_door(self) -> bool:
        return self.path.name == "__init__.py" and bool(self.offered)

    @property
    def offered(self) -> list[str]:
        for node in self.tree.body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                return ast.literal_eval(node.value)
        return []

    @property
    def imports(self) -> list[Import]:
        return list(imports_in(self.tree))


def imports_in(node: ast.AST, *, at_once: bool = True, for_types: bool = False) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, "", child.lineno, at_once, for_types)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(child.module or "", alias.name, child.lineno, at_once, for_types)
        elif isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            yield from imports_in(ast.Module(child.body, []), at_once=False, for_types=True)
            yield from imports_in(
                ast.Module(child.orelse, []), at_once=at_once, for_types=for_types
            )
        else:
            later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from imports_in(child, at_once=at_once and not later, for_types=for_types)


@cache
def modules() -> tuple[Module, ...]:
    files = sorted(SRC.rglob("*.py"))
    return tuple(Module(file, ast.parse(file.read_text(encoding="utf-8"))) for file in files)


@cache
def by_name() -> dict[str, Module]:
    return {module.name: module for module in modules()}


def imported(each: Import) -> str:
    """The module that is really imported: ``from a import b`` may mean the module ``a.b``."""
    inner = f"{each.module}.{each.name}"
    return inner if inner in by_name() else each.module


def part_of(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def ours(name: str) -> bool:
    return name.partition(".")[0] == "erplink"


def across() -> Iterator[tuple[Module, Import]]:
    """The imports that lead from one part of the house into another."""
    for module in modules():
        for each in module.imports:
            if ours(each.module) and part_of(imported(each)) != module.part:
                yield module, each


def within(part: str) -> Iterator[Module]:
    return (module for module in modules() if module.part == part)


def at(module: Module, line: int, what: str) -> str:
    return f"{module.file}:{line}: {what}"


def told(faults: list[str]) -> str:
    return "\n" + "\n".join(faults)


# layers ------------------------------------------------------------------------------------------


def test_every_part_of_the_house_has_its_place():
    """A new folder or file beside the layers says in the table above what it may import."""
    assert {module.part for module in modules()} <= MAY_IMPORT.keys()


def test_layers_import_only_inward():
    """The way in is adapters -> hub -> imports -> sync -> connectors -> domain; errors are free."""
    faults = [
        at(module, each.line, f"{module.part} imports {imported(each)}")
        for module, each in across()
        if part_of(imported(each)) not in MAY_IMPORT[module.part] and not composes(module, each)
    ]

    assert not faults, told(faults)


def composes(module: Module, each: Import) -> bool:
    of_adapters = part_of(imported(each)) == "adapters"
    return module.name == COMPOSITION and of_adapters and not each.at_once


def test_nobody_inside_imports_adapters():
    """Only tests, their helpers and the shell do, and what puts a Hub together when it is made."""
    across_to = [(m, each) for m, each in across() if part_of(imported(each)) == "adapters"]
    importers = {m.part for m, each in across_to if not composes(m, each)}

    assert importers <= {"testing", "demo"}


def test_testing_is_for_tests():
    """What is shipped for tests is imported by nothing that is not a test."""
    faults = [
        at(module, each.line, imported(each))
        for module, each in across()
        if part_of(imported(each)) == "testing"
    ]

    assert not faults, told(faults)


def test_layers_are_entered_through_doors():
    """What is imported of another layer is the layer, or a room of it, and never what is behind.

    A room is a module or a package with a door. A folder without one, such as ``adapters.erp``, is
    a corridor: the rooms are in it.
    """
    faults = [
        at(module, each.line, imported(each))
        for module, each in across()
        if imported(each) != room_of(imported(each))
    ]

    assert not faults, told(faults)


def test_what_crosses_a_layer_is_offered():
    """A name that another layer imports is in the ``__all__`` of the module it comes from."""
    faults = [
        at(module, each.line, f"{each.module} does not offer {each.name}")
        for module, each in across()
        if each.name and each.module == imported(each)
        if each.name not in by_name()[each.module].offered
    ]

    assert not faults, told(faults)


def test_no_two_rooms_import_each_other():
    """The rooms of the house (layers, and what stands directly in them) form no cycle."""
    graph: dict[str, set[str]] = {}
    for module in modules():
        here = room_of(module.name)
        found = {room_of(imported(e)) for e in module.imports if ours(e.module) and not e.for_types}
        # A layer's own door stands before all of its rooms and is imported with each of them.
        graph.setdefault(here, set()).update(found - {here})

    assert no_cycle(graph) is None


def test_no_two_modules_import_each_other():
    """Whichever module is imported first, the others it needs are complete."""
    graph = {
        module.name: {imported(e) for e in module.imports if ours(e.module) and e.at_once}
        for module in modules()
    }

    assert no_cycle(graph) is None


@cache
def room_of(name: str) -> str:
    parts = name.split(".")
    ways = (".".join(parts[:depth]) for depth in range(3, len(parts)))
    return next((way for way in ways if by_name()[way].is_door), name)


def no_cycle(graph: dict[str, set[str]]) -> str | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return " -> ".join(error.args[1])
    return None


# purity ------------------------------------------------------------------------------------------


def test_the_domain_imports_nothing_that_acts():
    """The domain knows attrs and the pure parts of the standard library that the table names."""
    faults = [
        at(module, each.line, each.module)
        for module in within("domain")
        for each in module.imports
        if not ours(each.module) and each.module.split(".")[0] not in PURE | ONLY_WHEN_NEEDED.keys()
    ]

    assert not faults, told(faults)


def test_the_domain_asks_no_clock_and_does_no_input_or_output():
    """What a function of the domain answers depends on its arguments alone."""
    faults = [
        at(module, call.lineno, ast.unparse(call))
        for module in within("domain")
        for call in ast.walk(module.tree)
        if isinstance(call, ast.Call) and is_impure(call)
    ]

    assert not faults, told(faults)


def is_impure(call: ast.Call) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    # Without a zone, astimezone() takes the machine's.
    return name in IMPURE_CALLS or (name == "astimezone" and not call.args)


def test_drivers_stay_in_their_files():
    """A package from outside is imported in one place, so that it can be exchanged there."""
    faults = [
        at(module, each.line, each.module)
        for module in modules()
        for each in module.imports
        if is_driver(driver := each.module.split(".")[0])
        and not module.file.startswith(DRIVERS.get(driver, ()))
    ]

    assert not faults, told(faults)


def is_driver(name: str) -> bool:
    return name not in sys.stdlib_module_names and name not in ("attrs", "erplink")


def test_what_is_slow_to_import_is_imported_when_it_is_needed():
    """An expensive driver is imported inside the function that uses it."""
    faults = [
        at(module, each.line, f"{each.module}: {ONLY_WHEN_NEEDED[each.module.split('.')[0]]}")
        for module in modules()
        for each in module.imports
        if each.module.split(".")[0] in ONLY_WHEN_NEEDED and each.at_once
    ]

    assert not faults, told(faults)


# doors -------------------------------------------------------------------------------------------

doors = [pytest.param(module, id=module.name) for module in modules() if module.is_door]
offering = [pytest.param(module, id=module.name) for module in modules() if module.offered]


@pytest.mark.parametrize("door", doors)
def test_a_door_is_nothing_but_a_door(door):
    """An ``__init__`` has a docstring, imports and ``__all__``, and is the list of what it offers.

    One that imports on demand tells type checkers the same list as plain imports.
    """
    rest = [node for node in door.tree.body[1:] if not is_of_a_door(node)]
    taken = {each.name for each in door.imports if part_of(each.module) != "doors"}

    assert [] == [ast.unparse(node) for node in rest]
    assert sorted(taken - {"TYPE_CHECKING"}) == sorted(door.offered)


def is_of_a_door(node: ast.stmt) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom():
            return True
        case ast.Assign(targets=[ast.Name(id="__all__" | "__version__")], value=value):
            return isinstance(value, ast.List | ast.Constant)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[ast.Assign(value=value)]):
            return ast.unparse(value).startswith("on_demand(__name__, ")
    return False


@pytest.mark.parametrize("module", offering)
def test_all_that_is_offered_is_there_and_in_order(module):
    """``__all__`` names what the module has, once each: constants, then classes, then the rest.

    What lacks its driver, or a project around it, is looked at where it has that.
    """
    try:
        found = import_module(module.name)
    except Exception as error:
        lacking = str(getattr(error, "name", None) or type(error).__module__)
        if lacking.partition(".")[0] not in DRIVERS:
            raise
        pytest.skip(f"{lacking}: {error}")
    assert [] == [name for name in module.offered if not hasattr(found, name)]
    assert sorted(set(module.offered), key=in_order) == module.offered


def in_order(name: str) -> tuple[int, str]:
    kind = 0 if name.isupper() else 1 if name[0].isupper() else 2
    return kind, name


def test_star_imports_give_what_is_listed():
    """``from erplink import *`` gives the names of the front door, and nothing else."""
    namespace: dict[str, object] = {}
    exec("from erplink import *", namespace)  # noqa: S102 - it is the statement under test
    namespace.pop("__builtins__")

    assert sorted(import_module("erplink").__all__) == sorted(namespace)


@pytest.mark.parametrize("door", ["erplink", "erplink.domain"])
def test_a_name_that_is_not_offered_is_not_there(door):
    """A misspelt name fails as it does with any module."""
    with pytest.raises(AttributeError, match=f"module '{door}' has no attribute 'Mergr'"):
        _ = import_module(door).Mergr


@pytest.mark.parametrize("door", ["erplink", "erplink.domain"])
def test_a_door_tells_its_names(door):
    """``dir()``, and so a notebook's completion, shows what has not been imported yet."""
    module = import_module(door)

    assert set(module.__all__) <= set(dir(module))


def loaded_after(statement: str) -> dict[str, object]:
    """The modules there are after ``statement`` in a fresh Python, and its seconds."""
    code = (
        "import json, sys, time; start = time.perf_counter(); "
        f"{statement}; seconds = time.perf_counter() - start; "
        "print(json.dumps({'modules': sorted(sys.modules), 'seconds': seconds}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_importing_erplink_costs_next_to_nothing():
    """Whoever imports erplink waits for nothing they have not asked for."""
    told = loaded_after("import erplink")

    assert {"erplink", "erplink.doors"} == {name for name in told["modules"] if ours(name)}
    assert told["seconds"] < 0.15


@pytest.mark.parametrize(
    "statement", ["from erplink import *", "from erplink.domain import *", "import erplink.errors"]
)
def test_the_names_of_the_doors_load_no_driver(statement):
    """Neither the front door nor the domain brings in a driver, whatever is asked for."""
    loaded = {name.split(".")[0] for name in loaded_after(statement)["modules"]}

    assert set() == loaded & (DRIVERS.keys() - {"pluggy"})


# names and words ---------------------------------------------------------------------------------


def test_every_public_name_is_documented():
    """Whatever a module offers has a docstring, whose first line is a sentence."""
    faults = [
        at(module, getattr(node, "lineno", 1), getattr(node, "name", module.name))
        for module in modules()
        for node in public_nodes(module)
        if not is_sentence(ast.get_docstring(node) or "")
    ]

    assert not faults, told(faults)


def public_nodes(module: Module) -> Iterator[ast.AST]:
    yield module.tree
    for node in module.tree.body:
        if getattr(node, "name", None) in module.offered:
            yield node
            if isinstance(node, ast.ClassDef):
                yield from filter(is_public_method, node.body)


def is_public_method(node: ast.AST) -> bool:
    if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
        return False
    return all(
        ast.unparse(each) not in ("overload", "typing.overload") for each in node.decorator_list
    )


def is_sentence(docstring: str) -> bool:
    first = docstring.partition("\n")[0]
    return first[:1] != " " and first.endswith(".")


def test_no_file_is_longer_than_can_be_read_in_one_go():
    """A file that gets its second noun is split that day; an exception says why it is none."""
    files = [*SRC.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "docs").rglob("*.py")]
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in files
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }

    assert LONG_FILES.keys() >= long.keys(), long


def test_nothing_is_called_utils():
    """If a helper has no noun, it is not ready."""
    vague = {"utils", "util", "helpers", "misc", "common"}

    assert [] == [module.file for module in modules() if vague & set(module.name.split("."))]


error_classes = [each for name in errors.__all__ if isinstance(each := getattr(errors, name), type)]


def test_the_tree_of_errors_is_drawn_as_it_is():
    """The drawing in ``errors.py`` has every class once, under the class it derives from."""
    drawn: dict[str, str | None] = {}
    above: list[tuple[int, str]] = []
    for line in str(errors.__doc__).splitlines():
        name = line.strip(" │├└─").partition(" ")[0]
        if name in errors.__all__:
            depth = len(line) - len(line.lstrip(" │├└─"))
            above = [(d, n) for d, n in above if d < depth]
            drawn[name] = above[-1][1] if above else None
            above.append((depth, name))

    ancestors = {each.__name__: each.__bases__[0].__name__ for each in error_classes}
    assert ancestors | {"ErplinkError": None} == drawn


@pytest.mark.parametrize("error", error_classes)
def test_errors_are_named_by_one_rule(error):
    """The groups end in Error; what has no members says what happened, without it."""
    named_as_group = error.__name__.endswith("Error")

    if errors.ErplinkError in (error, *error.__bases__):
        assert named_as_group
    if not error.__subclasses__():
        assert not named_as_group


def test_every_error_of_erplink_can_be_caught_as_one():
    """Each class of the tree is an ErplinkError, and none of them is uncatchable."""
    bases = product(error_classes, (errors.ErplinkError, Exception))

    assert all(issubclass(each, base) for each, base in bases)
