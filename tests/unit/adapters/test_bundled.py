"""The bundled connectors are announced like anyone's, and need nothing before they are used."""

import subprocess
import sys
from textwrap import dedent

import pytest

from erplink.connectors import Registry

BUNDLED = {"files": "Workbooks and CSV files", "memory": "Memory", "sql": "SQL database"}
DRIVERS = ("openpyxl", "python_calamine", "sqlalchemy", "psycopg")


def run(code):
    """What a program of its own prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", dedent(code)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split("\n")[:-1]


def test_the_bundled_connectors_are_found_through_the_entry_point():
    """Whoever installs erplink has them, each under the title that it has itself."""
    registry = Registry()

    found = {name: title for name, title in registry.connectors().items() if name in BUNDLED}

    assert BUNDLED == found
    assert BUNDLED == {name: registry.connector(name).title for name in BUNDLED}


def test_to_announce_a_connector_imports_nothing_of_it():
    """A list of the connectors costs neither their modules nor their drivers."""
    loaded = run(
        f"""
        import sys
        from erplink.connectors import Registry
        Registry().connectors()
        for name in sys.modules:
            home = name.removeprefix("erplink.adapters.erp.").split(".")[0]
            if home in {[*BUNDLED, *DRIVERS]}:
                print(name)
        """
    )

    assert [] == loaded


@pytest.mark.parametrize(("name", "missing"), [("files", DRIVERS[:2]), ("sql", DRIVERS[2:])])
def test_a_connector_whose_extra_is_missing_says_what_to_install(name, missing, tmp_path):
    """Its form is shown all the same; testing and opening name the extra."""
    openpyxl = pytest.importorskip("openpyxl", reason="it makes the workbook")
    openpyxl.Workbook().save(tmp_path / "erp.xlsx")
    config = {"path": str(tmp_path / "erp.xlsx"), "url": f"sqlite:///{tmp_path}/erp.db"}

    said = run(
        f"""
        import sys
        for name in {missing}:
            sys.modules[name] = None
        from erplink.adapters.context import make_context
        from erplink.connectors import Registry, config_form, diagnose, open_session
        from erplink.errors import Refused
        connector = Registry().connector({name!r})
        config = {{f.key: c for f in config_form(connector) if (c := {config}.get(f.key))}}
        context = make_context("erp", config)
        print(diagnose(connector, config, context).message)
        try:
            open_session(connector, config, context)
        except Refused as error:
            print(error)
        """
    )

    assert [True, True] == [f"pip install 'erplink[{name}]'" in each for each in said]
