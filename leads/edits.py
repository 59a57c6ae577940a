"""Mending a lead: what was written down wrong at intake, put right by whoever works it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from agency.messaging.models import Message
from agency.models import User
from agency.roles import is_manager
from leads import followup
from leads.callbacks import move_timers
from leads.current import Configuration, configuration
from leads.facts import facts_of, known_person
from leads.flags import BAD_EMAIL, NAME_UNKNOWN, NO_WAY_LEFT, OF_THE_NUMBER, reflag, unflag, unrecognised
from leads.history import note_status
from leads.intake import fields
from leads.intake.fields import FieldError
from leads.intake.payload import place_fields
from leads.locks import locked
from leads.models import Lead, Note, Status, Tier
from leads.rerouting import look_again, whereabouts
from leads.rescoring import SCORE_FIELDS, apply_score, events_of
from leads.soldwhere import look_at_sales
from routing.assignment import assign

CAUSE: Final = "edit"
CHANGED: Final = "The lead has another number or address by now."
WRITTEN_ANEW: Final = "Taken back: the lead has another number or address, and it goes there."
NOT_EDITABLE: Final = "This cannot be changed here."
MAY_NOT_BE_BLANK: Final = "May not be blank."
STATE_STAYS: Final = "Enter a ZIP we know: the lead was in {state}, and nobody's license can be checked without a state."
UNREACHABLE: Final = "A phone number or an e-mail address must stay."
MOST_AHEAD: Final = timedelta(days=60)
TOO_FAR: Final = "A call-back can be at most 60 days from now."
FOLLOWING: Final = ("city", "state", "county", "timezone", "family")
"""Not told apart: they follow from the ZIP or the line."""
WORDS: Final = {"zip_code": "ZIP", "policy_expires_on": "policy end", "callback_at": "call-back time", "email": "e-mail"}


class EditError(Exception):
    """The change cannot be made; `errors` says of each field what is wrong."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(", ".join(errors))
        self.errors = errors


@transaction.atomic
def edit(lead: Lead, *, by: User, changes: Mapping[str, Any], now: datetime) -> Lead:
    """The fields have the new values, cleaned as at intake; a note says what was changed by whom; the lead is scored again.

    A nurtured lead that this makes worth a call is routed; so is an open one whose owner may not have it as it is now, or that
    nobody could take as it was. What was sold already is held against the licenses of a new state. A known state does not become
    unknown. Raises `EditError`.
    """
    config = configuration()
    lead = locked(lead.pk)
    clean = _cleaned(lead, changes, config)
    if (at := clean.get("callback_at")) is not None and at != lead.callback_at and at > now + MOST_AHEAD:
        raise EditError({"callback_at": [TOO_FAR]})
    changed = [name for name, value in clean.items() if getattr(lead, name) != value]
    if not changed:
        return lead
    told = "; ".join(_told(name, getattr(lead, name), clean[name]) for name in changed if name not in FOLLOWING)
    unknown, before, tier, where, call_back = unrecognised(lead), lead.status, lead.tier, whereabouts(lead), lead.callback_at
    state, reach = lead.state, _reach(lead)
    for name in changed:
        setattr(lead, name, clean[name])
    reflag(lead, unknown)
    _unflag_mended(lead, changed)
    lead.updated_at = now
    facts = facts_of(lead, lead.source, known_person(lead))
    if lead.is_open or lead.status == Status.NURTURE:
        facts = apply_score(lead, facts, events_of(lead), config, now)
    Note.objects.create(lead=lead, by=by, at=now, text=f"Changed {told}.")
    if lead.state != state:
        look_at_sales(lead, now=now)
    lead.save(update_fields=[*changed, "flags", *SCORE_FIELDS])
    _withhold([str(reach[name]) for name in reach if name in changed and reach[name]], lead, now)
    if lead.status == Status.NURTURE and tier == Tier.COLD != lead.tier:
        assign(lead, reason=CAUSE, now=now, facts=facts, by=by)
        note_status(lead, before, by=by, now=now, reason=CAUSE)
    elif whereabouts(lead) != where:
        look_again(lead, facts, cause=CAUSE, by=by, now=now)
    move_timers(lead, before=call_back, now=now, agreed=is_manager(by))
    return lead


