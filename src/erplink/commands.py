"""The commands of the command line, each a few calls of the library."""

import sys
from pathlib import Path

import click

__all__ = ["erplink"]

_Folder = click.Path(file_okay=False, path_type=Path)


@click.group(help="Link CRM records to ERP records and keep them in step.")
@click.version_option(package_name="erplink")
def erplink() -> None:
    """Link CRM records to ERP records and keep them in step."""


@erplink.command("new-connector", help="Write the project of a new connector: erplink-NAME.")
@click.argument("name")
@click.option("--folder", type=_Folder, default=Path(), help="Where to write it; here by default.")
def new_connector(name: str, folder: Path) -> None:
    """Write the project of a new connector."""
    from erplink.scaffold import new_connector as write  # noqa: PLC0415 - commands start quickly

    project = write(name, folder)
    click.echo(f"{project} is written. Next: cd {project} and follow its README.")


@erplink.command("connectors", help="List the connectors that are installed.")
def connectors() -> None:
    """List the connectors that are installed."""
    from erplink.connectors import Registry  # noqa: PLC0415 - see above

    registry = Registry()
    for name, title in registry.connectors().items():
        click.echo(f"{name:20} {title}")
    for problem in registry.problems:
        click.echo(f"left out: {problem}", err=True)


@erplink.command("demo", help="Tell what erplink does by doing it, in a new FOLDER.")
@click.argument("folder", required=False, type=_Folder)
def demo(folder: Path | None) -> None:
    """Tell what erplink does by doing it."""
    try:
        from erplink.demo import tell  # noqa: PLC0415 - it needs an extra
    except ImportError:
        sys.exit("the demo needs an extra: pip install 'erplink[demo]'")
    if folder is not None and folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: name a new folder")
    if not tell(folder, show=click.echo):
        sys.exit(1)
