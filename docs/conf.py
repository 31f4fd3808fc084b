"""How Sphinx builds the documentation: MyST for the pages, autodoc for the reference."""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import isclass, isroutine
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyAttribute, PyProperty
from sphinx.environment import BuildEnvironment
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import stringify_annotation

import erplink
from erplink.domain import values

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from connector_matrix import claims_table, list_table, promises_table  # noqa: E402 - it is here

project = "erplink"
version = release = erplink.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "examples"]
html_theme = "furo"
html_title = "erplink"
html_copy_source = False

myst_enable_extensions = ["deflist", "fieldlist"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True, "undoc-members": True, "member-order": "bysource"}
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

REPORT = HERE / "_build" / "matrix.json"
"""Where the tests leave what the conformance suites found; the gate runs them before this."""

NO_REPORT = """
There is no report of the suites, and so there is nothing to show. Run the tests and build again::

    pytest --erplink-report=docs/_build/matrix.json
    sphinx-build docs docs/_build
"""

log = logging.getLogger(__name__)

# The longest first, for one is a part of another.
SPELT_OUT = {
    stringify_annotation(getattr(values, name), "smart"): f"~erplink.domain.values.{name}"
    for name in ("Maybe", "Value", "Part", "Scalar")
}


class Offers(SphinxDirective):
    """``.. offers:: a.module``: all that the module offers, be it from a module behind it.

    Autodoc's own ``automodule`` passes over the constants and types that a door takes from
    elsewhere, and tells of a constant that it is an ``int``.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Let autodoc tell the module, and then name the rest to it."""
        module = self.arguments[0]
        told = list(constants_of(module))
        lines = [f".. automodule:: {module}", f"   :exclude-members: {', '.join(told)}", ""]
        for name in told:
            lines += [f".. py:data:: {name}", f"   :module: {module}", *value_of(module, name), ""]
            lines += [f"   {line}" for line in documentation_of(module, name)]
        return self.parse_text_to_nodes("\n".join(lines))


class ConnectorMatrix(SphinxDirective):
    """``.. connector-matrix::``: what the suites found, as the report of their last run says."""

    def run(self) -> list[nodes.Node]:
        """The tables, or where there is no report, how one is made."""
        self.env.note_dependency(str(REPORT))
        if not REPORT.exists():
            return self.parse_text_to_nodes(NO_REPORT)
        report = json.loads(REPORT.read_text(encoding="utf-8"))
        lines = [
            f"From a run of the tests of erplink {report['erplink']} that ended {report['ended']}.",
            "",
            *list_table(claims_table(report)),
            ".. rubric:: Promise by promise",
            "",
            *list_table(promises_table(report)),
        ]
        return self.parse_text_to_nodes("\n".join(lines))


def constants_of(module: str) -> Iterator[str]:
    """What a module offers and is neither a class nor a function."""
    offered = import_module(module)
    for name in offered.__all__:
        # A type such as `tuple[str, ...]` takes itself for a class, and has a class of its own.
        thing = getattr(offered, name)
        if not isroutine(thing) and not (isclass(thing) and thing.__name__ == name):
            yield name


def value_of(module: str, name: str) -> list[str]:
    """The option that shows a constant's value, where it is short."""
    value = getattr(import_module(module), name)
    return [f"   :value: {value!r}"] if isinstance(value, int | str) else []


def documentation_of(module: str, name: str) -> list[str]:
    """What stands below the assignment of ``name`` in the module or in one behind it."""
    behind = sorted(each for each in sys.modules if each.startswith(f"{module}."))
    for home in (module, *behind):
        lines = ModuleAnalyzer.for_module(home).find_attr_docs().get(("", name))
        if lines is not None:
            return lines
    return []


def find_what_is_missing(_app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every name that a documented module offers and that no page describes."""
    domain = env.domains.python_domain
    for module in domain.modules:
        for name in import_module(module).__all__:
            if f"{module}.{name}" not in domain.objects:
                log.warning("%s.%s is on no page", module, name)


def read_sections(app: Sphinx, what: str, *told: Any) -> None:
    """Read the sections of a docstring, such as ``Args:``; an attribute has none.

    Napoleon as an extension would take what stands before an attribute's first colon for its type.
    """
    name, thing, options, lines = told
    if what not in {"attribute", "data", "property"}:
        lines[:] = GoogleDocstring(lines, Config(), app, what, name, thing, options).lines()


def name_the_types(_app: Sphinx, *told: Any) -> tuple[str | None, str | None]:
    """Write ``Value`` where a signature spells out all that a value may be."""
    signature, returned = told[-2:]
    return named(signature), named(returned)


def named(annotation: str | None) -> str | None:
    """The same annotation with the names of the types that are spelt out in it."""
    for spelt_out, name in SPELT_OUT.items():
        annotation = annotation and annotation.replace(spelt_out, name)
    return annotation


class NamedAttribute(PyAttribute):
    """An attribute whose type is told by its name."""

    def run(self) -> list[nodes.Node]:
        """As usual, with another text for the type."""
        self.options["type"] = named(self.options.get("type")) or ""
        return super().run()


class NamedProperty(PyProperty, NamedAttribute):
    """A property whose type is told by its name."""


def setup(app: Sphinx) -> None:
    """Add the directive, and look for what is missing once all pages are read."""
    app.add_directive("offers", Offers)
    app.add_directive("connector-matrix", ConnectorMatrix)
    app.add_directive_to_domain("py", "attribute", NamedAttribute, override=True)
    app.add_directive_to_domain("py", "property", NamedProperty, override=True)
    app.connect("autodoc-process-docstring", read_sections)
    app.connect("autodoc-process-signature", name_the_types)
    app.connect("env-check-consistency", find_what_is_missing)
