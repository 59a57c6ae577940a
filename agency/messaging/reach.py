"""Whom no alert can reach outside the app, said before one has to: to the managers each morning, and where people are listed."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction

from agency.messaging import channels
from agency.messaging.alerts import staff_drafts
from agency.messaging.models import Channel
from agency.messaging.outbox import Draft, send_all
from agency.messaging.preferences import Book, book
from agency.messaging.unheard import CHANNELS, managers
from agency.models import Agency, User
from agency.roles import CSR, GROUPS, MANAGER, PRODUCER

OUTSIDE = (Channel.PUSH, Channel.SMS, Channel.EMAIL)
HAVE_LEADS = (PRODUCER, CSR, MANAGER)
MORNING = time(8)
"""Local time before which nobody is told: a notice at midnight is read at eight."""
KIND = "unreachable"
PAGE = "/admin/agency/user/{pk}/change/"

ONE = "{name} cannot be reached outside the app"
ALL = "Nobody can be reached outside the app"
ALL_BODY = (
    "Neither e-mail nor texts are set up (EMAIL_URL, SMS_URL), and nobody has turned push on. Alerts wait among the notices."
)
WAITS = "Alerts wait among their notices. {why}."
MISSING = {
    Channel.PUSH: "Push is on in no browser of theirs",
    Channel.SMS: "there is no phone number",
    Channel.EMAIL: "there is no e-mail address",
}
NOT_SET_UP = {Channel.SMS: "texts are not set up (SMS_URL)", Channel.EMAIL: "e-mail is not set up (EMAIL_URL)"}
ONLY_IN_THE_APP = "only in the app"


def reached_by(user: User, known: Book) -> list[Channel]:
    """The channels outside the app that really get to this person: an address, and a provider that does more than record."""
    return [name for name in OUTSIDE if not _missing(name, user, known)]


def in_words(user: User, known: Book) -> str:
    """How alerts reach this person, for a list of people."""
    return ", ".join(name.label.lower() for name in reached_by(user, known)) or ONLY_IN_THE_APP


def tell_managers(now: datetime) -> int:
    """Of whoever cannot be reached the managers have a notice, one a day for each; returns how many notices were written.

    Where nothing is set up for anyone, that is said once instead.
    """
    agency = Agency.objects.first()
    if agency is None or (local := now.astimezone(ZoneInfo(agency.timezone))).time() < MORNING:
        return 0
    known = book()
    people = User.objects.filter(is_active=True, groups__name__in=[GROUPS[role] for role in HAVE_LEADS]).distinct()
    lost = [one for one in people.order_by("username") if not reached_by(one, known)]
    if not lost:
        return 0
    with transaction.atomic():
        drafts = (
            _about_all(local.date()) if _is_bare(known) else [one for who in lost for one in _about(who, known, local.date())]
        )
        return len(send_all(drafts, now))


def _is_bare(known: Book) -> bool:
    """Whether no provider and no device is there for anybody."""
    return all(map(channels.is_silent, NOT_SET_UP)) and not any(one.sound for those in known.devices.values() for one in those)


def _about_all(day: date) -> list[Draft]:
    return _notices(ALL, ALL_BODY, path="", key=f"{KIND}:all:{day.isoformat()}")


def _about(user: User, known: Book, day: date) -> list[Draft]:
    why = "; ".join(_missing(name, user, known) for name in OUTSIDE)
    subject, body = ONE.format(name=user.name), WAITS.format(why=why)
    return _notices(subject, body, path=PAGE.format(pk=user.pk), key=f"{KIND}:{user.pk}:{day.isoformat()}")


def _notices(subject: str, body: str, *, path: str, key: str) -> list[Draft]:
    return [
        draft
        for manager in managers()
        for draft in staff_drafts(
            KIND,
            user=manager,
            channels=CHANNELS,
            subject=subject,
            body=body,
            path=path,
            dedupe_key=f"{key}:{manager.pk}",
        )
    ]


def _missing(channel: Channel, user: User, known: Book) -> str:
    """Why the channel does not get to this person, or empty."""
    if channel == Channel.PUSH:
        return "" if any(one.sound for one in known.devices.get(user.pk, ())) else MISSING[channel]
    if channels.is_silent(channel):
        return NOT_SET_UP[channel]
    return "" if channels.address_of(channel, user) else MISSING[channel]
