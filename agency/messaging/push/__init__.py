"""Notices on the locked screen of a phone and in the corner of a desk: Web Push, to each browser with push on."""

from typing import TYPE_CHECKING

from agency.messaging.preferences import book
from agency.messaging.push.webpush import WebPushProvider

if TYPE_CHECKING:
    from agency.models import User

setting = ""
providers = {"": WebPushProvider}


def address_of(user: "User") -> str:
    """The first of the person's devices, or empty; `staff_drafts` writes one message for each."""
    devices = book().devices.get(user.pk, ())
    return devices[0].address if devices else ""
