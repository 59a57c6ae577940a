"""The figures people are ranked by: load, fit and close rate. Whole numbers throughout, so that a tie is a tie.

Close rates are trailing 90 days, pulled towards the agency's mean by `PRIOR` leads' worth of it, so that two sales out of two
leads are not a rate of 100 %: the posterior mean of a beta-binomial model with that prior (empirical Bayes; G. Casella, An
introduction to empirical Bayes data analysis, The American Statistician 39, 1985). A rate with leads of one family and tier is
pulled in the same way towards what one would expect: the agency's rate with such leads, times how the person compares with the
agency on all others. docs/routing.md has the formula.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from producers.facts import LineFacts, LoadFacts, ProducerFacts, Roster

PRIOR = 20
"""Leads' worth of the agency's mean in everyone's rate."""
MILLION = 1_000_000
WEIGHTS = {"capacity": 30, "specialisation": 35, "close_rate": 25, "response_time": 10}
"""Per cent; a rule may say otherwise."""

OPEN_BANDS = ((5, 10), (10, 8), (15, 6), (20, 4))
"""Fewer open leads than this → score."""
MINUTE_BANDS = ((5, 10), (15, 8), (30, 6), (60, 4))
"""Fewer working minutes to the first attempt than this → score."""
LOWEST = 2
NEUTRAL_RESPONSE = 6
NEUTRAL_RATE = 5_500
"""Score of the mean close rate, in thousandths: the middle of 1 to 10."""


@dataclass(frozen=True, slots=True)
class Mean:
    """What the whole agency received and bound in 90 days, of all leads and of those of the lead's family and tier."""

    received: int
    bound: int
    kind_received: int = 0
    kind_bound: int = 0

    @property
    def kind_rate(self) -> int:
        """The agency's rate with leads of this kind, in millionths: itself pulled towards the mean of all leads."""
        if not self.received:
            return 0
        bound = self.kind_bound * self.received + PRIOR * self.bound
        return bound * MILLION // (self.received * (self.kind_received + PRIOR))


def mean_of(roster: Roster) -> Mean:
    """The agency's own record, over everyone in the roster."""
    loads = [roster.loads[key] for key in roster.producers if key in roster.loads]
    return Mean(
        sum(load.received_90d for load in loads),
        sum(load.bound_90d for load in loads),
        sum(load.kind_received_90d for load in loads),
        sum(load.kind_bound_90d for load in loads),
    )


def close_rate(load: LoadFacts, mean: Mean) -> int:
    """Someone's close rate with leads of this kind in millionths; without history the agency's mean."""
    if not mean.received:
        return 0
    if not mean.kind_received:
        bound = load.bound_90d * mean.received + PRIOR * mean.bound
        return bound * MILLION // (mean.received * (load.received_90d + PRIOR))
    expected = min(_beside_others(load, mean) * mean.kind_rate // MILLION, MILLION)
    return (load.kind_bound_90d * MILLION + PRIOR * expected) // (load.kind_received_90d + PRIOR)


def _beside_others(load: LoadFacts, mean: Mean) -> int:
    """How many times the agency's rate someone closes of all other kinds of leads, in millionths; without history once."""
    received, bound = mean.received - mean.kind_received, mean.bound - mean.kind_bound
    if received <= 0 or bound <= 0:
        return MILLION
    own_received = max(load.received_90d - load.kind_received_90d, 0)
    own_bound = max(load.bound_90d - load.kind_bound_90d, 0)
    return (own_bound * received + PRIOR * bound) * MILLION // (bound * (own_received + PRIOR))


def capacity_score(load: LoadFacts) -> int:
    """2 to 10: the fewer open leads, the higher; other work counts as open leads."""
    return next((score for below, score in OPEN_BANDS if load.open + load.other < below), LOWEST)


def specialisation_score(person: ProducerFacts, line: LineFacts | None, team: str | None, lines: Mapping[str, LineFacts]) -> int:
    """10: their line and their territory; 8: their line; 6: a line of the same family; 4: neither.

    `team` is the one that owns the lead's territory.
    """
    if line is None:
        return 4
    if line.key in person.lines:
        return 10 if team is not None and team in person.teams else 8
    return 6 if any(own in lines and lines[own].family == line.family for own in person.lines) else 4


def close_score(rate: int, mean: Mean) -> int:
    """1 to 10 in thousandths: nothing sold is 1, the agency's mean with such leads 5.5, twice that and more 10."""
    if not mean.bound:
        return NEUTRAL_RATE
    if mean.kind_received:
        return min(10_000, 1_000 + 9_000 * rate // (2 * mean.kind_rate)) if mean.kind_rate else NEUTRAL_RATE
    return min(10_000, 1_000 + 9_000 * rate * mean.received // (2 * mean.bound * MILLION))


def response_score(load: LoadFacts) -> int:
    """2 to 10: the fewer working minutes to the first attempt, the higher; without history neutral."""
    if not load.responses_90d:
        return NEUTRAL_RESPONSE
    seconds = load.response_seconds_90d
    return next((score for below, score in MINUTE_BANDS if seconds < below * 60 * load.responses_90d), LOWEST)


def fit_points(scores: Iterable[int], weights: Iterable[int]) -> int:
    """Best fit in thousandths of a point, 0 to 100 points: ten times the weighted mean of scores, given in thousandths."""
    pairs = list(zip(scores, weights, strict=True))
    total = sum(weight for _, weight in pairs)
    return 10 * sum(score * weight for score, weight in pairs) // total if total else 0