def _unflag_mended(lead: Lead, changed: Collection[str]) -> None:
    """What was said of the name, the number or the address is not said of another."""
    if "phone" in changed:
        unflag(lead, *OF_THE_NUMBER)
    if {"phone", "email"} & set(changed):
        unflag(lead, NO_WAY_LEFT)
    if {"first_name", "last_name"} & {*changed}:
        unflag(lead, NAME_UNKNOWN)
    if "email" in changed:
        unflag(lead, BAD_EMAIL)


def _withhold(left: Sequence[str], lead: Lead, now: datetime) -> None:
    """What is written to a number or address the lead no longer has does not go there; its plans say it to the new one."""
    if left:
        followup.take_back(lead.pk, why=WRITTEN_ANEW, now=now)
        followup.keep_back_all(Message.objects.filter(lead=lead, to__in=left), why=CHANGED, now=now)


def _cleaned(lead: Lead, changes: Mapping[str, Any], config: Configuration) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            if name not in _FIELDS:
                raise FieldError(NOT_EDITABLE)
            clean.update(_FIELDS[name](name, value, config))
        except FieldError as error:
            errors[name] = [str(error)]
    if lead.state and clean.get("state") == "":
        errors["zip_code"] = [STATE_STAYS.format(state=lead.state)]
    if not errors and not {**_reach(lead), **clean}["email"] and not {**_reach(lead), **clean}["phone"]:
        errors = {name: [UNREACHABLE] for name in ("email", "phone") if name in clean}
    if errors:
        raise EditError(errors)
    return clean


def _reach(lead: Lead) -> dict[str, Any]:
    return {"email": lead.email, "phone": str(lead.phone or "")}


def _told(name: str, before: Any, after: Any) -> str:
    word = WORDS.get(name, name.replace("_", " "))
    return f"{word} from {before or 'nothing'} to {after or 'nothing'}" if name != "attributes" else "attributes"


def _text(most: int, *, needed: bool = False) -> Callable[[str, Any, Configuration], dict[str, Any]]:
    def clean(name: str, value: Any, config: Configuration) -> dict[str, Any]:
        text = fields.text(value, most=most)
        if needed and not text:
            raise FieldError(MAY_NOT_BE_BLANK)
        return {name: text}

    return clean


def _phone(name: str, value: Any, config: Configuration) -> dict[str, Any]:
    number, extension = fields.phone(value)
    return {"phone": number, "phone_extension": extension}


def _zip_code(name: str, value: Any, config: Configuration) -> dict[str, Any]:
    return place_fields(fields.text(value, most=10))


def _line(name: str, value: Any, config: Configuration) -> dict[str, Any]:
    written = fields.text(value, most=40)
    found = config.line(written) if written else None
    return {"line": found.key if found else written, "family": found.family if found else ""}


_FIELDS: Final[Mapping[str, Callable[[str, Any, Configuration], dict[str, Any]]]] = {
    "first_name": _text(100, needed=True),
    "last_name": _text(100, needed=True),
    "email": lambda name, value, config: {name: fields.email(value)},
    "phone": _phone,
    "zip_code": _zip_code,
    "line": _line,
    "language": _text(10),
    "current_carrier": _text(120),
    "heard_from": _text(120),
    "policy_expires_on": lambda name, value, config: {name: fields.day(value)},
    "premium_estimate": lambda name, value, config: {name: fields.amount(value)},
    "callback_at": lambda name, value, config: {name: fields.moment(value, config.roster.timezone)},
    "attributes": lambda name, value, config: {name: fields.mapping(value)},
}
