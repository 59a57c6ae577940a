"""Whether an automatic touch may go out, and if not which rule says so. Asked when a step runs and again at delivery.

`read` takes what the answers rest on from the database, once for many questions; `answer` is pure.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from agency.messaging import Permission
from agency.messaging.models import Message
from agency.phones import e164
from leads.confirmations import CONFIRMATIONS, may_confirm
from leads.followup.gate.book import last_words, read
from leads.followup.gate.verdict import BY_PHONE, NO_LEAD, Book, Known, Question, Word, answer
from leads.models import Lead

__all__ = [
    "BY_PHONE",
    "NO_LEAD",
    "Book",
    "Known",
    "Permission",
    "Question",
    "Word",
    "answer",
    "gate_messages",
    "last_words",
    "may_contact",
    "question_about",
    "read",
]


def question_about(lead: Lead, channel: str) -> Question:
    """The question with the lead's present number or address. Answers look at `lead.owner`: have it at hand for many."""
    return Question(lead, channel, lead.email if channel == "email" else e164(lead.phone))


def may_contact(lead: Lead, channel: str, now: datetime) -> Permission:
    """Whether the lead may be contacted automatically on a channel at `now`, and if not, why and when to ask again.

    `call` is a person dialing, who needs no consent; `voice` is the system. Three queries while no rule changed.
    """
    question = question_about(lead, channel)
    return answer(question, read([question], now), now)


def gate_messages(messages: Sequence[Message], now: datetime) -> Mapping[int, Permission]:
    """The gate as messaging asks it: a permission for each message's id, by the number or address it goes to; four queries.

    Messages to one number are answered in the order in which they were due, and each one allowed is an attempt for the next.
    """
    leads = Lead.objects.select_related("owner").in_bulk({message.lead_id for message in messages if message.lead_id})
    questions = {
        message.pk: Question(leads[message.lead_id], message.channel, message.to)
        for message in messages
        if message.lead_id is not None and message.lead_id in leads
    }
    book = read(questions.values(), now, leaving=questions)
    answers: dict[int, Permission] = {}
    leaving: dict[str, list[datetime]] = defaultdict(list)
    for message in sorted(messages, key=lambda one: (one.due_at or now, one.pk)):
        if message.kind in CONFIRMATIONS:
            answers[message.pk] = may_confirm(message, now)
            continue
        question = questions.get(message.pk)
        if question is None:
            answers[message.pk] = Permission(False, NO_LEAD, rule="lead")
            continue
        found = answers[message.pk] = answer(question, book, now, leaving[question.address])
        if found.allowed and question.channel in BY_PHONE:
            leaving[question.address].append(now)
    return answers
