"""The admin's pages: connections, questions and history, all of it asked of the Hub.

A page shows what the user's scope covers; a superuser sees everything. Whoever may change a
connection may sync it and switch it on and off; whoever may change a question may answer it.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect

from erplink.adapters.crm.django.models import Connection, HistoryEntry, Question
from erplink.domain.connections import Principal
from erplink.domain.records import CRM, ActorRef, EntityRef
from erplink.errors import ErplinkError
from erplink.hub import Hub

__all__ = ["ConnectionAdmin", "HistoryAdmin", "QuestionAdmin"]


class _Page(admin.ModelAdmin):
    """One page, of what the Hub says; nothing is added or removed there."""

    template = ""

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's own
        """No."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's own
        """No."""
        return False

    @method_decorator(csrf_protect)
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The page; what is posted is done first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        hub, told = _hub_of(request), dict(extra_context or {})
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            _told(request, lambda: self.act(request, hub))
            return HttpResponseRedirect(request.get_full_path())
        _told(request, lambda: told.update(self.shown(request, hub)))
        context = {
            **self.admin_site.each_context(request),
            "title": str(self.opts.verbose_name_plural).capitalize(),
            "opts": self.opts,
            "may_change": self.has_change_permission(request),
            **told,
        }
        return TemplateResponse(request, self.template, context)

    def shown(self, request: HttpRequest, hub: Hub) -> dict[str, Any]:
        """What stands on the page."""
        raise NotImplementedError

    def act(self, request: HttpRequest, hub: Hub) -> str:
        """Do what was posted, and tell what came of it."""
        raise NotImplementedError


def _hub_of(request: HttpRequest) -> Hub:
    """The Hub on behalf of the user; for a superuser, the host's own."""
    hub: Hub = apps.get_app_config("erplink").hub
    user: Any = request.user
    if user.is_superuser:
        return hub
    groups = user.groups.values_list("name", flat=True)
    return hub.as_user(Principal(user.get_username(), groups))


def _told(request: HttpRequest, do: Callable[[], str | None]) -> None:
    try:
        said = do()
    except ErplinkError as error:
        messages.error(request, str(error))
    else:
        if said:
            messages.success(request, said)


@admin.register(Connection)
class ConnectionAdmin(_Page):
    """How every connection is doing, and what can be done about it."""

    template = "erplink/connections.html"

    def shown(self, request: HttpRequest, hub: Hub) -> dict[str, Any]:  # noqa: ARG002 - as the others
        """The connections with their state, and their last runs."""
        known = {each.id: each for each in hub.connections.all()}
        rows = [
            {
                "connection": known[status.connection],
                "status": status,
                "runs": hub.sync.runs(status.connection, most=3),
            }
            for status in hub.sync.status()
            if status.connection in known
        ]
        return {"rows": rows}

    def act(self, request: HttpRequest, hub: Hub) -> str:
        """Sync, activate or deactivate a connection."""
        name, action = request.POST.get("connection", ""), request.POST.get("action", "")
        match action:
            case "sync":
                results = hub.sync.now(name)
                return "; ".join(f"{each.run.actor_kind}: {each.report}" for each in results)
            case "activate":
                return f"{hub.connections.activate(name).name} is active."
            case "deactivate":
                return f"{hub.connections.deactivate(name).name} is not active any more."
            case _:
                raise PermissionDenied


@admin.register(Question)
class QuestionAdmin(_Page):
    """The questions that wait for a person, the oldest first."""

    template = "erplink/questions.html"

    def shown(self, request: HttpRequest, hub: Hub) -> dict[str, Any]:  # noqa: ARG002 - as the others
        """The open questions."""
        return {"questions": hub.conflicts.open(), "count": hub.conflicts.count()}

    def act(self, request: HttpRequest, hub: Hub) -> str:
        """Answer one of them."""
        hub.conflicts.settle(request.POST.get("question", ""), request.POST.get("answer", ""))
        return "The question is settled."


@admin.register(HistoryEntry)
class HistoryAdmin(_Page):
    """What was written to a record, and why."""

    template = "erplink/history.html"

    def shown(self, request: HttpRequest, hub: Hub) -> dict[str, Any]:
        """The history of the record that is asked for."""
        asked = {name: request.GET.get(name, "").strip() for name in ("system", "kind", "key")}
        if not all(asked.values()):
            return {"asked": asked, "entries": None}
        make = EntityRef if asked["system"] == CRM else ActorRef
        return {"asked": asked, "entries": hub.history.of(make(**asked), most=100)}

    def act(self, request: HttpRequest, hub: Hub) -> str:  # noqa: ARG002 - as the others
        """Nothing is done here."""
        raise PermissionDenied
