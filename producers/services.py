"""Writes about people: who they are, whether they are there, what they hold and how they do."""

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F

from agency import roles
from agency.models import Agency, User
from producers.models import Load, Presence, Producer, Role

LAST_RESORT = "{} is the owner of last resort: name someone else for that first."
OPEN_LEADS = "{} still holds {} open leads: give them to someone else first."


class PersonError(ValueError):
    """A change to a person that cannot be made; the message is for people."""


@transaction.atomic
def save_person(producer: Producer, *, name: str, email: str, phone: str = "", password: str = "", now: datetime) -> Producer:
    """The person and their log-in are stored with the role's group; the log-in is open exactly while they are active.

    `now` dates a new log-in. PersonError when the owner of last resort would go.
    """
    if why := why_not_leave(producer):
        raise PersonError(why)
    user = User.objects.get(pk=producer.user_id) if producer.user_id else User(username=producer.key, date_joined=now)
    user.name, user.email, user.phone, user.is_active = name, email, phone, producer.active
    if password:
        user.set_password(password)
    elif user._state.adding:
        user.set_unusable_password()
    user.save()
    producer.user = user
    producer.save()
    Load.objects.get_or_create(producer=producer)
    roles.set_group(user, producer.role)
    return producer


def why_not_leave(producer: Producer) -> str:
    """Why this person cannot be inactive or in marketing, as they now stand unsaved; empty when they can, or are neither."""
    if (producer.active and producer.role != Role.MARKETING) or producer.user_id is None:
        return ""
    if Agency.objects.filter(fallback_id=producer.user_id).exists():
        return LAST_RESORT.format(producer.user.name)
    return ""


@transaction.atomic
def set_role(producer: Producer, *, role: str) -> None:
    """The person has the role and their log-in its permissions. PersonError when the owner of last resort would go."""
    producer.role = role
    if why := why_not_leave(producer):
        raise PersonError(why)
    producer.save(update_fields=["role"])
    roles.set_group(producer.user, role)


def set_presence(producer: Producer, *, presence: str, now: datetime) -> None:
    """The person is available, busy or away from `now` on. ValueError for anything else."""
    value = Presence(presence)
    Load.objects.update_or_create(producer=producer, defaults={"presence": value, "presence_at": now})


_ASSIGNED = """
INSERT INTO producers_load AS load (producer_id, open_leads, day, day_count, week, week_count, month, month_count,
    last_assigned_at, presence, received_90d, bound_90d, responses_90d, response_seconds_90d)
VALUES (%(producer)s, 1, %(day)s, 1, %(week)s, 1, %(month)s, 1, %(now)s, 'available', 0, 0, 0, 0)
ON CONFLICT (producer_id) DO UPDATE SET
    open_leads = load.open_leads + 1,
    day = EXCLUDED.day, day_count = CASE WHEN load.day = EXCLUDED.day THEN load.day_count ELSE 0 END + 1,
    week = EXCLUDED.week, week_count = CASE WHEN load.week = EXCLUDED.week THEN load.week_count ELSE 0 END + 1,
    month = EXCLUDED.month, month_count = CASE WHEN load.month = EXCLUDED.month THEN load.month_count ELSE 0 END + 1,
    last_assigned_at = EXCLUDED.last_assigned_at
"""


def count_assigned(*, producer_id: int, today: date, now: datetime) -> None:
    """One lead more is held and was received on the agency's day `today`; in the caller's transaction, under the routing lock."""
    week, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute(_ASSIGNED, {"producer": producer_id, "day": today, "week": week, "month": month, "now": now})


def count_released(*, producer_id: int, leads: int = 1) -> None:
    """So many leads fewer are held; in the caller's transaction. What was received this period stays received."""
    Load.objects.filter(producer_id=producer_id).update(open_leads=F("open_leads") - leads)


def count_reopened(*, producer_id: int) -> None:
    """One lead more is held that had been received before; in the caller's transaction."""
    Load.objects.filter(producer_id=producer_id).update(open_leads=F("open_leads") + 1)
