"""Words about a lead."""

from datetime import datetime
from typing import Final

from django.utils import timezone

from agency.models import User
from leads.intake import fields
from leads.models import Lead, Note, ScoreFlag, Verdict
from leads.work.desk import DOUBLE_PRESS, WorkError, at_work

EMPTY_NOTE: Final = "Write something first."
NO_VERDICT: Final = "Say whether the score is too high or too low."


def add_note(lead: Lead, *, by: User | None, text: str, now: datetime | None = None) -> Note:
    """The note is on the lead. Pressing twice writes it once."""
    now = timezone.now() if now is None else now
    try:
        written = fields.text(text, most=10_000, lines=True)
    except fields.FieldError as error:
        raise WorkError(str(error)) from None
    if not written:
        raise WorkError(EMPTY_NOTE)
    with at_work(lead, by, now) as locked:
        same = Note.objects.filter(lead=locked, by=by, text=written, at__gt=now - DOUBLE_PRESS).first()
        return same or Note.objects.create(lead=locked, by=by, at=now, text=written)


def flag_score(lead: Lead, *, by: User | None, verdict: str, note: str = "", now: datetime | None = None) -> ScoreFlag:
    """The person's word on the score as it stands is kept; saying the same of the same score again changes nothing."""
    now = timezone.now() if now is None else now
    if verdict not in Verdict.values:
        raise WorkError(NO_VERDICT)
    with at_work(lead, by, now) as locked:
        same = ScoreFlag.objects.filter(lead=locked, by=by, verdict=verdict, score=locked.score).first()
        return same or ScoreFlag.objects.create(
            lead=locked, by=by, at=now, verdict=verdict, score=locked.score, note=fields.given(note, most=300)
        )
