"""The gate's answer to one question, given everything that was read: no query, no clock."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agency.messaging import Permission
from leads.flags import BAD_EMAIL, NOT_TEXTABLE, WRONG_NUMBER
from leads.followup.gate.rulebook import Rulebook, Stop
from leads.followup.whereabouts import Whereabouts, area_code, whereabouts
from leads.followup.windows import Cap, Place, WindowFacts, closed, next_allowed, places
from leads.licensing import license_check
from leads.models import Lead
from producers.facts import Roster
from producers.roster import local_day

NO_LEAD = "The message belongs to no lead."
NO_PHONE = "There is no phone number."
NO_EMAIL = "There is no e-mail address."
OPTED_OUT = "They asked on {day} not to be contacted this way."
NO_CONSENT = "There is no consent to {channel} on record."
QUIET_HOURS = "Quiet hours where they are ({local}, rule {rule}): waits until {opening}."
NEVER_OPEN = "The rule {rule} allows no contact within a year."
NO_RULES = "There are no contact rules to hold it against."
CAPPED = "No more attempts before {free}: {rule} allows {count} in {hours} hours."
EMERGENCY = "Emergency stop in {place} since {day}."
LISTED = "The number is on the national do-not-call list, and there is no consent, recent inquiry or purchase."
NO_LIST = "No national do-not-call list is at hand for this area code, and there is no consent, recent inquiry or purchase."
STALE_LIST = (
    "The do-not-call list for this number is {age} days old (31 at most), and there is no consent, recent inquiry or purchase."
)
UNLICENSED = "{name}: {why}."
NOBODY_LICENSED = "Nobody at the agency holds a license for this lead's state and line."

OPT_OUT, CONSENT, LICENSE, DO_NOT_CALL, DO_NOT_CALL_AGE = (
    "opt-out",
    "consent",
    "license",
    "national do-not-call",
    "do-not-call list age",
)
ADDRESS, WRONG, BOUNCED, RULES = "address", "wrong number", "e-mail bounced", "contact rules"
LANDLINE = "takes no texts"
AGENCY_CAP = "cap agency"

BY_PHONE = ("sms", "voice", "call")
NEEDS_CONSENT = {"sms": "texts", "voice": "automatic calls"}
LIST_GOOD_FOR = 31
"""Days that a download of the national list may be used (16 CFR 310.4(b)(3)(iv))."""
INQUIRY = timedelta(days=90)
"""How long an inquiry makes a business relationship (47 CFR 64.1200(f)(5): three months)."""
PURCHASE_MONTHS = 18
"""How long a purchase does (the same)."""
ASK_AGAIN = timedelta(days=1)
"""When an emergency stop without an end is looked at again."""


@dataclass(frozen=True, slots=True)
class Question:
    """May this lead be contacted on this channel at this number or address?"""

    lead: Lead
    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody last said of a channel: agreed, or asked to stop."""

    granted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of one number, whichever leads have it."""

    attempts: tuple[datetime, ...] = ()
    """Calls and texts to it, oldest first."""
    inquired_at: datetime | None = None
    bought_at: datetime | None = None
    client: bool = False
    listed: bool = False
    """On the national do-not-call list."""


NOTHING = Known()


@dataclass(frozen=True, slots=True)
class Book:
    """All that the answers to some questions take, read at once."""

    rules: Rulebook
    words: Mapping[tuple[str, str], Word] = field(default_factory=dict)
    """(Number or address, channel) → the last word on it."""
    known: Mapping[str, Known] = field(default_factory=dict)
    """Number → what is known of it."""
    roster: Roster | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    """One question at one instant."""

    question: Question
    book: Book
    at: datetime
    planned: Sequence[datetime]
    where: Whereabouts
    known: Known
    word: Word | None

    @property
    def consented(self) -> bool:
        return self.word is not None and self.word.granted

    @property
    def inquired(self) -> bool:
        """Whether they asked us something lately."""
        return self.known.inquired_at is not None and self.at - self.known.inquired_at <= INQUIRY

    @property
    def bought(self) -> bool:
        """Whether they are clients or bought something lately."""
        return self.known.client or (self.known.bought_at is not None and self.at <= months_after(self.known.bought_at))


def answer(question: Question, book: Book, at: datetime, planned: Sequence[datetime] = ()) -> Permission:
    """The answer to one question at `at`; `planned` are attempts at the same number to be counted as if they had been made."""
    word = book.words.get((question.address, question.channel))
    known = book.known.get(question.address, NOTHING)
    where = _where(question)
    return next(_refusals(_Case(question, book, at, planned, where, known, word)), Permission(True))


def _refusals(case: _Case) -> Iterator[Permission]:
    """Everything that stands against it, what is final first."""
    question = case.question
    if not question.address:
        yield Permission(False, NO_EMAIL if question.channel == "email" else NO_PHONE, rule=ADDRESS)
    if case.word is not None and not case.word.granted:
        yield Permission(False, OPTED_OUT.format(day=f"{case.word.at:%Y-%m-%d}"), rule=OPT_OUT)
    if question.channel in BY_PHONE and WRONG_NUMBER in question.lead.flags:
        yield Permission(False, WRONG_NUMBER, rule=WRONG)
    if question.channel == "sms" and NOT_TEXTABLE in question.lead.flags:
        yield Permission(False, NOT_TEXTABLE, rule=LANDLINE)
    if question.channel == "email" and BAD_EMAIL in question.lead.flags:
        yield Permission(False, BAD_EMAIL, rule=BOUNCED)
    if question.channel in NEEDS_CONSENT and not case.consented:
        yield Permission(False, NO_CONSENT.format(channel=NEEDS_CONSENT[question.channel]), rule=CONSENT)
    if question.channel != "call":
        yield from _license(case)
    if question.channel in BY_PHONE:
        yield from _do_not_call(case)
        yield from _emergency(case)
        yield from _caps(case)
        yield from _hours(case)


def _where(question: Question) -> Whereabouts:
    lead = question.lead
    return whereabouts(lead.state, lead.zip_code, lead.timezone, question.address if question.channel in BY_PHONE else "")


def _license(case: _Case) -> Iterator[Permission]:
    """The owner's license for the lead's state and line; of a lead without owner, anybody's."""
    roster, lead = case.book.roster, case.question.lead
    if roster is None:
        return
    if lead.owner is None:
        if not any(license_check(lead, key, roster, case.at).allowed for key in roster.producers):
            yield Permission(False, NOBODY_LICENSED, rule=LICENSE)
        return
    check = license_check(lead, lead.owner.key, roster, case.at)
    if not check.allowed:
        person = roster.producers.get(lead.owner.key)
        name = person.name if person else lead.owner.key
        yield Permission(False, UNLICENSED.format(name=name, why=check.why), rule=LICENSE)


