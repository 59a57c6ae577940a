"""Writes about people: who they are, and whether they are there. What they hold is written with each assignment."""

from datetime import datetime

from django.db import transaction

from agency import roles
from agency.models import Agency, User
from producers import leaving
from producers.models import Load, Producer
from producers.presence import set_presence

__all__ = [
    "LAST_RESORT",
    "PersonError",
    "deactivate",
    "save_person",
    "set_other_load",
    "set_presence",
    "why_not_leave",
]

LAST_RESORT = "{} is the owner of last resort: name someone else for that first."


class PersonError(ValueError):
    """A change to a person that cannot be made; the message is for people."""


@transaction.atomic
def save_person(
    producer: Producer,
    *,
    name: str,
    email: str,
    phone: str = "",
    password: str = "",
    now: datetime,
    by: User | None = None,
) -> Producer:
    """The person and their log-in are stored with the role's group; the log-in is open exactly while they are active.

    Whoever leaves by it holds nothing any more. `now` dates a new log-in. PersonError when the owner of last resort would go.
    """
    if why := why_not_leave(producer):
        raise PersonError(why)
    user = User.objects.get(pk=producer.user_id) if producer.user_id else User(username=producer.key, date_joined=now)
    user.name, user.email, user.phone, user.is_active = name, email, phone, producer.active
    if password:
        user.set_password(password)
    elif user._state.adding:
        user.set_unusable_password()
    user.save()
    producer.user = user
    producer.save()
    Load.objects.get_or_create(producer=producer)
    roles.set_group(user, producer.role)
    if leaving.has_left(producer):
        leaving.release(producer, by=by, now=now)
    return producer


@transaction.atomic
def deactivate(producer: Producer, *, by: User | None, now: datetime) -> leaving.Departure:
    """The person is inactive, cannot log in, and what they held is in others' hands. PersonError when they cannot leave."""
    leaver = Producer.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(pk=producer.pk)
    leaver.active = False
    if why := why_not_leave(leaver):
        raise PersonError(why)
    leaver.save(update_fields=["active"])
    leaver.user.is_active = False
    leaver.user.save(update_fields=["is_active"])
    return leaving.release(leaver, by=by, now=now)


def why_not_leave(producer: Producer, *, leaves: bool | None = None) -> str:
    """Why this person cannot be inactive or in marketing; empty when they can, or are neither as they now stand unsaved.

    `leaves`: whether they are to be, where the person does not say so yet.
    """
    if not (leaving.has_left(producer) if leaves is None else leaves) or producer.user_id is None:
        return ""
    if Agency.objects.filter(fallback_id=producer.user_id).exists():
        return LAST_RESORT.format(producer.user.name)
    return ""


def set_other_load(producer: Producer, *, amount: int) -> None:
    """The person has `amount` leads' worth of other work (renewals, service), which takes room from the next lead on."""
    Load.objects.update_or_create(producer=producer, defaults={"other_load": amount})
