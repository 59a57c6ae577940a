"""How long one decision takes in memory: 50 people, 30 rules, and a lead that only the last rule can place."""

import statistics
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from decimal import Decimal

from producers.facts import LicenseFacts, LineFacts, LoadFacts, ProducerFacts, Roster, TerritoryFacts
from routing.engine import LeadFacts, Rule, RuleSet, decide

PEOPLE, RULES, DECISIONS = 50, 30, 3000
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
STATES = ("NY", "NJ", "CT", "PA", "MA")
LINES = tuple(
    LineFacts(key, key.replace("_", " "), family, (frozenset({"property", "casualty"}),))
    for key, family in (("personal_auto", "personal"), ("homeowners", "personal"), ("bop", "commercial"), ("cyber", "commercial"))
)
WEEK = {day: ((clock(9), clock(18)),) for day in range(5)}


def roster() -> Roster:
    """Fifty people in five teams, each licensed in two of five states, with caps, loads and histories of their own."""
    both = frozenset({"property", "casualty"})
    people = {}
    for n in range(PEOPLE):
        licenses = tuple(
            LicenseFacts(state, str(n), both, date(2020, 1, 1), date(2030, 1, 1))
            for state in (STATES[n % 5], STATES[(n + 1) % 5])
        )
        people[f"p{n:02}"] = ProducerFacts(
            key=f"p{n:02}",
            name=f"Person {n}",
            role="producer",
            teams=frozenset({f"t{n % 5}"}),
            lines=frozenset({LINES[n % 4].key}),
            weight=1_000_000 * (1 + n % 3),
            licenses=licenses,
            caps={"open": 40, "day": 30},
        )
    loads = {
        key: LoadFacts(
            open=n % 20,
            day=n % 8,
            last_assigned_at=NOW - timedelta(minutes=n),
            received_90d=60 + n,
            bound_90d=5 + n % 9,
            responses_90d=50,
            response_seconds_90d=50 * 60 * (1 + n % 7),
        )
        for n, key in enumerate(people)
    }
    territories = tuple(
        TerritoryFacts(f"a{n}", f"Area {n}", f"t{n}", None, ((f"{10000 + 100 * n}", f"{10099 + 100 * n}"),)) for n in range(5)
    )
    lines = {line.key: line for line in LINES}
    return Roster(1, "America/New_York", WEEK, "US", "p00", people, territories, lines, loads)


def ruleset(then: dict[str, object]) -> RuleSet:
    """Twenty-nine rules that do not hold, or hold and find nobody, then one that takes everyone."""
    rules = []
    for n in range(RULES - 1):
        when: dict[str, object] = [
            {"tier": "hot"},
            {"lines": ["workers_comp"]},
            {"premium_over": 90_000},
            {"source_kinds": ["carrier"]},
        ][n % 4]
        rules.append(Rule(f"rule {n}", when, {"distribute": "least_loaded", "among": "territory"}))
    return RuleSet(1, (*rules, Rule("the last", {}, then)))


def leads() -> list[LeadFacts]:
    """Warm leads of all places and lines."""
    return [
        LeadFacts(
            key=str(n),
            tier="warm",
            score=50,
            line=LINES[n % 4].key,
            family=LINES[n % 4].family,
            state=STATES[n % 5],
            zip_code=f"{10000 + n % 500}",
            source="website",
            source_kind="organic",
            premium=Decimal(1000),
        )
        for n in range(DECISIONS)
    ]


def measure() -> dict[str, dict[str, float]]:
    """Model → median and 99th percentile of one decision, in microseconds. A rotation's ledger moves on as in life."""
    results = {}
    for model in ("weighted_round_robin", "best_fit", "least_loaded"):
        people, rules, rotations = roster(), ruleset({"distribute": model, "among": "everyone"}), {}
        times = []
        for lead in leads():
            begun = time.perf_counter()
            decision = decide(lead, people, rules, rotations, NOW)
            times.append(time.perf_counter() - begun)
            assert decision.producer, decision.reason
            if decision.rotation and decision.ledger is not None:
                rotations[decision.rotation] = decision.ledger
        results[model] = {
            "median_us": round(statistics.median(times) * 1e6, 1),
            "p99_us": round(statistics.quantiles(times, n=100)[98] * 1e6, 1),
        }
    return results


if __name__ == "__main__":
    import json

    print(json.dumps(measure()))
