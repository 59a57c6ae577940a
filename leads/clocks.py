"""The clock beside a lead: when it starts for whoever owns it, and from when on no attempt yet is late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from agency.due import DueState
from leads import current
from leads.models import Lead
from producers.facts import Roster
from producers.roster import closed_days, local_day
from routing.escalation import NOT_TO_BE_CALLED
from routing.ladder import working_time
from routing.models import LadderStep

AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Clock:
    """An owner's clock. It runs from `starts_at` on, until they try to reach the lead."""

    starts_at: datetime
    late_at: datetime


def people(now: datetime) -> Roster:
    """Everyone with their working time, and the days around `now` on which holidays close everyone; one query."""
    fixed = current.configuration().roster
    return replace(fixed, closed=closed_days(fixed.holidays, local_day(now, fixed.timezone)))


def starts_at(owner: str, since: datetime, callback_at: datetime | None, working: Roster) -> datetime:
    """When the clock of whoever owns a lead `since` then starts, as their ladder counts it: at work, not before a call-back."""
    return working_time(owner, working, max(since, callback_at) if callback_at else since, AT_ONCE)


def is_barred(lead: OuterRef) -> Q:
    """Whether the ladder beside this lead's ownership ended because nobody may call: no clock runs then."""
    rungs = LadderStep.objects.filter(lead=lead, assignment__ended_at__isnull=True)
    barred = rungs.filter(state=DueState.SKIPPED, outcome__startswith=NOT_TO_BE_CALLED.format(why=""))
    return Exists(barred) & ~Exists(rungs.filter(state=DueState.DUE))


def clocks(leads: Sequence[Lead], *, working: Roster, target: timedelta) -> dict[int, Clock]:
    """The clock of each owned lead that may be called, whether it still runs or not; one query. The owner is loaded.

    Late from the ladder's first rung on, which counts working time; where no ladder runs, `target` after the start.
    """
    rungs = LadderStep.objects.filter(lead__in=[lead.pk for lead in leads], assignment__ended_at__isnull=True)
    rungs = rungs.annotate(is_barred=is_barred(OuterRef("lead"))).order_by("lead", "-round", "rung").distinct("lead")
    first = {lead: (late_at, barred) for lead, late_at, barred in rungs.values_list("lead", "due_at", "is_barred")}
    found = {}
    for lead in leads:
        late_at, barred = first.get(lead.pk, (None, False))
        if lead.owner is not None and lead.owned_since is not None and not barred:
            starts = starts_at(lead.owner.key, lead.owned_since, lead.callback_at, working)
            found[lead.pk] = Clock(starts, late_at or starts + target)
    return found


def waits(leads: Sequence[Lead], *, working: Roster, target: timedelta) -> dict[int, Clock]:
    """How long each owned lead itself has waited, whoever has it by now; one query. The owner is loaded.

    As `clocks`, of its first ownership: a lead that was taken back is no younger for it.
    """
    rungs = LadderStep.objects.filter(lead__in=[lead.pk for lead in leads], round=0).annotate(
        is_barred=is_barred(OuterRef("lead"))
    )
    first = {
        lead: more
        for lead, *more in rungs.order_by("lead", "assignment", "rung")
        .distinct("lead")
        .values_list("lead", "assignment__producer__key", "assignment__started_at", "due_at", "is_barred")
    }
    found = {}
    for lead in leads:
        if lead.owner is not None and lead.owned_since is not None:
            owner, since, late_at, barred = first.get(lead.pk, (lead.owner.key, lead.owned_since, None, False))
            if barred:
                continue
            starts = starts_at(owner, since, lead.callback_at, working)
            found[lead.pk] = Clock(starts, late_at or starts + target)
    return found
