"""What the bar shows of the person's own presence; read when a page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from agency.models import User
from producers.models import Load, Presence, Role

ICONS: Final = {Presence.AVAILABLE: "circle-fill", Presence.BUSY: "telephone", Presence.AWAY: "dash-circle"}
HINTS: Final = {
    Presence.AVAILABLE: "leads come to you while you are on shift",
    Presence.BUSY: "turns still come, other leads go to whoever is free",
    Presence.AWAY: "leads go to others until you are back",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the three, as the bar writes it."""

    value: str
    label: str
    icon: str
    hint: str
    current: bool


def presence(request: HttpRequest) -> dict[str, Any]:
    """`presence`: the choices of somebody who works leads, in order, the present one marked; empty for everyone else."""
    return {"presence": SimpleLazyObject(lambda: _choices(getattr(request, "user", None)))}


def _choices(user: object) -> Sequence[Shown]:
    """One query for people, none for visitors."""
    if not isinstance(user, User):
        return ()
    people = Load.objects.filter(producer__user=user, producer__active=True).exclude(producer__role=Role.MARKETING)
    present = people.values_list("presence", flat=True).first()
    return [Shown(one.value, one.label, ICONS[one], HINTS[one], one == present) for one in Presence] if present else ()
