"""Keeping what the gate refused, and telling whoever is accountable when no way to contact a lead is left."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from agency.due import DueState
from agency.messaging import Permission, send_all, staff_drafts
from agency.messaging.models import Channel, Message
from leads.flags import NO_WAY_LEFT, flag
from leads.followup.gate import answer, question_about, read
from leads.models import ContactRefusal, FollowUpStep, Lead
from producers.models import Producer
from producers.standins import stand_ins

KIND: Final = "no_way_left"
WAYS: Final = ("call", "sms", "email")
SUBJECT: Final = "No way is left to contact {name}"
BODY: Final = "{reasons} Nothing automatic goes out any more."


def of_steps(steps: Iterable[FollowUpStep], answers: Mapping[int, Permission], now: datetime) -> list[ContactRefusal]:
    """What the gate refused of steps that have just been decided: they carry its reason. Unsaved.

    `answers`: step → what the gate said of it.
    """
    found = []
    for step in steps:
        permission = answers.get(step.pk)
        if permission is None or not step.outcome or step.state not in (DueState.DUE, DueState.SKIPPED):
            continue
        if not permission.allowed and permission.reason in step.outcome:
            moved_to = step.due_at if step.state == DueState.DUE else None
            found.append(_row(step.lead_id, step.channel, permission, now, moved_to, step=step))
    return found


def of_call(lead_id: int, step: FollowUpStep | None, permission: Permission, now: datetime) -> ContactRefusal:
    """What the gate refused of a call that was about to be made. Unsaved."""
    return _row(lead_id, "call", permission, now, permission.retry_at, step=step)


def keep_of_messages(refused: Sequence[tuple[Message, Permission]], now: datetime) -> None:
    """Every refusal of a message is on record; what messaging registers beside the gate."""
    rows = [
        _row(message.lead_id, message.channel, permission, now, permission.retry_at, message=message)
        for message, permission in refused
    ]
    with transaction.atomic():
        keep(rows, now)


def keep(rows: Sequence[ContactRefusal], now: datetime) -> None:
    """The refusals are on record; a lead that nothing can reach any more is flagged, and whoever is accountable is told once.

    In the caller's transaction. One query, and a fixed number more when something was dropped.
    """
    ContactRefusal.objects.bulk_create(rows)
    if dropped := {row.lead_id for row in rows if row.lead_id and row.moved_to is None}:
        _flag_unreachable(dropped, now)


def _row(
    lead_id: int | None,
    channel: str,
    permission: Permission,
    now: datetime,
    moved_to: datetime | None,
    *,
    step: FollowUpStep | None = None,
    message: Message | None = None,
) -> ContactRefusal:
    return ContactRefusal(
        lead_id=lead_id,
        channel=channel,
        rule=permission.rule,
        reason=permission.reason[:300],
        at=now,
        moved_to=moved_to,
        step=step,
        message=message,
    )


def _flag_unreachable(lead_ids: Collection[int], now: datetime) -> None:
    locked = Lead.objects.select_for_update(of=("self",)).select_related("owner__user", "steward__user")
    leads = [lead for lead in locked.filter(pk__in=lead_ids).order_by("pk") if NO_WAY_LEFT not in lead.flags]
    questions = {lead.pk: [question_about(lead, way) for way in WAYS] for lead in leads}
    book = read([one for some in questions.values() for one in some], now)
    lost: list[tuple[Lead, str]] = []
    for lead in leads:
        answers = [answer(question, book, now) for question in questions[lead.pk]]
        if not any(one.allowed or one.retry_at or one.free_at for one in answers):
            flag(lead, NO_WAY_LEFT)
            lost.append((lead, " ".join(dict.fromkeys(one.reason for one in answers))))
    Lead.objects.bulk_update([lead for lead, _ in lost], ["flags"])
    _tell(lost, now)


def _tell(lost: Sequence[tuple[Lead, str]], now: datetime) -> None:
    """The owner or the steward of each, or who stands in for them."""
    accountable = [(lead, reasons, who) for lead, reasons in lost if (who := lead.owner or lead.steward)]
    instead = stand_ins([who for _, _, who in accountable], now)

    def told(who: Producer) -> Producer:
        return instead.get(who.pk, who) or who

    send_all(
        [
            draft
            for lead, reasons, who in accountable
            for draft in staff_drafts(
                KIND,
                user=told(who).user,
                channels=[Channel.IN_APP],
                subject=SUBJECT.format(name=lead.name),
                body=BODY.format(reasons=reasons),
                path=f"/leads/{lead.pk}/",
                lead_id=lead.pk,
            )
        ],
        now,
    )
