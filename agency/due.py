"""Work that is due at an instant: the shape, the claiming and the recording that every timer shares.

A promise is a row with `due_at`. Whoever runs the sweep claims rows with `FOR UPDATE SKIP LOCKED`, so two workers never hold
the same one, marks them in flight under a lease, commits, and only then acts. Work that touches nothing but the database needs
no lease: `lock` its rows, act and `record` in one transaction, and a crash leaves them due.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.expressions import RawSQL

from agency import statements

LEASE = timedelta(minutes=2)
OUTCOME_LENGTH = 300
TRIED_AGAIN = "Tried again by {name}"
LEFT = "Left as it is by {name}"


class DueState(models.TextChoices):
    """Where a piece of due work stands."""

    DUE = "due", "Due"
    IN_FLIGHT = "in_flight", "In flight"
    WAITING = "waiting", "Waiting for a person"
    DONE = "done", "Done"
    SKIPPED = "skipped", "Skipped"
    STUCK = "stuck", "Stuck"
    FAILED = "failed", "Failed"


GIVEN_UP = (DueState.STUCK, DueState.FAILED)
"""What nothing more happens to by itself."""


class DueWork(models.Model):
    """A row that is to be acted on at `due_at`, once."""

    state = models.CharField(max_length=12, choices=DueState.choices, default=DueState.DUE)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=OUTCOME_LENGTH, blank=True, help_text="What came of it, or why it was not done.")

    class Meta:
        abstract = True


Work = TypeVar("Work", bound=DueWork)

# Literals, where Django would send parameters: only so does a prepared statement see that the partial indexes apply.
DUE = RawSQL("'due'", ())
IN_FLIGHT = RawSQL("'in_flight'", ())


def is_any(model: type[Work], now: datetime) -> bool:
    """Whether anything of this kind is due at `now`, whoever holds it. Asked by every sweep, and so by the shortest way."""
    table = model._meta.db_table
    return bool(statements.run(f"SELECT 1 FROM \"{table}\" WHERE state = 'due' AND due_at <= %s::timestamptz LIMIT 1", [now]))  # noqa: S608  (the model's own)


def lock(queryset: models.QuerySet[Work], now: datetime, limit: int = 100, of: Sequence[str] = ("self",)) -> list[Work]:
    """Lock up to `limit` due rows for the caller's transaction and return them, oldest first; rows others hold are passed over.

    `of` names the joined rows to lock with them: a row is passed over as well while somebody holds one of those.
    """
    joined = [name for name in of if name != "self"]
    bare = queryset.select_related(None)
    bare = bare.select_related(*joined).only("pk", *joined, *(f"{name}__id" for name in joined)) if joined else bare.only("pk")
    due = bare.filter(state=DUE, due_at__lte=now).order_by("due_at", "pk")
    keys = [row.pk for row in due.select_for_update(skip_locked=True, of=tuple(of), no_key=True)[:limit]]
    # Read again: a statement that locks sees what it joins as it was before the lock, such as the owner before a reassignment.
    return list(queryset.filter(pk__in=keys).order_by("due_at", "pk")) if keys else []


def claim(queryset: models.QuerySet[Work], now: datetime, limit: int = 100, lease: timedelta = LEASE) -> list[Work]:
    """Mark up to `limit` due rows as in flight until `now + lease` and return them, oldest first; one statement.

    Rows another worker holds are passed over. The claim is committed when this returns, unless the caller has a transaction open.
    """
    return claim_each([(queryset, limit)], now, lease)


def claim_each(kinds: Sequence[tuple[models.QuerySet[Work], int]], now: datetime, lease: timedelta = LEASE) -> list[Work]:
    """As `claim`, for several kinds of rows of one model, each with a limit of its own."""
    model = kinds[0][0].model
    parts: list[str] = []
    values: list[Any] = []
    with transaction.atomic():
        for number, (queryset, limit) in enumerate(kinds):
            picked, params = (
                queryset.filter(state=DUE, due_at__lte=now)
                .order_by("due_at", "pk")
                .select_for_update(skip_locked=True, of=("self",), no_key=True)
                .values("pk")[:limit]
                .query.sql_with_params()
            )
            # Materialized: inlined, the planner may run the locking select more than once and claim more than the limit.
            parts.append(f"picked{number}(id) AS MATERIALIZED ({picked})")
            values += params
        ids = " UNION ALL ".join(f"SELECT id FROM picked{number}" for number in range(len(kinds)))  # noqa: S608
        rows = list(
            model._default_manager.raw(
                f"WITH {', '.join(parts)} "  # noqa: S608  (identifiers are the model's own)
                f'UPDATE "{model._meta.db_table}" AS work SET state = %s, leased_until = %s, attempts = work.attempts + 1 '
                f"FROM ({ids}) AS picked WHERE work.id = picked.id RETURNING work.*",
                [*values, DueState.IN_FLIGHT, now + lease],
            )
        )
    return sorted(rows, key=lambda row: (row.due_at, row.pk))


def record(model: type[Work], rows: Sequence[Work], fields: Collection[str], where: str = "") -> int:
    """Write the named fields of all rows in one statement; return how many rows were written.

    `where` is an SQL condition on `work` (the stored row) and `new` (the values), for a writer that may have lost its claim.
    """
    if not rows:
        return 0
    known = {field.name: field for field in model._meta.concrete_fields}
    columns = [known[name] for name in ("id", *dict.fromkeys([*fields, "attempts"]))]
    arrays = ", ".join(f"%s::{column.db_type(connection)}[]" for column in columns)
    names = ", ".join(f'"{column.column}"' for column in columns)
    changes = ", ".join(f'"{column.column}" = new."{column.column}"' for column in columns[1:])
    values: list[Any] = [[_value(row, column) for row in rows] for column in columns]
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS work SET {changes} '  # noqa: S608  (identifiers are the model's own)
            f"FROM unnest({arrays}) AS new({names}) WHERE work.id = new.id" + (f" AND {where}" if where else ""),
            values,
        )
        return int(cursor.rowcount)


def try_again(model: type[Work], pk: int, *, by: str, now: datetime) -> bool:
    """What was given up is due once more, as if it had never been tried; False when it was not given up, or no longer is."""
    given_up = model._default_manager.filter(pk=pk, state__in=GIVEN_UP)
    return bool(
        given_up.update(
            state=DueState.DUE, due_at=now, attempts=0, leased_until=None, finished_at=None, outcome=TRIED_AGAIN.format(name=by)
        )
    )


def leave(model: type[Work], pk: int, *, by: str, now: datetime) -> bool:
    """What was given up stays undone, by somebody's word; False when it was not given up, or no longer is."""
    given_up = model._default_manager.filter(pk=pk, state__in=GIVEN_UP)
    return bool(given_up.update(state=DueState.SKIPPED, finished_at=now, leased_until=None, outcome=LEFT.format(name=by)))


def _value(row: models.Model, column: "models.Field[Any, Any]") -> Any:
    value = getattr(row, column.attname)
    return value[: column.max_length] if isinstance(value, str) and column.max_length else value
