"""What someone should do next: their open leads, most urgent first, with everything a row shows."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Value, When

from agency.due import DueState
from agency.models import Agency
from leads.calling import Caution, cautions
from leads.calls.selectors import calling_now, to_show
from leads.clocks import is_barred, people, starts_at
from leads.flags import NO_WAY_LEFT
from leads.followup.selectors import is_open_call, rests
from leads.models import OPEN_STATUSES, Call, Direction, FollowUpStep, Lead, Status, Tier, Touch, TouchOutcome
from leads.selectors import with_names
from producers.facts import Roster
from routing.models import LadderStep

PAGE_SIZE = 40
PENDING = (DueState.DUE, DueState.WAITING)
DEFAULT_TARGET = timedelta(minutes=5)  # to the first attempt, where neither ladder nor agency says

FAR_AWAY = datetime.max.replace(tzinfo=UTC)

ARRIVED, LATE, RUNNING, ANSWER, DUE, FRESH, REST, CLOSED = range(8)
URGENCY = {LATE: "late", RUNNING: "running", ANSWER: "answer", DUE: "due", FRESH: "fresh", REST: "rest", CLOSED: "closed"}
HEADINGS = {ARRIVED: "Now", LATE: "Now", RUNNING: "Now", ANSWER: "Now", DUE: "Due", FRESH: "New", REST: "Open"}
HEADINGS[CLOSED] = "Closed or in nurture"
TIERS = {Tier.HOT: 0, Tier.WARM: 1, Tier.COLD: 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One lead as the list shows it. `since` is set while its clock runs, `starts_at` before it does."""

    lead: Lead
    urgency: str
    line: str
    since: datetime | None
    starts_at: datetime | None
    accepted: bool
    step: FollowUpStep | None
    rung: LadderStep | None
    step_is_due: bool
    reasons: Sequence[Any]
    caution: Caution | None
    """Why they had better not be called now."""
    unreachable: bool
    """Nothing automatic can reach them any more."""
    call: Call | None
    """On the line now, missed, or connected and of an end that nobody has said."""
    stands_in: bool
    """The owner is on leave, and the lead is here for what is due of it."""


@dataclass(slots=True)
class Section:
    """Rows that stand under one heading, and how many there are of them on all pages."""

    title: str
    count: int
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of the list. `version` differs whenever what is shown does."""

    sections: list[Section]
    total: int
    waiting: int
    page: int
    pages: int
    version: str


def first_response(agency: Agency) -> timedelta:
    """How soon the agency wants the first attempt made."""
    minutes = agency.targets.get("first_response_minutes")
    return timedelta(minutes=float(minutes)) if minutes else DEFAULT_TARGET


def inbox(leads: QuerySet[Lead], *, now: datetime, target: timedelta = DEFAULT_TARGET, page: int = 1, reader: str = "") -> Inbox:
    """A page of these leads, most urgent first; six queries however many there are, two more with calls on.

    `reader`: the key of who works them; leads of others, who are on leave, are listed only while something of them is due.
    """
    working = people(now)
    places = _on_the_line_first([place for place in ranked(leads, now, target, working) if not reader or place.is_for(reader)])
    counts = Counter(HEADINGS[place.rank] for place in places)
    pages = max(1, ceil(len(places) / PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = places[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    rows = _rows(shown, now, working, reader)
    sections: dict[str, Section] = {}
    for place, row in zip(shown, rows, strict=True):
        title = HEADINGS[place.rank]
        sections.setdefault(title, Section(title, counts[title])).rows.append(row)
    found = list(sections.values())
    return Inbox(found, len(places), counts[HEADINGS[RUNNING]], page, pages, _version(found, len(places), page))


def _on_the_line_first(places: "list[Place]") -> "list[Place]":
    """Whoever is calling us at this moment stands above everybody."""
    calling = calling_now()
    first = [place._replace(rank=ARRIVED) for place in places if place.pk in calling]
    return [*first, *(place for place in places if place.pk not in calling)] if first else places


class Place(NamedTuple):
    """A lead's place in the order, and whether somebody owns it who has not tried yet."""

    pk: int
    rank: int
    urgency: str
    is_accepted: bool
    is_untried: bool
    owner: str | None

    def is_for(self, reader: str) -> bool:
        """Whether it belongs on the list of this person: their own, or another's that waits for an act."""
        return self.owner in (None, reader) or self.rank not in (FRESH, REST)


