"""Score models in versions: copied into a draft, edited there, and put in force."""

from datetime import datetime

from django.db import transaction

from leads.models import ScoreModel

DRAFT, CHAMPION, ARCHIVED = "draft", "champion", "archived"
NOT_A_DRAFT = "Only a draft can be put in force: copy this version into one."


class ScoreModelError(ValueError):
    """A change of score models that cannot be made; the message is for people."""


@transaction.atomic
def copy_into_draft(model: ScoreModel, *, now: datetime) -> ScoreModel:
    """A new draft says what `model` says, under the next version number."""
    latest = ScoreModel.objects.select_for_update(no_key=True).order_by("-version").values_list("version", flat=True).first() or 0
    return ScoreModel.objects.create(
        version=latest + 1, name=model.name, tiers=model.tiers, decay=model.decay, rules=model.rules, created_at=now
    )


@transaction.atomic
def publish(model: ScoreModel, *, now: datetime) -> ScoreModel:
    """`model` is in force from `now` on and the one before it is archived. ScoreModelError unless it is a draft."""
    models = {one.pk: one for one in ScoreModel.objects.select_for_update(no_key=True).order_by("pk")}
    draft = models[model.pk]
    if draft.state != DRAFT:
        raise ScoreModelError(NOT_A_DRAFT)
    for champion in (one for one in models.values() if one.state == CHAMPION):
        champion.state = ARCHIVED
        champion.save(update_fields=["state"])
    draft.state, draft.published_at = CHAMPION, now
    draft.save(update_fields=["state", "published_at"])
    return draft
