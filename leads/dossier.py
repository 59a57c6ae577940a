"""Everything the lead page shows of one lead, read once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from agency.due import DueState
from agency.models import User
from agency.roles import is_manager
from leads.calling import CHANNEL as BY_CALL
from leads.calling import Caller, Caution, caution, license_note, owner_of
from leads.calls.selectors import to_show
from leads.clocks import clocks, people
from leads.followup import Permission
from leads.followup.forecast import Coming, Forecast, OpenCall, coming
from leads.followup.gate import answer, question_about, read
from leads.licensing import license_check
from leads.models import Call, Client, Consent, FollowUpPause, Lead, Policy, Quote, Status
from leads.selectors import leads_visible_to
from leads.timeline import Entry, timeline
from leads.work.licensed import person_of
from producers.facts import Roster
from routing.decisions import stored
from routing.engine import RuleTried
from routing.engine.words import figures
from routing.models import Assignment, LadderStep, RoutingDecision

STEP_ICONS = {"call": "telephone", "sms": "chat-left-text", "email": "envelope", "": "arrow-repeat"}
CHANNELS = ((BY_CALL, "Calls"), ("sms", "Texts"), ("email", "E-mails"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person the engine looked at, by name, with what ruled them out or the figures they were ranked by."""

    name: str
    eligible: bool
    chosen: bool
    why: Sequence[str]
    rank: Sequence[str]
    """Each figure as people say it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision in words for the page."""

    decision: RoutingDecision
    rules: Sequence[RuleTried]
    candidates: Sequence[Candidate]
    proof: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether something automatic may go out on one channel now, and why not."""

    channel: str
    label: str
    permission: Permission


@dataclass(frozen=True, slots=True)
class Next:
    """Something that will happen by itself, or that somebody promised to do."""

    at: datetime
    label: str
    icon: str
    is_rung: bool
    """Of the escalation ladder: an attempt before it keeps it from happening."""
    planned_at: datetime | None = None
    """When the plan has it, where that is another time; `why` says why it is."""
    why: str = ""
    refusal: str = ""
    """Why it will not go out, as things stand."""
    signer: str = ""
    step: int = 0
    """The step that can be left out by hand; 0: none."""
    rests: bool = False


@dataclass(frozen=True, slots=True)
class Dossier:
    """One lead, for the page."""

    lead: Lead
    line: str
    local_time: datetime | None
    """The wall clock where the person lives."""
    reach: Sequence[Reach]
    checked_as_of: date | None
    """The day on which the contact rules were last held against the law; None without any."""
    assignment: Assignment | None
    since: datetime | None
    """When the clock started that still runs; None once someone tried."""
    starts_at: datetime | None
    """When the clock will start, of an owner who is not at work yet."""
    late: bool
    caution: Caution | None
    """Why they had better not be called now."""
    phone_call: Call | None
    """On the line now, missed, or connected and of an end that nobody has said."""
    license_note: str
    """That the owner, or whoever looks, lacks the license; empty when neither does."""
    choice: Choice | None
    next: Sequence[Next]
    call: OpenCall | None
    """The call to make now, with what to say."""
    pause: FollowUpPause | None
    entries: Sequence[Entry]
    quotes: Sequence[Quote]
    policies: Sequence[Policy]
    consents: Sequence[Consent]
    client: Client | None
    household: Sequence[Lead]
    attributes: Sequence[tuple[str, str]]

    @property
    def has_steps(self) -> bool:
        """Whether anything of a plan is to come."""
        return any(one.step for one in self.next)

    @property
    def version(self) -> str:
        """Differs whenever something was added to the lead's history or its timers moved."""
        lead = self.lead
        shown = (lead.updated_at, lead.status, lead.score, lead.owner_id, len(self.entries), self.since, self.late)
        warned = (self.caution, self.license_note, _progress(self.phone_call))
        receipts = [(entry.data["receipt"], entry.data["receipt_at"]) for entry in self.entries if "receipt" in entry.data]
        coming_up = (self.next, self.call, self.pause)
        return hashlib.blake2s(repr((shown, warned, receipts, coming_up)).encode(), digest_size=8).hexdigest()


def _progress(call: Call | None) -> tuple[int, str, str] | None:
    """Differs whenever the call got further."""
    return None if call is None else (call.pk, call.state, call.result)


