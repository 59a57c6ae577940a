"""The intake payload: what was sent, cleaned and checked field by field. Nothing here reads or writes the database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from leads.flags import recognition_flags
from leads.intake import fields
from leads.intake.errors import IntakeError
from leads.intake.fields import FieldError
from leads.intake.places import place
from leads.models import LeadKind, Source
from producers.facts import LineFacts

T = TypeVar("T")

NOBODY_TO_REACH: Final = "A phone number or an e-mail address is needed."
NOT_AN_OBJECT: Final = "The body must be one object of names and values."
MOST_EVENTS: Final = 200
CHANNELS: Final = {
    "call": "call", "phone": "call", "voice": "call", "sms": "sms", "text": "sms", "email": "email", "e-mail": "email",
    "prerecorded": "prerecorded",
}  # fmt: skip
CHANNEL_NAMES: Final = ("call", "sms", "email", "prerecorded")
KINDS: Final = [str(kind) for kind in LeadKind.values]


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """A behavior event as sent; never later than its arrival."""

    kind: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """What the person agreed to, and the words they saw."""

    channels: tuple[str, ...]
    text: str
    at: datetime
    dated: bool
    """Whether it came with a time of its own, which had passed."""
    ip: str | None
    user_agent: str
    certificate_url: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One request, clean: what every later step of intake reads."""

    first_name: str
    last_name: str
    email: str
    phone: str
    phone_extension: str
    language: str
    zip_code: str
    city: str
    state: str
    county: str
    timezone: str
    line: str
    family: str
    kind: str
    exclusive: bool
    external_id: str
    current_carrier: str
    policy_expires_on: date | None
    heard_from: str
    premium_estimate: Decimal | None
    callback_at: datetime | None
    notes: str
    attributes: Mapping[str, Any]
    flags: tuple[str, ...]
    consent: GivenConsent | None
    events: tuple[GivenEvent, ...]


class Reader:
    """Takes fields out of one payload and remembers what was wrong with each."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self.payload = payload
        self.errors: dict[str, list[str]] = {}

    def take(self, name: str, clean: Callable[..., T], otherwise: T, **options: Any) -> T:
        """The clean value of a field; `otherwise` beside an error."""
        try:
            return clean(self.payload.get(name), **options)
        except FieldError as error:
            self.wrong(name, str(error))
            return otherwise

    def text(self, name: str, most: int, *, lines: bool = False) -> str:
        """The clean text of a field."""
        return self.take(name, fields.text, "", most=most, lines=lines)

    def required(self, name: str, most: int) -> str:
        """The clean text of a field that may not be blank."""
        value = self.text(name, most)
        if not value and name not in self.errors:
            self.wrong(name, fields.REQUIRED)
        return value

    def wrong(self, name: str, message: str) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(name, []).append(message)


def read(payload: Any, *, source: Source, now: datetime, zone: str, find_line: Callable[[str], LineFacts | None]) -> Arrival:
    """The payload as an `Arrival`; times without an offset are on the clocks of `zone`. Raises `IntakeError`."""
    if not isinstance(payload, dict):
        raise IntakeError({"non_field_errors": [NOT_AN_OBJECT]})
    reader = Reader(payload)
    first_name, last_name = reader.required("first_name", 100), reader.required("last_name", 100)
    email = reader.take("email", fields.email, "")
    phone, extension = reader.take("phone", fields.phone, ("", ""))
    if not email and not phone and not reader.errors.keys() & {"email", "phone"}:
        reader.wrong("email", NOBODY_TO_REACH)
        reader.wrong("phone", NOBODY_TO_REACH)
    where = _place(payload.get("zip_code"))
    line, family = _line(payload.get("line"), find_line)
    arrival = Arrival(
        first_name=first_name,
        last_name=last_name,
        email=email,
        phone=phone,
        phone_extension=extension,
        **where,
        line=line,
        family=family,
        flags=tuple(recognition_flags(zip_code=where["zip_code"], state=where["state"], line=line, family=family)),
        language=reader.text("language", 10),
        kind=reader.take("kind", fields.choice, "", choices=KINDS, default=source.lead_kind),
        exclusive=reader.take("exclusive", fields.flag, True, default=source.exclusive),
        external_id=reader.take("external_id", _external_id, ""),
        current_carrier=reader.text("current_carrier", 120),
        policy_expires_on=reader.take("policy_expires_on", fields.day, None),
        heard_from=reader.text("heard_from", 120),
        premium_estimate=reader.take("premium_estimate", fields.amount, None),
        callback_at=reader.take("callback_at", fields.moment, None, zone=zone),
        notes=reader.text("notes", 10_000, lines=True),
        attributes=reader.take("attributes", fields.mapping, {}),
        consent=reader.take("consent", _consent, None, now=now, zone=zone),
        events=reader.take("events", _events, (), now=now, zone=zone),
    )
    if reader.errors:
        raise IntakeError(reader.errors)
    return arrival


def _external_id(value: Any) -> str:
    return fields.text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, most=120)


def _place(value: Any) -> dict[str, str]:
    """Where it is, as far as the ZIP tells. Never refused: the lead still wants an owner."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 99_999:
        value = f"{value:05}"  # a ZIP sent as a number has lost its leading zeros
    return place_fields(fields.given(value, most=10))


