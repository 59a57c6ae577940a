"""The page behind the link under every e-mail, and the one click of RFC 8058. No log-in, no cookie, no script."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from agency.messaging.email.commercial import ONE_CLICK
from agency.messaging.email.tokens import message_of
from agency.pages import public_page
from leads import unsubscribing
from leads.consents import email_is_closed


@csrf_exempt  # the token says who may; a mail program that posts has no cookie of ours
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it asks and changes nothing, for scanners open every link; posting stops the e-mails, as often as it is posted."""
    message = unsubscribing.unsubscribable(message_of(token))
    if message is None:
        return render(request, "leads/unsubscribe_unknown.html", status=404)
    if request.method == "POST":
        unsubscribing.unsubscribe(message.to, lead=message.lead, via=unsubscribing.BY_PAGE, now=timezone.now())
    name, _, value = ONE_CLICK.partition("=")
    context = {"address": masked(message.to), "stopped": email_is_closed(message.to.lower()), "name": name, "value": value}
    return render(request, "leads/unsubscribe.html", context)


def masked(address: str) -> str:
    """The address as only its holder knows it again: `maria@home.example` → `m…@home.example`."""
    local, _, domain = address.partition("@")
    return f"{local[:1]}…@{domain}"
