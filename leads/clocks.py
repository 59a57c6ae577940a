"""The clock beside a lead: when it starts for whoever owns it, and from when on no attempt yet is late."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leads import current
from leads.models import Lead
from producers.facts import Roster
from producers.roster import closed_days, local_day
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


def clocks(leads: Sequence[Lead], *, working: Roster, target: timedelta) -> dict[int, Clock]:
    """The clock of each owned lead, whether it still runs or not; one query. The owner is loaded.

    Late from the ladder's first rung on, which counts working time; where no ladder runs, `target` after the start.
    """
    rungs = LadderStep.objects.filter(lead__in=[lead.pk for lead in leads], assignment__ended_at__isnull=True)
    first = dict(rungs.order_by("lead", "-round", "rung").distinct("lead").values_list("lead", "due_at"))
    found = {}
    for lead in leads:
        if lead.owner is not None and lead.owned_since is not None:
            starts = starts_at(lead.owner.key, lead.owned_since, lead.callback_at, working)
            found[lead.pk] = Clock(starts, first.get(lead.pk) or starts + target)
    return found


def waits(leads: Sequence[Lead], *, working: Roster, target: timedelta) -> dict[int, Clock]:
    """How long each owned lead itself has waited, whoever has it by now; one query. The owner is loaded.

    As `clocks`, of its first ownership: a lead that was taken back is no younger for it.
    """
    rungs = LadderStep.objects.filter(lead__in=[lead.pk for lead in leads], round=0).order_by("lead", "assignment", "rung")
    first = {
        lead: (owner, since, due_at)
        for lead, owner, since, due_at in rungs.distinct("lead").values_list(
            "lead", "assignment__producer__key", "assignment__started_at", "due_at"
        )
    }
    found = {}
    for lead in leads:
        if lead.owner is not None and lead.owned_since is not None:
            owner, since, late_at = first.get(lead.pk, (lead.owner.key, lead.owned_since, None))
            starts = starts_at(owner, since, lead.callback_at, working)
            found[lead.pk] = Clock(starts, late_at or starts + target)
    return found