def _do_not_call(case: _Case) -> Iterator[Permission]:
    """The national list, unless they agreed, asked us something in the last 90 days, or bought something in 18 months."""
    if case.consented or case.inquired or case.bought:
        return
    if case.known.listed:
        yield Permission(False, LISTED, rule=DO_NOT_CALL)
    scrubs, roster = case.book.rules.scrubs, case.book.roster
    scrubbed_on = scrubs.get(area_code(case.question.address))
    if scrubbed_on is None:
        yield Permission(False, NO_LIST, rule=DO_NOT_CALL_AGE)
        return
    age = (local_day(case.at, roster.timezone if roster else "UTC") - scrubbed_on).days
    if age > LIST_GOOD_FOR:
        yield Permission(False, STALE_LIST.format(age=age), rule=DO_NOT_CALL_AGE)


def _emergency(case: _Case) -> Iterator[Permission]:
    for stop in _stops(case):
        if stop.holds(case.at):
            place = f"{stop.county}, {stop.state}" if stop.county else stop.state
            words = EMERGENCY.format(place=place, day=f"{stop.since:%Y-%m-%d}")
            yield Permission(False, words, _opening(case, case.at), f"emergency {stop.state}")


def _stops(case: _Case) -> Iterator[Stop]:
    """The stops of every place where the person may be. One of a county does not reach somebody known to live in another."""
    lead = case.question.lead
    for stop in case.book.rules.stops:
        elsewhere = stop.county and lead.state and (lead.state != stop.state or (lead.county and lead.county != stop.county))
        if stop.state in case.where.states and not elsewhere:
            yield stop


