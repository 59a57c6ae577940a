"""Somebody leaves the agency: what would become of everything they hold, and then, when confirmed, that it does."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from agency.admin.base import link_to_page, table, who
from producers import leaving, services
from producers.models import Producer

HAS_LEFT = "{name} has left: {leads} re-routed, {nurtured} in nurture handed on."
HAS_LEFT_ALREADY = "{name} has left already."


class LeavingMixin:
    """The page on which somebody is off-boarded."""

    admin_site: admin.AdminSite

    @action(description="Off-board", url_path="leave", icon="person_remove", permissions=["change"])
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where each open lead would go; when it is confirmed, the person has left and the leads are there."""
        producer = get_object_or_404(Producer.objects.select_related("user"), pk=object_id)
        page = reverse("admin:producers_producer_change", args=[producer.pk])
        if leaving.has_left(producer):
            messages.info(request, HAS_LEFT_ALREADY.format(name=producer))
            return redirect(page)
        if request.method == "POST":
            return self._carry_out(request, producer, page)
        departure = leaving.foresee(producer, timezone.now())
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Off-board {producer}",
            "producer": producer,
            "why_not": services.why_not_leave(producer, leaves=True),
            "departure": departure,
            "counts": table(("Gets", "Leads"), departure.counts),
            "moves": table(("Lead", "Status", "Tier", "Goes to", "Why"), [_row(one) for one in departure.moves]),
            "back": page,
            "opts": Producer._meta,
        }
        return TemplateResponse(request, "admin/producers/leave.html", context)

    def _carry_out(self, request: HttpRequest, producer: Producer, page: str) -> HttpResponse:
        try:
            done = services.deactivate(producer, by=who(request), now=timezone.now())
        except (services.PersonError, leaving.LeavingError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, HAS_LEFT.format(name=producer, leads=len(done.moves), nurtured=done.stewarded))
        return redirect(page)


def _row(move: leaving.Move) -> tuple[Any, ...]:
    goes_to = f"{move.name} (nobody else may take it)" if move.unplaced else move.name
    return (link_to_page("leads:detail", move.lead, move.lead_id), move.status, move.tier, goes_to, move.reason)
