"""Somebody leaves the agency: what would become of everything they hold, and then, when confirmed, that it does."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from agency.admin.base import link_to_page, table, who
from producers import leaving, services
from producers.models import Producer, Role

HAS_LEFT = "{name} has left: {leads} re-routed, {nurtured} in nurture handed on."
HAS_LEFT_ALREADY = "{name} has left already."
HANDED = "{to} serves {count} of {name}'s clients now."


class LeavingMixin:
    """The page on which somebody is off-boarded."""

    admin_site: admin.AdminSite

    @action(description="Off-board", url_path="leave", icon="person_remove", permissions=["change"])
    def leave(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Where each open lead would go; when it is confirmed, the person has left and the leads are there."""
        producer = get_object_or_404(Producer.objects.select_related("user"), pk=object_id)
        page = reverse("admin:producers_producer_change", args=[producer.pk])
        left = leaving.has_left(producer)
        if left and not leaving.clients_of(producer):
            messages.info(request, HAS_LEFT_ALREADY.format(name=producer))
            return redirect(page)
        if request.method == "POST":
            return self._carry_out(request, producer, page)
        departure = leaving.Departure(clients=leaving.clients_of(producer)) if left else leaving.foresee(producer, timezone.now())
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Clients of {producer}" if left else f"Off-board {producer}",
            "producer": producer,
            "left": left,
            "why_not": services.why_not_leave(producer, leaves=True),
            "servers": servers(producer),
            "departure": departure,
            "counts": table(("Gets", "Leads"), departure.counts),
            "moves": table(("Lead", "Status", "Tier", "Goes to", "Why"), [_row(one) for one in departure.moves]),
            "back": page,
            "opts": Producer._meta,
        }
        return TemplateResponse(request, "admin/producers/leave.html", context)

    def _carry_out(self, request: HttpRequest, producer: Producer, page: str) -> HttpResponse:
        key, done = request.POST.get("clients_to", ""), None
        to = get_object_or_404(Producer.objects.select_related("user"), key=key) if key else None
        try:
            with transaction.atomic():
                handed = leaving.hand_over_clients(producer, to) if to else 0
                if not leaving.has_left(producer):
                    done = services.deactivate(producer, by=who(request), now=timezone.now())
        except (services.PersonError, leaving.LeavingError) as error:
            messages.error(request, str(error))
            return redirect(page)
        if done is not None:
            messages.success(request, HAS_LEFT.format(name=producer, leads=len(done.moves), nurtured=done.stewarded))
        if handed:
            messages.success(request, HANDED.format(to=to, count=handed, name=producer))
        return redirect(page)


def servers(producer: Producer) -> list[Producer]:
    """Who may serve somebody's clients from now on: their backup first, who is proposed, then everybody by name."""
    others = Producer.objects.filter(active=True).exclude(role=Role.MARKETING).exclude(pk=producer.pk).select_related("user")
    return sorted(others, key=lambda one: (one.pk != producer.backup_id, one.name))


def _row(move: leaving.Move) -> tuple[Any, ...]:
    goes_to = f"{move.name} (nobody else may take it)" if move.unplaced else move.name
    return (link_to_page("leads:detail", move.lead, move.lead_id), move.status, move.tier, goes_to, move.reason)
