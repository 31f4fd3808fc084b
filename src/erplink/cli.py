"""The command line: a thin shell over the library, with no logic of its own."""

import sys
from pathlib import Path

from erplink.errors import ErplinkError

__all__ = ["main"]


def main() -> None:
    """Run the command line; it needs the extra ``cli``."""
    try:
        import click  # noqa: PLC0415 - an extra that only the command line needs
    except ImportError:
        sys.exit("the command line needs an extra: pip install 'erplink[cli]'")

    @click.group(help="Link CRM records to ERP records and keep them in step.")
    @click.version_option(package_name="erplink")
    def erplink() -> None: ...

    @erplink.command("new-connector", help="Write the project of a new connector: erplink-NAME.")
    @click.argument("name")
    @click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        help="Where to write it; here by default.",
    )
    def new_connector(name: str, folder: Path) -> None:
        from erplink.scaffold import new_connector as write  # noqa: PLC0415 - see main

        project = write(name, folder)
        click.echo(f"{project} is written. Next: cd {project} and follow its README.")

    @erplink.command("connectors", help="List the connectors that are installed.")
    def connectors() -> None:
        from erplink.connectors import Registry  # noqa: PLC0415 - see main

        registry = Registry()
        for name, title in registry.connectors().items():
            click.echo(f"{name:20} {title}")
        for problem in registry.problems:
            click.echo(f"left out: {problem}", err=True)

    try:
        erplink()
    except ErplinkError as error:
        sys.exit(f"erplink: {error}")
