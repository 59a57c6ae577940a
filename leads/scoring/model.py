"""A score model as plain facts: what earns how many points, how they fade, and where the tiers begin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

HOT = "hot"
WARM = "warm"
COLD = "cold"
EVENT_KIND = re.compile(r"[A-Za-z0-9][\w.:-]{0,39}")
"""What a kind of event may be called, such as `pricing_view`."""
INTENTS = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """Points for what the person did (`events`), for who they are (`fit`), or for both together."""

    label: str
    points: int
    events: frozenset[str] = frozenset()
    fit: Mapping[str, Any] = field(default_factory=dict)
    at_least: int = 1
    times: int = 1
    within_days: int | None = None
    intent: str = ""

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "ScoreRule":
        """The rule as the agency file writes it, already validated."""
        return cls(
            label=data["label"],
            points=data["points"],
            events=frozenset(data.get("event", ())),
            fit=data.get("fit", {}),
            at_least=data.get("at_least", 1),
            times=data.get("times", 1),
            within_days=data.get("within_days"),
            intent=data.get("intent", ""),
        )


@dataclass(frozen=True, slots=True)
class Decay:
    """From `after_days` without activity on, this share of the score is kept."""

    after_days: int
    keep: Decimal


@dataclass(frozen=True, slots=True)
class Model:
    """A whole score model; rules in file order, decay by day."""

    rules: tuple[ScoreRule, ...]
    hot: int = 65
    warm: int = 40
    decay: tuple[Decay, ...] = ()

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Model":
        """The model as the agency file writes it, already validated."""
        tiers = data.get("tiers", {})
        steps = [Decay(step["after_days"], Decimal(str(step["keep"]))) for step in data.get("decay", ())]
        return cls(
            rules=tuple(ScoreRule.from_data(rule) for rule in data.get("rules", ())),
            hot=tiers.get("hot", cls.__dataclass_fields__["hot"].default),
            warm=tiers.get("warm", cls.__dataclass_fields__["warm"].default),
            decay=tuple(sorted(steps, key=lambda step: step.after_days)),
        )

    def tier(self, score: int) -> str:
        """The tier a score falls in."""
        if score >= self.hot:
            return HOT
        return WARM if score >= self.warm else COLD

    def shows_high_intent(self, kind: str) -> bool:
        """Whether some rule rewards this kind of event as a sign of high intent."""
        return any(kind in rule.events and rule.intent == "high" and rule.points > 0 for rule in self.rules)


@dataclass(frozen=True, slots=True)
class EventFacts:
    """Something the person did. `since` is the earlier moment it follows upon, for events that tell of a return."""

    kind: str
    at: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A score, its tier, and the lines that add up to it, largest first."""

    score: int
    tier: str
    reasons: tuple[tuple[int, str], ...] = ()