@dataclass(slots=True)
class _Standing:
    """What decides where a lead stands."""

    pk: int
    status: str
    tier: str
    score: int
    since: datetime | None
    attempted_at: datetime | None
    accepted_at: datetime | None
    owner: str | None
    callback_at: datetime | None
    first_rung_at: datetime | None
    is_barred: bool
    call_is_due: bool
    next_step_at: datetime | None
    last_word: str | None
    turned_hot_at: datetime | None


def ranked(leads: QuerySet[Lead], now: datetime, target: timedelta, working: Roster) -> list[Place]:
    """The leads in order: just arrived, late, running, waiting for an answer, due, fresh, the rest; one query.

    Just arrived is what nobody tried yet and came to its owner, or started its clock, less than `target` ago: hot before warm
    before cold, the newest first. Then what is late, the latest first; other clocks, the newest first; the rest by what is next.
    """
    first_rung = LadderStep.objects.filter(assignment=OuterRef("owned_by__pk")).order_by("-round", "rung").values("due_at")[:1]
    again = LadderStep.objects.filter(lead=OuterRef("pk"), state=DueState.DUE, round__gt=0).values("started_at")[:1]
    last_touch = Touch.objects.filter(lead=OuterRef("pk")).order_by("-at", "-pk")
    word = Case(When(direction=Direction.IN, then=F("outcome")), default=Value(""))
    steps = FollowUpStep.objects.filter(lead=OuterRef("pk"), state__in=PENDING).exclude(rests())
    rows = leads.annotate(owned_by=FilteredRelation("assignments", condition=Q(assignments__ended_at__isnull=True))).annotate(
        first_rung_at=Case(
            When(status=Status.NEW, owned_by__first_attempt_at__isnull=True, then=Subquery(first_rung)),
            output_field=DateTimeField(),
        ),
        is_barred=is_barred(OuterRef("pk")),
        call_is_due=Exists(steps.filter(is_open_call(now))),
        next_step_at=Subquery(steps.order_by("due_at").values("due_at")[:1]),
        last_word=Subquery(last_touch.annotate(word=word).values("word")[:1]),
        turned_hot_at=Subquery(again),
    )
    found = [
        _place(_Standing(*row), working, now, target)
        for row in rows.values_list(
            "pk", "status", "tier", "score", "owned_since", "owned_by__first_attempt_at", "owned_by__accepted_at", "owner__key",
            "callback_at", "first_rung_at", "is_barred", "call_is_due", "next_step_at", "last_word", "turned_hot_at",
        )
    ]  # fmt: skip
    return [place for _, place in sorted(found)]


def _place(lead: _Standing, working: Roster, now: datetime, target: timedelta) -> tuple[tuple[float, ...], Place]:
    """Its place, with what to sort it by."""
    untried = lead.status == Status.NEW and lead.attempted_at is None and lead.owner is not None and lead.since is not None
    untried = untried and not lead.is_barred  # nobody waits for a call that nobody may make
    starts = starts_at(lead.owner, lead.since, lead.callback_at, working) if untried and lead.owner and lead.since else None
    late_at = starts and (lead.first_rung_at or starts + target)
    rank = _rank(lead, starts, late_at, now)
    urgency = URGENCY[rank]
    if starts and lead.since and (now - lead.since < target or timedelta(0) <= now - starts < target):
        rank = ARRIVED
    order = _order(lead, rank, starts or lead.since, late_at)
    return (rank, *order, -lead.pk), Place(lead.pk, rank, urgency, lead.accepted_at is not None, untried, lead.owner)


