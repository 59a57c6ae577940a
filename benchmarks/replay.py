"""How long a replay takes: a stored stream of leads among 50 people under 30 rules, replayed under a changed rule set.

`python -m benchmarks.replay [DECISIONS]` prints the figures as JSON; it fills the run's own database. The stream is decided once
by the engine while it is made, so that what is stored is what the program would have stored.
"""

import heapq
import json
import random
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402

from agency.models import User  # noqa: E402
from benchmarks import deciding  # noqa: E402
from leads.models import Household, Lead, Source  # noqa: E402
from producers.facts import LoadFacts  # noqa: E402
from producers.models import Producer, RosterVersion  # noqa: E402
from producers.roster import to_data  # noqa: E402
from routing.decisions import dumps, facts_json, loads_of, trace_json  # noqa: E402
from routing.engine import LeadFacts, decide  # noqa: E402
from routing.models import Rule, RuleSet  # noqa: E402
from routing.simulation import replay  # noqa: E402

BEGIN = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
ROSTER, VERSION = 1_000_000, 1_000_000
OPEN_FOR = 400
"""Leads that come in before one is closed."""
FULL = 100_000


def prepare(decisions: int) -> tuple[RuleSet, datetime]:
    """People, rules, leads and a stream of so many decisions are stored; returns the changed rules and the stream's end."""
    people = replace(deciding.roster(), number=ROSTER)
    RosterVersion.objects.create(number=ROSTER, data=to_data(people), created_at=BEGIN)
    users = User.objects.bulk_create(User(username=f"bench-{key}", name=one.name) for key, one in people.producers.items())
    keys = list(people.producers)
    rows = Producer.objects.bulk_create(Producer(key=key, user=user) for key, user in zip(keys, users, strict=True))
    published = _stored(VERSION, "weighted_round_robin")
    draft = _stored(VERSION + 1, "best_fit")
    first = _leads(decisions)
    ids = dict(zip(keys, [one.pk for one in rows], strict=True))
    _copy(Stream(ids, published.pk, first, decisions).rows())
    return draft, BEGIN + timedelta(minutes=decisions)


def _stored(version: int, model: str) -> RuleSet:
    stored = RuleSet.objects.create(version=version, state="archived", created_at=BEGIN)
    rules = deciding.ruleset({"distribute": model, "among": "everyone"}).rules
    Rule.objects.bulk_create(
        Rule(ruleset=stored, position=n, name=one.name, when=one.when, then=one.then) for n, one in enumerate(rules)
    )
    return stored


def _leads(number: int) -> int:
    """So many leads are there, one like the other; returns the first one's id."""
    source, _ = Source.objects.get_or_create(key="bench", defaults={"name": "Bench", "kind": "organic"})
    household = Household.objects.create(created_at=BEGIN)
    one = Lead.objects.create(
        source=source,
        household=household,
        first_name="Ana",
        last_name="Ruiz",
        email="ana@bench.example",
        held_until=BEGIN,
        received_at=BEGIN,
        updated_at=BEGIN,
        last_activity_at=BEGIN,
    )
    columns = ", ".join(f'"{field.column}"' for field in Lead._meta.concrete_fields if field.column != "id")
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO leads_lead ({columns}) SELECT {columns} FROM leads_lead, generate_series(2, %s) WHERE id = %s",
            [number, one.pk],
        )
    return one.pk


def _rates(load: LoadFacts, number: int) -> tuple[int, int, int, int]:
    return load.received_90d, load.bound_90d, 50, 50 * 60 * (1 + number % 7)


class Stream:
    """Decisions as the program would have made and stored them, a minute apart."""

    def __init__(self, ids: dict[str, int], ruleset: int, first: int, number: int) -> None:
        self.ids, self.ruleset, self.first, self.number = ids, ruleset, first, number
        self.people = replace(deciding.roster(), number=ROSTER)
        self.rules = deciding.ruleset({"distribute": "weighted_round_robin", "among": "everyone"})
        self.loads: dict[str, list[Any]] = {
            key: [key, load.open, 0, 0, 0, None, "available", *_rates(load, n), 0, [load.received_90d // 4, 2], None]
            for n, (key, load) in enumerate(self.people.loads.items())
        }
        self.rotations: dict[str, Any] = {}

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Decisions as rows to copy."""
        chance = random.Random(1)
        about = deciding.leads()
        closing: list[tuple[int, str]] = []
        day = BEGIN.date()
        for n in range(self.number):
            now = BEGIN + timedelta(minutes=n)
            if now.date() != day:
                self._turn_over(day, day := now.date())
            while closing and closing[0][0] <= n:
                self.loads[heapq.heappop(closing)[1]][1] -= 1
            lead = replace(about[n % len(about)], key=str(self.first + n))
            winner, row = self._decide(lead, now)
            heapq.heappush(closing, (n + chance.randrange(OPEN_FOR // 2, 2 * OPEN_FOR), winner))
            yield row

    def _turn_over(self, before: Any, day: Any) -> None:
        for load in self.loads.values():
            load[2] = 0
            load[3] = 0 if day.weekday() == 0 else load[3]
            load[4] = 0 if day.month != before.month else load[4]

    def _decide(self, lead: LeadFacts, now: datetime) -> tuple[str, tuple[Any, ...]]:
        rows = list(self.loads.values())
        decision = decide(lead, replace(self.people, loads=loads_of(rows)), self.rules, self.rotations, now)
        used = {"the last": self.rotations.get("the last", {})}
        facts = facts_json(lead, dumps(rows), rotations=used, exclude=(), closed=False, by="rules")
        if decision.rotation and decision.ledger is not None:
            self.rotations[decision.rotation] = decision.ledger
        winner = decision.producer or ""
        load = self.loads[winner]
        load[1:5] = [load[1] + 1, load[2] + 1, load[3] + 1, load[4] + 1]
        load[5] = int(now.timestamp() * 1_000_000)
        row = (int(lead.key), now, "intake", decision.outcome, self.ids[winner], decision.rule or "", self.ruleset, ROSTER)
        return winner, (*row, decision.reason, facts, trace_json(decision))


def _copy(rows: Iterator[tuple[Any, ...]]) -> None:
    columns = "lead_id, at, cause, outcome, producer_id, rule, ruleset_id, roster_id, reason, facts, trace"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY routing_routingdecision ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute("ANALYZE routing_routingdecision")


def measure(decisions: int) -> dict[str, float]:
    """Seconds and CPU seconds of this process for one replay, and by how many megabytes the process grew in it."""
    draft, until = prepare(decisions)
    replay(draft, BEGIN, BEGIN + timedelta(minutes=min(decisions, 1000)))  # what is cached is cached
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun, cpu = time.perf_counter(), time.process_time()
    result = replay(draft, BEGIN, until)
    seconds, busy = time.perf_counter() - begun, time.process_time() - cpu
    assert result.decisions == result.asked == decisions
    assert result.moved > decisions // 2
    return {
        "decisions": decisions,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(busy, 1),
        "ms_per_decision": round(seconds / decisions * 1000, 3),
        "seconds_for_100000": round(seconds / decisions * FULL, 1),
        "cpu_seconds_for_100000": round(busy / decisions * FULL, 1),
        "grown_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024, 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
