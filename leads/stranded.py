"""What licenses and certifications that run out would mean: which leads like those of late nobody could take any more.

Counted by the gate that every assignment passes (`routing.engine.gates.standing`), over producers: they are whom teams,
territories and "everyone" in the rules mean. CSRs and managers get a lead by name only, from a rule that names them, as the
client's account owner, or by hand: they are counted apart. Caps, hours and absences do not count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count

from leads.models import Lead
from producers.expiry import taken_over
from producers.facts import ProducerFacts, Roster
from producers.models import Certification, Family, License, Role
from producers.roster import local_day, static
from routing.engine.gates import standing

AHEAD = 90
"""Days looked ahead, and back for leads."""
NO_FAMILY = "Line not known"


@dataclass(frozen=True, slots=True)
class Expiring:
    """A license or certification that runs out."""

    person: str
    what: str
    number: str
    expires: date
    days_left: int
    renewed: bool
    """Another one takes it over."""
    verified_on: date | None = None
    source: str = ""


@dataclass(slots=True)
class Stretch:
    """Leads of one state and family of lines, and who could take leads like them."""

    state: str
    family: str
    leads: int = 0
    takers: set[str] = field(default_factory=set)
    """Keys of producers who could take some of them today."""
    takers_then: set[str] = field(default_factory=set)
    """The same at the end of the time looked ahead."""
    stranded: int = 0
    """Leads some producer could take today and none at the end."""
    nobody_now: int = 0
    """Leads no producer could take today already."""
    since: date | None = None
    """The first day on which no producer could take some that one can today."""
    others_then: set[str] = field(default_factory=set)
    """Keys of CSRs and managers who could be given some of them by name at the end."""
    by_nobody: int = 0
    """Of the stranded: leads that these could not take either."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What expires within `AHEAD` days, and what it would do to leads like those of the `AHEAD` days before."""

    today: date
    until: date
    expiring: Sequence[Expiring]
    stretches: Sequence[Stretch]
    """Those that lose most first."""

    @property
    def stranded(self) -> int:
        """Leads some producer could take today and none then."""
        return sum(one.stranded for one in self.stretches)

    @property
    def by_nobody(self) -> int:
        """Of these: leads that nobody else could be given either."""
        return sum(one.by_nobody for one in self.stretches)


def forecast(now: datetime) -> Forecast:
    """The license forecast on the agency's day at `now`; four queries."""
    roster = static()
    today = local_day(now, roster.timezone)
    until = today + timedelta(days=AHEAD)
    kinds = (
        Lead.objects.filter(received_at__gt=now - timedelta(days=AHEAD), received_at__lte=now)
        .exclude(state="")
        .values_list("state", "family", "line")
        .annotate(leads=Count("pk"))
        .order_by("state", "family", "line")
    )
    return Forecast(today, until, _expiring(today, until), stretches(roster, kinds, today, until))


def stretches(roster: Roster, kinds: Iterable[tuple[str, str, str, int]], today: date, until: date) -> list[Stretch]:
    """Leads counted by state, family and line → what becomes of each state and family between two days. Pure."""
    sellers = [one for one in roster.producers.values() if one.role == Role.PRODUCER]
    others = [one for one in roster.producers.values() if one.role != Role.PRODUCER]
    found: dict[tuple[str, str], Stretch] = {}
    for state, family, line, leads in kinds:
        stretch = found.setdefault((state, family), Stretch(state, family))
        now_, then = _takers(roster, sellers, state, line, today), _takers(roster, sellers, state, line, until)
        stretch.leads += leads
        stretch.takers |= now_
        stretch.takers_then |= then
        stretch.others_then |= (by_name := _takers(roster, others, state, line, until))
        if not now_:
            stretch.nobody_now += leads
        elif not then:
            stretch.stranded += leads
            stretch.by_nobody += 0 if by_name else leads
            first = _first_without(roster, sellers, state, line, (today, until))
            stretch.since = min(first, stretch.since or first)
    return sorted(found.values(), key=lambda one: (-one.stranded, -one.nobody_now, -one.leads, one.state, one.family))


def _takers(roster: Roster, sellers: Iterable[ProducerFacts], state: str, line: str, day: date) -> set[str]:
    facts = roster.lines.get(line)
    return {one.key for one in sellers if not standing(one, facts, state, day).barred}


def _first_without(roster: Roster, sellers: Sequence[ProducerFacts], state: str, line: str, span: tuple[date, date]) -> date:
    """The first day after the first of `span`, up to its last, on which nobody could take such a lead."""
    last_days = [one.expires for seller in sellers for one in seller.licenses]
    last_days += [one.expires for seller in sellers for one in seller.certifications if one.expires]
    ends = {day + timedelta(days=1) for day in last_days}
    days = sorted(day for day in ends if span[0] < day <= span[1])
    return next((day for day in days if not _takers(roster, sellers, state, line, day)), span[1])


def _expiring(today: date, until: date) -> list[Expiring]:
    """Licenses and certifications of people who work here that end in this time, soonest first."""
    held: defaultdict[tuple[int, str], list[License]] = defaultdict(list)
    working = {"producer__active": True, "producer__user__is_active": True}
    licences = License.objects.filter(active=True, expires__gte=today, **working).exclude(producer__role=Role.MARKETING)
    for one in licences.select_related("producer__user"):
        held[one.producer_id, one.state].append(one)
    found = [
        Expiring(
            person=one.producer.name,
            what=f"{one.state} license",
            number=one.number,
            expires=one.expires,
            days_left=(one.expires - today).days,
            renewed=taken_over(one, same),
            verified_on=one.verified_on,
            source=one.source,
        )
        for same in held.values()
        for one in same
        if one.expires <= until
    ]
    found += _certifications(today, until, working)
    return sorted(found, key=lambda one: (one.expires, one.person, one.what))


def _certifications(today: date, until: date, working: Mapping[str, bool]) -> list[Expiring]:
    rows = Certification.objects.filter(**working).exclude(producer__role=Role.MARKETING).select_related("producer__user")
    held: defaultdict[tuple[int, str], list[Certification]] = defaultdict(list)
    for one in rows:
        held[one.producer_id, one.name].append(one)
    return [
        Expiring(
            person=one.producer.name,
            what=one.name.replace("_", " "),
            number="",
            expires=one.expires,
            days_left=(one.expires - today).days,
            renewed=any(other.expires is None or other.expires > one.expires for other in same if other is not one),
        )
        for same in held.values()
        for one in same
        if one.expires is not None and today <= one.expires <= until
    ]


FAMILIES = dict(Family.choices)
"""Family → its name for people."""