def _rank(lead: _Standing, starts: datetime | None, late_at: datetime | None, now: datetime) -> int:
    if lead.status not in OPEN_STATUSES:
        return CLOSED
    if late_at is not None and late_at <= now:
        return LATE
    if starts is not None and starts <= now:
        return RUNNING
    if lead.last_word == TouchOutcome.REPLIED or lead.turned_hot_at is not None:
        return ANSWER
    if lead.call_is_due:
        return DUE
    return FRESH if lead.status == Status.NEW else REST


def _order(lead: _Standing, rank: int, since: datetime | None, late_at: datetime | None) -> tuple[float, float]:
    """What counts among leads of one rank, the first first."""
    newest_first = -(since or FAR_AWAY).timestamp()
    if rank == ARRIVED:
        return TIERS[Tier(lead.tier)], newest_first
    if rank == LATE:
        return (late_at or FAR_AWAY).timestamp(), 0
    if rank == RUNNING:
        return newest_first, 0
    if rank == FRESH:
        return -lead.score, newest_first
    return (lead.next_step_at or FAR_AWAY).timestamp(), 0


def next_steps(leads: Iterable[int]) -> dict[int, FollowUpStep]:
    """Each lead's next follow-up that is still to come and does not rest; one query."""
    pending = FollowUpStep.objects.filter(lead__in=leads, state__in=PENDING).exclude(rests())
    return {step.lead_id: step for step in pending.order_by("lead", "due_at", "position").distinct("lead")}


def next_rungs(leads: Iterable[int]) -> dict[int, LadderStep]:
    """Each lead's next rung of the ladder; one query."""
    due = LadderStep.objects.filter(lead__in=leads, state=DueState.DUE)
    return {rung.lead_id: rung for rung in due.order_by("lead", "due_at", "rung").distinct("lead")}


def _rows(shown: Sequence[Place], now: datetime, working: Roster, reader: str) -> list[Row]:
    pks = [place.pk for place in shown]
    leads = with_names(Lead.objects.all()).in_bulk(pks)
    steps, rungs, lines, calls = next_steps(pks), next_rungs(pks), working.lines, to_show(pks)
    warned = cautions(list(leads.values()), working, now, reader)
    rows = []
    for place in shown:
        lead, step = leads[place.pk], steps.get(place.pk)
        line = lines.get(lead.line)
        starts = None
        if place.is_untried and lead.owner and lead.owned_since:
            starts = starts_at(lead.owner.key, lead.owned_since, lead.callback_at, working)
        runs = starts is not None and starts <= now
        rows.append(
            Row(
                lead=lead,
                urgency=place.urgency,
                line=line.name if line else lead.line,
                since=starts if runs else None,
                starts_at=None if runs else starts,
                accepted=place.is_accepted,
                step=step,
                rung=rungs.get(lead.pk),
                step_is_due=bool(step and step.due_at <= now),
                reasons=lead.score_reasons[:3],
                caution=warned.get(lead.pk),
                unreachable=NO_WAY_LEFT in lead.flags,
                call=calls.get(lead.pk),
                stands_in=bool(reader and place.owner not in (None, reader)),
            )
        )
    return rows


def _version(sections: Sequence[Section], total: int, page: int) -> str:
    """A digest of everything the page shows that can change, running time apart."""
    shown: list[object] = [total, page]
    for section in sections:
        shown.append((section.title, section.count))
        for row in section.rows:
            lead = row.lead
            shown.append(
                (lead.pk, lead.updated_at, lead.status, lead.score, lead.owner_id, lead.owned_since, row.urgency, row.accepted)
            )
            shown.append(
                (row.step and (row.step.pk, row.step.due_at), row.rung and (row.rung.pk, row.rung.due_at), row.step_is_due)
            )
            shown.append(
                (lead.name, str(lead.phone), lead.unplaced, row.line, row.since, row.starts_at, row.caution, row.unreachable)
            )
            shown.append(row.call and (row.call.pk, row.call.state, row.call.result))
    return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()
