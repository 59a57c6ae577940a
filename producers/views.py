"""What people say of themselves, from any page."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from agency.pages import PageRequest, page
from producers.models import Presence, Producer
from producers.presence import set_presence

WORDS = {
    Presence.AVAILABLE: "You are available: leads come to you while you are on shift.",
    Presence.BUSY: "You are busy: turns still come to you, other leads go to whoever is free.",
    Presence.AWAY: "You are away: leads go to others until you are back.",
}
NO_PROFILE = "You have no profile among the people who work leads."
NOT_A_CHOICE = "Say available, busy or away."


@page("work_leads")
@require_POST
def presence(request: HttpRequest) -> HttpResponse:
    """The person is available, busy or away; back to where they were."""
    asked = cast(PageRequest, request)
    producer = Producer.objects.filter(user=asked.user).first()
    chosen = asked.POST.get("presence", "")
    if producer is None:
        messages.error(asked, NO_PROFILE)
    elif chosen not in Presence.values:
        messages.error(asked, NOT_A_CHOICE)
    else:
        set_presence(producer, presence=chosen, now=timezone.now())
        messages.success(asked, WORDS[Presence(chosen)])
    back = asked.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "home")
