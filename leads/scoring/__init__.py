"""Pure scoring: a model, a lead's facts and its events give a score, a tier and the reasons that add up to it."""

from leads.scoring.model import EVENT_KIND, EventFacts, Model, Score, ScoreRule
from leads.scoring.scorer import rescored, score
from leads.scoring.validation import problems

__all__ = ["EVENT_KIND", "EventFacts", "Model", "Score", "ScoreRule", "problems", "rescored", "score"]
