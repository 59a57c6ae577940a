"""Reading what the gate's answers rest on: a fixed number of queries, however many questions there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from agency import revisions, statements
from leads.followup.gate import sql
from leads.followup.gate.rulebook import rulebook
from leads.followup.gate.verdict import BY_PHONE, Book, Known, Question, Word
from leads.followup.whereabouts import area_code
from leads.models import Consent
from producers import roster

NAMES = {"sms": ("sms", "text"), "voice": ("voice", "call", "phone"), "call": ("call", "voice", "phone"), "email": ("email",)}
"""What a consent may call each channel."""


def read(questions: Iterable[Question], now: datetime, leaving: Collection[int] = ()) -> Book:
    """Everything the answers take, at `now` and later; three queries while no rule changed.

    `leaving`: messages that are being asked about, and so are no attempts yet.
    """
    asked = list(questions)
    numbers = {one.address for one in asked if one.channel in BY_PHONE and one.address}
    versions = revisions.current()
    rules = rulebook(versions)
    return Book(
        rules=rules,
        words=last_words({one.address for one in asked if one.address}),
        known=_known(numbers, now, rules.longest, leaving) if numbers else {},
        roster=roster.static(versions[revisions.ROSTER]),
    )


def last_words(addresses: Collection[str]) -> dict[tuple[str, str], Word]:
    """(Number or address, channel) → what was last said of it; one query."""
    by_phone = Q(phone__in=addresses) & ~Q(phone="")
    by_email = Q(email__in=addresses) & ~Q(email="")
    rows = Consent.objects.filter(by_phone | by_email).order_by("at", "pk")
    words: dict[tuple[str, str], Word] = {}
    for phone, email, channels, granted, at, reopens in (
        rows.values_list("phone", "email", "channels", "granted", "at", "reopens") if addresses else ()
    ):
        for channel in _concerned(channels, granted):
            key = (email if channel == "email" else phone, channel)
            if reopens or key not in words or words[key].granted:
                words[key] = Word(granted, at)
    return words


def _concerned(channels: Iterable[str], granted: bool) -> list[str]:
    """The channels an entry speaks of; taking back without naming a channel takes back all."""
    named = {name.lower() for name in channels}
    return [channel for channel, names in NAMES.items() if (named & set(names)) or (not named and not granted)]


def _known(numbers: Collection[str], now: datetime, hours: int, leaving: Collection[int]) -> dict[str, Known]:
    """Number → what is on record of it; one query."""
    values = {
        "numbers": sorted(numbers),
        "digits": [int(one[2:]) for one in sorted(numbers) if area_code(one)],
        "since": now - timedelta(hours=hours),
        "leaving": sorted(leaving),
    }
    found: dict[str, dict[str, list[datetime]]] = defaultdict(lambda: defaultdict(list))
    for number, what, at in statements.run(sql.KNOWN, values):
        found[number][what].append(at or now)
    return {
        number: Known(
            attempts=tuple(sorted(rows[sql.ATTEMPT])),
            inquired_at=max(rows[sql.INQUIRY], default=None),
            bought_at=max(rows[sql.PURCHASE], default=None),
            client=bool(rows[sql.CLIENT]),
            listed=bool(rows[sql.LISTED]),
        )
        for number, rows in found.items()
    }
