"""The small page on which anybody can ask why a lead went to somebody else."""

import re
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from agency.pages import PageRequest, page
from producers.models import Producer
from routing.why import WhyNot, why_not

NUMBER = re.compile(r"\d{1,18}")


@page("work_leads")
@require_safe
def why_not_me(request: HttpRequest) -> HttpResponse:
    """The person's own part in the latest decision about the lead whose number, or address, is given."""
    asked = request.GET.get("lead", "").strip()[:200]
    numbers = NUMBER.findall(asked)
    found: WhyNot | None = None
    producer = Producer.objects.select_related("user").filter(user=cast(PageRequest, request).user).first()
    if producer is not None and numbers:
        found = why_not(int(numbers[0]), key=producer.key, name=producer.name)
    context = {"asked": asked, "number": numbers[0] if numbers else "", "found": found, "now": timezone.now()}
    return render(request, "leads/why_not_me.html", context, status=404 if asked and found is None else 200)