def _caps(case: _Case) -> Iterator[Permission]:
    """Every state's own cap that speaks of the channel, and the agency's; what one refuses is dropped, not moved."""
    agency = case.book.rules.cap
    named: list[tuple[Cap, str]] = [
        (rule.cap, f"cap {rule.key} v{rule.version}") for rule in _rules(case) if rule.cap and _holds(rule, case)
    ]
    for cap, name in (*named, *([(agency, AGENCY_CAP)] if agency else [])):
        if free := _free_at(cap, case):
            opens = _opening(case, free)
            local = _there(free, case.where)
            words = CAPPED.format(count=cap.attempts, hours=cap.hours, rule=name, free=local)
            yield Permission(False, words, rule=name, free_at=opens)


def _holds(rule: WindowFacts, case: _Case) -> bool:
    day = case.at.astimezone(ZoneInfo(_zone(rule, case.where))).date()
    return rule.in_force(day) and not (rule.cap_unless == "purchase" and case.bought)


def _free_at(cap: Cap, case: _Case) -> datetime | None:
    """When one more attempt is within the cap again; None when it is now."""
    made = sorted([*case.known.attempts, *case.planned])
    made = made[: bisect_right(made, case.at)]
    if len(made) < cap.attempts:
        return None
    free = made[-cap.attempts] + timedelta(hours=cap.hours)
    return free if free > case.at else None


def _hours(case: _Case) -> Iterator[Permission]:
    windows = _windows(case)
    if not windows:
        yield Permission(False, NO_RULES, rule=RULES)
    shut = closed(windows, case.at)
    if not shut:
        return
    rule, zone = shut[0]
    name, opening = rule.named("hours"), _opening(case, case.at)
    if opening is None:
        yield Permission(False, NEVER_OPEN.format(rule=name), rule=name)
        return
    local, opens = case.at.astimezone(ZoneInfo(zone)), opening.astimezone(ZoneInfo(zone))
    words = QUIET_HOURS.format(local=f"{local:%H:%M} in {zone}", rule=name, opening=f"{opens:%Y-%m-%d %H:%M}")
    yield Permission(False, words, opening, name)


def _opening(case: _Case, start: datetime) -> datetime | None:
    """The first instant from `start` on at which no rule and no stop stands against it; stops without an end last a day."""

    def pause(instant: datetime) -> datetime | None:
        ends = [stop.until or case.at + ASK_AGAIN for stop in _stops(case) if stop.holds(instant)]
        return max([instant, *ends])

    return next_allowed(_windows(case), start, pause)


def _rules(case: _Case) -> Sequence[WindowFacts]:
    found = case.book.rules.rules(case.where.states, case.where.unknown)
    return [rule for rule in found if rule.covers(case.question.channel)]


def _windows(case: _Case) -> list[Place]:
    return places([rule for rule in _rules(case) if not _lifted(rule, case)], case.where.zones)


def _lifted(rule: WindowFacts, case: _Case) -> bool:
    """Whether the law lifts the rule's hours for them, and counsel said to rely on it."""
    return (rule.relax in ("consent", "inquiry") and case.consented) or (rule.relax == "inquiry" and case.inquired)


def _zone(rule: WindowFacts, where: Whereabouts) -> str:
    return rule.timezone or (where.zones[0] if where.zones else "UTC")


def _there(instant: datetime, where: Whereabouts) -> str:
    return f"{instant.astimezone(ZoneInfo(where.zones[0] if where.zones else 'UTC')):%Y-%m-%d %H:%M}"


def months_after(start: datetime, months: int = PURCHASE_MONTHS) -> datetime:
    """The same day of the month so many months later, or the month's last day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in (start.day, 30, 29, 28):
        try:
            return start.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError("unreachable: every month has 28 days")
