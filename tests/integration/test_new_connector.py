"""`erplink new-connector` writes a project that installs, is found, and passes its suite."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from erplink.errors import BadValue, InputError
from erplink.scaffold import new_connector


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A project, as the command line writes it."""
    folder = tmp_path_factory.mktemp("projects")
    command = [Path(sys.executable).with_name("erplink"), "new-connector", "north-wind"]
    subprocess.run([*command, "--folder", folder], check=True, capture_output=True, timeout=60)
    return folder / "erplink-north-wind"


@pytest.fixture(scope="module")
def site(project, tmp_path_factory) -> Path:
    """Where the project is installed, without anything of its own to fetch."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", site, project], check=True, capture_output=True, timeout=120)
    return site


def run(site: Path, *arguments: object, folder: Path | None = None) -> str:
    environment = os.environ | {"PYTHONPATH": str(site)}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_installed_project_is_found(site):
    """Once it is installed, the registry lists the connector and makes it."""
    told = run(
        site,
        "-c",
        "from erplink.connectors import Registry\n"
        "registry = Registry()\n"
        "print(registry.connectors()['north-wind'])\n"
        "print(registry.connector('north-wind').versions, registry.problems)",
    )

    assert "North Wind\nany ()\n" == told


def test_the_project_passes_its_own_suite(project, site):
    """The conformance suite is green as it comes, and tries more than a handful of promises."""
    told = run(site, "-m", "pytest", "-p", "no:cacheprovider", "-q", folder=project)

    passed = int(told.rsplit(" passed", 1)[0].split()[-1])
    assert passed > 40, told


def test_nothing_of_the_template_is_left_over(project):
    """Every name is filled in, and every file has its own name."""
    written = [path for path in project.rglob("*") if path.is_file()]

    assert [] == [path for path in written if path.suffix == ".txt" or "package" in path.parts]
    assert [] == [path for path in written if "$" in path.read_text("utf-8")]
    assert {".gitignore", "README.md", "pyproject.toml"} <= {path.name for path in written}


def test_a_project_that_is_there_is_not_touched(tmp_path):
    """Writing the same project twice is refused, and changes nothing."""
    project = new_connector("acme", tmp_path)
    (project / "README.md").write_text("mine", "utf-8")

    with pytest.raises(InputError, match="is there already"):
        new_connector("acme", tmp_path)

    assert "mine" == (project / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["", "Acme", "a b", "a_b", "-a", "a-", "../a", "a" * 41, "3a"])
def test_a_name_must_be_one_that_packages_can_have(name, tmp_path):
    """Anything else is refused before a file is written."""
    with pytest.raises(BadValue, match="lower case letters, digits and dashes"):
        new_connector(name, tmp_path)

    assert [] == list(tmp_path.iterdir())


def test_the_command_line_says_what_is_wrong(tmp_path):
    """A refused name is one line and an exit code, not a traceback."""
    command = [
        Path(sys.executable).with_name("erplink"),
        "new-connector",
        "A",
        "--folder",
        tmp_path,
    ]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert 1 == done.returncode
    assert done.stderr.startswith("erplink: 'A': a name is lower case letters")


def test_the_command_line_lists_connectors():
    """The bundled connectors are announced like anyone's."""
    command = [Path(sys.executable).with_name("erplink"), "connectors"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)

    assert "memory" in done.stdout
    assert "" == done.stderr
