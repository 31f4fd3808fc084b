"""The command ``manage.py erplink``: sync, tell how things stand, and keep them going."""

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser

from erplink.errors import ErplinkError
from erplink.hub import Hub

__all__ = ["Command"]


class Command(BaseCommand):
    """Sync now, tell how the connections are doing, or sync as it is due until it is stopped."""

    help = "Keep the CRM and its ERPs in step."

    def add_arguments(self, parser: CommandParser) -> None:
        """What there is to be asked for."""
        commands = parser.add_subparsers(dest="command", required=True)
        sync = commands.add_parser("sync", help="sync one connection, or all, now")
        sync.add_argument("connection", nargs="?", help="its id; all, where none is named")
        sync.add_argument("--full", action="store_true", help="look at everything there is")
        commands.add_parser("status", help="tell how each connection is doing")
        commands.add_parser("run", help="sync whatever is due, until it is stopped")

    def handle(self, *_: Any, command: str, **options: Any) -> None:
        """Do what was asked for; what goes wrong ends the command with a message."""
        hub: Hub = apps.get_app_config("erplink").hub
        try:
            match command:
                case "sync":
                    self._sync(hub, options["connection"], full=options["full"])
                case "status":
                    self._status(hub)
                case _:
                    hub.sync.run_forever()
        except ErplinkError as error:
            raise CommandError(str(error)) from None

    def _sync(self, hub: Hub, connection: str | None, *, full: bool) -> None:
        failed = []
        for result in hub.sync.now(connection, full=full):
            run = result.run
            told = f"{run.connection}/{run.actor_kind}: {run.state.value}, {result.report}"
            self.stdout.write(told)
            if result.trouble is not None:
                failed.append(f"{run.connection}: {run.reason}")
        if failed:
            raise CommandError("; ".join(failed))

    def _status(self, hub: Hub) -> None:
        for status in hub.sync.status():
            state = status.paused or ("active" if status.active else "inactive")
            counts = {
                "pending": status.pending,
                "parked": status.parked,
                "questions": status.questions,
                "held": len(status.held),
            }
            told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
            parts = [f"{status.connection} ({status.name}): {state}", status.last, told]
            self.stdout.write("; ".join(filter(None, parts)))
