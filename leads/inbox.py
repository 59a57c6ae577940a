"""What someone should do next: their open leads, most urgent first, with everything a row shows."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

from django.db.models import Case, DateTimeField, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery, When

from agency.due import DueState
from agency.models import Agency
from leads import current
from leads.followup.selectors import is_due_call
from leads.models import OPEN_STATUSES, FollowUpStep, Lead, Status
from leads.selectors import with_names
from routing.models import LadderStep

PAGE_SIZE = 40
PENDING = (DueState.DUE, DueState.WAITING)
DEFAULT_TARGET = timedelta(minutes=5)  # to the first attempt, where neither ladder nor agency says

FAR_AWAY = datetime.max.replace(tzinfo=UTC)

LATE, RUNNING, DUE, FRESH, REST, CLOSED = range(6)
URGENCY = {LATE: "late", RUNNING: "running", DUE: "due", FRESH: "fresh", REST: "rest", CLOSED: "closed"}
HEADINGS = {LATE: "Now", RUNNING: "Now", DUE: "Due", FRESH: "New", REST: "Open", CLOSED: "Closed or in nurture"}


@dataclass(frozen=True, slots=True)
class Row:
    """One lead as the list shows it. `since` is set while its clock runs."""

    lead: Lead
    urgency: str
    line: str
    since: datetime | None
    accepted: bool
    step: FollowUpStep | None
    rung: LadderStep | None
    step_is_due: bool
    reasons: Sequence[Any]


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


def inbox(leads: QuerySet[Lead], *, now: datetime, target: timedelta = DEFAULT_TARGET, page: int = 1) -> Inbox:
    """A page of these leads, most urgent first; five queries however many there are."""
    places = ranked(leads, now, target)
    counts = Counter(HEADINGS[place.rank] for place in places)
    pages = max(1, ceil(len(places) / PAGE_SIZE))
    page = min(max(page, 1), pages)
    shown = places[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    rows = _rows(shown, now)
    sections: dict[str, Section] = {}
    for place, row in zip(shown, rows, strict=True):
        title = HEADINGS[place.rank]
        sections.setdefault(title, Section(title, counts[title])).rows.append(row)
    found = list(sections.values())
    return Inbox(found, len(places), counts[HEADINGS[RUNNING]], page, pages, _version(found, len(places), page))


class Place(NamedTuple):
    """A lead's place in the order."""

    pk: int
    rank: int
    is_accepted: bool


def ranked(leads: QuerySet[Lead], now: datetime, target: timedelta) -> list[Place]:
    """The leads in order: late, running, due, fresh, the rest; hot first where clocks run, else by what is next; one query.

    A clock runs from the assignment to the owner's first attempt. It is late from the ladder's first rung on, which counts
    working time, or after `target` where no ladder runs.
    """
    first_rung = LadderStep.objects.filter(assignment=OuterRef("owned_by__pk")).order_by("rung").values("due_at")[:1]
    steps = FollowUpStep.objects.filter(lead=OuterRef("pk"), state__in=PENDING)
    rows = leads.annotate(owned_by=FilteredRelation("assignments", condition=Q(assignments__ended_at__isnull=True))).annotate(
        first_rung_at=Case(
            When(status=Status.NEW, owned_by__first_attempt_at__isnull=True, then=Subquery(first_rung)),
            output_field=DateTimeField(),
        ),
        call_is_due=Exists(steps.filter(is_due_call(now))),
        next_step_at=Subquery(steps.order_by("due_at").values("due_at")[:1]),
    )
    found = []
    for pk, status, score, since, attempted, accepted, first_rung_at, call_is_due, next_step_at in rows.values_list(
        "pk", "status", "score", "owned_since", "owned_by__first_attempt_at", "owned_by__accepted_at",
        "first_rung_at", "call_is_due", "next_step_at",
    ):  # fmt: skip
        clock = since if status == Status.NEW and attempted is None else None
        late_at = clock and (first_rung_at or clock + target)
        rank = _rank(status, clock, late_at, call_is_due, now)
        by_score = rank in (LATE, RUNNING, FRESH)
        order = (rank, -score if by_score else 0, (since if by_score else next_step_at) or FAR_AWAY, pk)
        found.append((order, Place(pk, rank, accepted is not None)))
    return [place for _, place in sorted(found)]


def _rank(status: str, clock: datetime | None, late_at: datetime | None, call_is_due: bool, now: datetime) -> int:
    if status not in OPEN_STATUSES:
        return CLOSED
    if late_at is not None and late_at <= now:
        return LATE
    if clock is not None and clock <= now:
        return RUNNING
    if call_is_due:
        return DUE
    return FRESH if status == Status.NEW else REST


def next_steps(leads: Iterable[int]) -> dict[int, FollowUpStep]:
    """Each lead's next follow-up that is still to come; one query."""
    pending = FollowUpStep.objects.filter(lead__in=leads, state__in=PENDING)
    return {step.lead_id: step for step in pending.order_by("lead", "due_at", "position").distinct("lead")}


def next_rungs(leads: Iterable[int]) -> dict[int, LadderStep]:
    """Each lead's next rung of the ladder; one query."""
    due = LadderStep.objects.filter(lead__in=leads, state=DueState.DUE)
    return {rung.lead_id: rung for rung in due.order_by("lead", "due_at", "rung").distinct("lead")}


def late_from(leads: Sequence[Lead], target: timedelta) -> dict[int, datetime]:
    """When the clock of each owned lead is late, whether it still runs or not: as `ranked` has it; one query."""
    rungs = LadderStep.objects.filter(lead__in=[lead.pk for lead in leads], assignment__ended_at__isnull=True)
    first = dict(rungs.order_by("lead", "rung").distinct("lead").values_list("lead", "due_at"))
    return {lead.pk: first.get(lead.pk) or lead.owned_since + target for lead in leads if lead.owned_since}


def _rows(shown: Sequence[Place], now: datetime) -> list[Row]:
    pks = [place.pk for place in shown]
    leads = with_names(Lead.objects.all()).in_bulk(pks)
    steps, rungs, lines = next_steps(pks), next_rungs(pks), current.configuration().roster.lines
    rows = []
    for pk, rank, accepted in shown:
        lead, step = leads[pk], steps.get(pk)
        line = lines.get(lead.line)
        rows.append(
            Row(
                lead=lead,
                urgency=URGENCY[rank],
                line=line.name if line else lead.line,
                since=lead.owned_since if rank in (LATE, RUNNING) else None,
                accepted=accepted,
                step=step,
                rung=rungs.get(pk),
                step_is_due=bool(step and step.due_at <= now),
                reasons=lead.score_reasons[:3],
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
            shown.append((lead.name, str(lead.phone), lead.unplaced, row.line))
    return hashlib.blake2s(repr(shown).encode(), digest_size=8).hexdigest()