def dossier(lead: Lead, *, viewer: User, now: datetime, target: timedelta) -> Dossier:
    """All about the lead as `viewer` may see it; a constant number of queries."""
    roster = people(now)
    line = roster.lines.get(lead.line)
    assignment = Assignment.objects.filter(lead=lead, ended_at__isnull=True).first()
    untouched = assignment is not None and assignment.first_attempt_at is None and lead.status == Status.NEW
    clock = clocks([lead], working=roster, target=target).get(lead.pk) if untouched else None
    runs = clock is not None and clock.starts_at <= now
    reach, as_of = _reach(lead, now)
    owner, caller = owner_of(lead, roster, now), _caller(lead, viewer, roster, now)
    lacking = owner if owner is not None and owner.lacking else caller
    forecast = coming(lead, now)
    by_call = next(one.permission for one in reach if one.channel == BY_CALL)
    return Dossier(
        lead=lead,
        line=line.name if line else lead.line,
        local_time=now.astimezone(ZoneInfo(lead.timezone)) if lead.timezone else None,
        reach=reach,
        checked_as_of=as_of,
        assignment=assignment,
        since=clock.starts_at if clock and runs else None,
        starts_at=clock.starts_at if clock and not runs else None,
        late=clock is not None and clock.late_at <= now,
        caution=caution(lead, by_call if lead.phone else Permission(True), lacking),
        phone_call=to_show([lead.pk]).get(lead.pk),
        license_note=license_note(lead, owner, caller, roster, now, sells=not is_manager(viewer)),
        choice=choice(lead, roster),
        next=_next(lead, forecast),
        call=forecast.call,
        pause=forecast.pause,
        entries=told_once(timeline(lead)),
        quotes=list(Quote.objects.filter(lead=lead).order_by("-quoted_at")),
        policies=list(Policy.objects.filter(lead=lead).order_by("-bound_at")),
        consents=list(Consent.objects.filter(lead=lead).order_by("-at")),
        client=Client.objects.filter(leads=lead).select_related("csr__user", "producer__user").first(),
        household=list(
            leads_visible_to(viewer, now).filter(household=lead.household_id).exclude(pk=lead.pk).order_by("-received_at")[:10]
        ),
        attributes=[(name.replace("_", " "), str(value)) for name, value in lead.attributes.items()],
    )


def _reach(lead: Lead, now: datetime) -> tuple[list[Reach], date | None]:
    """What the gate says of each channel now, and as of when its rules were checked."""
    questions = [question_about(lead, channel) for channel, _ in CHANNELS]
    book = read(questions, now)
    found = [Reach(one.channel, label, answer(one, book, now)) for one, (_, label) in zip(questions, CHANNELS, strict=True)]
    return found, book.rules.as_of


def _caller(lead: Lead, viewer: User, roster: Roster, now: datetime) -> Caller | None:
    """Whoever looks at a lead that is to be worked, and may call; one query unless they are its owner or steward."""
    if not lead.is_open and lead.status != Status.NURTURE:
        return None
    key, name = person_of(lead, viewer)
    return Caller(name, license_check(lead, key, roster, now))


def told_once(entries: Sequence[Entry]) -> list[Entry]:
    """The history without rungs that never came to be, with one line for a decision and the ownership that came of it, and one
    for what one person was told on several channels."""
    decided = {(entry.at, entry.data.get("producer")) for entry in entries if entry.kind == "decision"}
    found: list[Entry] = []
    for entry in entries:
        if entry.kind == "escalation" and entry.data.get("state") == DueState.SKIPPED:
            continue
        if entry.kind == "assigned" and (entry.at, entry.data.get("producer")) in decided:
            continue
        before = found[-1] if found else None
        if before is not None and entry.kind == before.kind == "message" and _same_news(before, entry):
            way, _, person = entry.title.rpartition(" to ")
            others = before.title.removesuffix(f" to {person}")
            found[-1] = replace(before, title=f"{others}, {way[:1].lower()}{way[1:]} to {person}")
        else:
            found.append(entry)
    return found


def _same_news(one: Entry, other: Entry) -> bool:
    same = one.data.get("kind") == other.data.get("kind") and one.detail == other.detail
    return same and one.title.rpartition(" to ")[2] == other.title.rpartition(" to ")[2]


def _next(lead: Lead, forecast: Forecast) -> list[Next]:
    """What is still to come, soonest first: rungs of the ladder and the follow-up; one query."""
    rungs = LadderStep.objects.filter(lead=lead, state=DueState.DUE)
    found = [Next(rung.due_at, str(rung), "lightning-charge-fill", True) for rung in rungs]
    found += [_of_plan(one) for one in forecast.steps]
    return sorted(found, key=lambda one: one.at)


def _of_plan(one: Coming) -> Next:
    at = one.at or one.planned_at
    return Next(
        at=at,
        label=one.label,
        icon=STEP_ICONS[one.channel],
        is_rung=False,
        planned_at=one.planned_at if one.why_moved and at != one.planned_at else None,
        why=one.why_moved,
        refusal=one.why_dropped,
        signer=one.signer if one.channel else "",
        step=0 if one.is_written else one.id,
        rests=one.at is None and not one.why_dropped,
    )


def choice(lead: Lead, roster: Roster) -> Choice | None:
    """The latest decision about the lead, with keys turned into names; one query."""
    rows = RoutingDecision.objects.filter(lead=lead).select_related("producer__user", "ruleset")
    row = rows.order_by("-at", "-pk").first()
    if row is None:
        return None
    decision = stored(row)
    names = {key: person.name for key, person in roster.producers.items()}
    candidates = [
        Candidate(
            name=names.get(one.producer, one.producer),
            eligible=one.eligible,
            chosen=one.producer == decision.producer,
            why=one.why,
            rank=figures(one.rank),
        )
        for one in decision.considered
    ]
    return Choice(row, decision.rules, candidates, decision.proof)
