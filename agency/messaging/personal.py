"""What a person sets up for their own alerts: the browsers that take pushes, what comes when, and a test of it all."""

import re
from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction

from agency.messaging.alerts import staff_drafts
from agency.messaging.devices import AlertPreference, PushDevice
from agency.messaging.models import Channel, Message, Severity
from agency.messaging.outbox import send_all
from agency.messaging.push import hosts, keys
from agency.models import User

MOST_DEVICES = 20
TEST = "alert_test"
TEST_SUBJECT = "This is a test of your alerts"
TEST_BODY = "You asked for it on your page for alerts. Urgent news comes the same ways."

BAD_ENDPOINT = "This browser's push service is not one that is known here."
BAD_KEYS = "This browser's keys cannot be read."
TOO_MANY = "Push is on in {count} browsers already: remove one first."
UNKNOWN_DEVICE = "No such device."

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


class AlertError(Exception):
    """Something of the alerts that cannot be set up like this; the message is for people."""


def save_device(*, user: User, endpoint: str, p256dh: str, auth: str, user_agent: str, now: datetime) -> PushDevice:
    """Pushes for this person go to that browser too; what it said before, of whomever, is replaced. AlertError if not."""
    _check(endpoint, p256dh, auth)
    with transaction.atomic():
        others = PushDevice.objects.filter(user=user).exclude(endpoint=endpoint)
        if (count := others.count()) >= MOST_DEVICES:
            raise AlertError(TOO_MANY.format(count=count))
        said = {"user": user, "p256dh": p256dh, "auth": auth, "label": device_label(user_agent), "seen_at": now, "failure": ""}
        device, _ = PushDevice.objects.update_or_create(
            endpoint=endpoint, defaults=said, create_defaults={**said, "created_at": now}
        )
    return device


def renew_device(*, old: str, endpoint: str, p256dh: str, auth: str, now: datetime) -> None:
    """What went to `old` goes to `endpoint`: the browser's push service gave it another. Whoever knows the old one may say so."""
    _check(endpoint, p256dh, auth)
    with transaction.atomic():
        device = PushDevice.objects.select_for_update().filter(endpoint=old).first()
        if device is None:
            raise AlertError(UNKNOWN_DEVICE)
        PushDevice.objects.filter(endpoint=endpoint).exclude(pk=device.pk).delete()
        device.endpoint, device.p256dh, device.auth, device.seen_at, device.failure = endpoint, p256dh, auth, now, ""
        device.save(update_fields=["endpoint", "p256dh", "auth", "seen_at", "failure"])


def remove_device(*, user: User, pk: int) -> bool:
    """Nothing more goes to the person's device; False when they have no such one."""
    found, _ = PushDevice.objects.filter(user=user, pk=pk).delete()
    return bool(found)


def save_preference(
    *,
    user: User,
    urgent: Sequence[str] | None,
    normal: Sequence[str] | None,
    quiet: tuple[time, time] | None,
    timezone: str,
    urgent_in_quiet: bool,
    names_on_push: bool,
) -> AlertPreference:
    """From now on the person hears of things like this; None: as the agency does, and no quiet hours."""
    return AlertPreference.objects.update_or_create(
        user=user,
        defaults={
            "urgent": None if urgent is None else list(urgent),
            "normal": None if normal is None else list(normal),
            "quiet_from": quiet[0] if quiet else None,
            "quiet_until": quiet[1] if quiet else None,
            "timezone": timezone,
            "urgent_in_quiet": urgent_in_quiet,
            "names_on_push": names_on_push,
        },
    )[0]


def send_test(*, user: User, channels: Sequence[str], now: datetime) -> list[Message]:
    """An urgent alert about nothing is on its way to the person, as one about a lead would be, and by push; returned as sent."""
    drafts = staff_drafts(
        TEST,
        user=user,
        channels=[Channel.PUSH, *channels],
        subject=TEST_SUBJECT,
        body=TEST_BODY,
        path="/account/alerts/",
        severity=Severity.URGENT,
    )
    with transaction.atomic():
        return send_all(drafts, now)


def device_label(user_agent: str) -> str:
    """What people call the browser, such as Chrome on Android."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if re.search(rf"\b{mark}\b", user_agent)), "")
    return f"{browser} on {system}" if system else browser


def _check(endpoint: str, p256dh: str, auth: str) -> None:
    try:
        hosts.check(endpoint)
    except hosts.NotAllowedError:
        raise AlertError(BAD_ENDPOINT) from None
    if len(endpoint) > 1000 or not keys.are_sound(p256dh, auth):
        raise AlertError(BAD_KEYS)


def set_auto_dial(*, user: User, rings: bool) -> None:
    """The person's phone rings by itself when a call of theirs is due, or they dial themselves."""
    user.auto_dial = rings
    user.save(update_fields=["auto_dial"])
