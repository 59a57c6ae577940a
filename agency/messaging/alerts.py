"""On which channels a person hears of something: the agency's list or their own, now or when their quiet hours are over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from agency.messaging.channels import address_of
from agency.messaging.models import Audience, Channel, Severity
from agency.messaging.outbox import Draft
from agency.messaging.preferences import Book, Device, Preference, book

if TYPE_CHECKING:
    from agency.models import User

ABOUT_A_LEAD = "News about one of your leads"


def staff_drafts(
    kind: str,
    *,
    user: "User",
    channels: Sequence[str],
    subject: str,
    body: str = "",
    path: str = "",
    lead_id: int | None = None,
    dedupe_key: str | None = None,
    due_at: datetime | None = None,
    severity: str = Severity.NORMAL,
    brief: str = "",
    known: Book | None = None,
) -> list[Draft]:
    """A draft for each way in which the person is to hear of it, in the app first and always; one for each of their devices.

    `channels` is the agency's list, or the rung's. `brief` is what a push says to a locked screen: without it a push about a lead
    says no more than that there is news, unless the person lets it name the lead. `known`: preferences already read.
    """
    known = known or book()
    own = known.of(user.pk)
    devices = known.devices.get(user.pk, ())
    chosen = heard_on(channels, severity, own, lambda name: bool(devices if name == Channel.PUSH else address_of(name, user)))
    plain = Draft(
        channel=Channel.IN_APP,
        audience=Audience.STAFF,
        severity=severity,
        kind=kind,
        user=user,
        lead_id=lead_id,
        subject=subject,
        body=body,
        path=path,
        dedupe_key=dedupe_key,
        due_at=due_at,
    )
    title = subject if own.names_on_push or lead_id is None else brief or ABOUT_A_LEAD
    return [draft for channel in chosen for draft in _on(channel, plain, own, devices, title)]


def _on(channel: str, plain: Draft, own: Preference, devices: Sequence[Device], title: str) -> list[Draft]:
    """The alert as it goes by one channel."""
    draft = replace(plain, channel=channel, quiet=None if channel == Channel.IN_APP else own.waits(plain.severity))
    if channel != Channel.PUSH:
        return [replace(draft, dedupe_key=_key(plain, channel))]
    return [
        replace(draft, to=one.address, subject=title, body="", dedupe_key=_key(plain, f"{channel}:{one.pk}")) for one in devices
    ]


def _key(plain: Draft, part: str) -> str | None:
    return f"{plain.dedupe_key}:{part}" if plain.dedupe_key else None


def heard_on(asked: Sequence[str], severity: str, own: Preference, reaches: Callable[[str], bool]) -> list[str]:
    """The channels an alert takes: in the app always; outside of it the person's own choice, else those `asked` for.

    What is asked for in the app alone stays there. Where nothing of an own choice reaches the person, what was asked for does.
    """
    outside = [name for name in dict.fromkeys(asked) if name != Channel.IN_APP]
    choice = own.channels(severity)
    if not outside or choice == ():
        return [Channel.IN_APP.value]
    chosen = [name for name in choice or () if name != Channel.IN_APP and reaches(name)]
    return [Channel.IN_APP.value, *(chosen or filter(reaches, outside))]
