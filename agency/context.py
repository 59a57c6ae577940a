"""What the frame around every page needs; nothing is read for pages that show no frame."""

from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from agency.messaging.models import Channel, Message
from agency.models import User
from agency.pages import the_agency
from agency.roles import ABILITIES, role_of


@dataclass(frozen=True, slots=True)
class NavItem:
    """One place in the bar."""

    label: str
    url: str
    icon: str
    current: bool


PLACES = (
    ("Inbox", "leads:inbox", "inbox", ("work_leads",)),
    ("Today", "leads:dashboard", "speedometer2", ("see_dashboard", "see_reports")),
    ("Fairness", "routing:fairness", "arrow-left-right", ("see_all_leads",)),
    ("New lead", "leads:new", "plus-lg", ("enter_leads",)),
    ("Rejected", "leads:rejected", "slash-circle", ("see_all_leads",)),
)
"""What the bar offers, and which abilities open it."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """`agency`, `nav`, `role` and `unread` for the templates, each read when first used."""
    return {
        "agency": SimpleLazyObject(lambda: getattr(request, "agency", None) or the_agency()),
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "role": SimpleLazyObject(lambda: _role(request)),
        "unread": SimpleLazyObject(lambda: unread(cast(User, request.user))),
        "server_now": timezone.now,
    }


def navigation(request: HttpRequest) -> list[NavItem]:
    """The places the person may go to, with the one they are in marked."""
    role = _role(request)
    allowed = ((label, reverse(name), icon) for label, name, icon, abilities in PLACES if _may(role, abilities))
    return [NavItem(label, url, icon, request.path.startswith(url)) for label, url, icon in allowed]


def unread(user: User) -> int:
    """How many notices the person has not read; one query."""
    return Message.objects.filter(user=user, channel=Channel.IN_APP, read_at__isnull=True).count()


def _may(role: str, abilities: tuple[str, ...]) -> bool:
    return any(role in ABILITIES[ability] for ability in abilities)


def _role(request: HttpRequest) -> str:
    return getattr(request, "role", "") or role_of(cast(User, request.user))