def place_fields(written: str) -> dict[str, str]:
    """The fields of a lead that say where it is, from its ZIP as it was written; the place is empty when nobody knows it."""
    found = place(written) if written else None
    if found is None:
        return {"zip_code": written, "city": "", "state": "", "county": "", "timezone": ""}
    return {
        "zip_code": written,
        "city": found.city,
        "state": found.state,
        "county": found.county,
        "timezone": found.timezone,
    }


def _line(value: Any, find_line: Callable[[str], LineFacts | None]) -> tuple[str, str]:
    """(key, family) of the line; what was written, without a family, when it is none of ours."""
    written = fields.given(value, most=80)
    found = find_line(written) if written else None
    return (written[:40], "") if found is None else (found.key, found.family)


def idempotency_key(value: str | None) -> str | None:
    """The key as it is stored; None for none. Raises `IntakeError` when it cannot be kept."""
    try:
        return fields.text(value, most=200) or None
    except FieldError as error:
        raise IntakeError({"idempotency_key": [str(error)]}) from None


def _consent(value: Any, now: datetime, zone: str) -> GivenConsent | None:
    """The consent; None when nothing was agreed to."""
    if value in (None, "", [], {}):
        return None
    if not isinstance(value, dict):
        raise FieldError(fields.BAD_OBJECT)
    inner = Reader(value)
    nothing: tuple[str, ...] = ()
    channels = inner.take("channels", _channels, nothing)
    at = inner.take("at", fields.moment, None, zone=zone)
    consent = GivenConsent(
        channels=channels,
        text=inner.text("text", 10_000, lines=True),
        at=now if at is None else min(at, now),
        dated=at is not None and at <= now,
        ip=inner.take("ip", fields.ip_address, None),
        user_agent=fields.given(value.get("user_agent"), most=400),
        certificate_url=inner.take("certificate_url", fields.web_address, ""),
    )
    if inner.errors:
        raise FieldError(" ".join(f"{name}: {' '.join(messages)}" for name, messages in inner.errors.items()))
    return consent if channels else None


def _channels(value: Any) -> tuple[str, ...]:
    found = []
    for given in fields.sequence([value] if isinstance(value, str) else value, most=10):
        channel = CHANNELS.get(given.strip().lower()) if isinstance(given, str) else None
        if channel is None:
            raise FieldError(fields.BAD_CHOICE.format(choices=", ".join(CHANNEL_NAMES)))
        found.append(channel)
    return tuple(dict.fromkeys(found))


def _events(value: Any, now: datetime, zone: str) -> tuple[GivenEvent, ...]:
    found = []
    for index, given in enumerate(fields.sequence(value, most=MOST_EVENTS)):
        try:
            found.append(event(given, now=now, zone=zone))
        except FieldError as error:
            raise FieldError(f"{index + 1}: {error}") from None
    return tuple(found)


def event(value: Any, *, now: datetime, zone: str) -> GivenEvent:
    """One event `{kind, at?, data?}`; one that is ahead of our clock happened now. Raises `FieldError`."""
    if not isinstance(value, dict):
        raise FieldError(fields.BAD_OBJECT)
    kind = fields.event_kind(value.get("kind"))
    at = fields.moment(value.get("at"), zone)
    return GivenEvent(kind, now if at is None else min(at, now), fields.mapping(value.get("data")))
