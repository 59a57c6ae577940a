"""Writing what arrived: one statement for a new lead with everything around it, one for what joins an old one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection, models

from leads.intake.payload import GivenEvent
from leads.models import Consent, Event, Household, Lead, Note, Submission

Rows = Sequence[models.Model]
"""Unsaved rows that belong to the lead, without its id."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Events to be written, with where they came from."""

    events: Sequence[GivenEvent]
    source_id: int | None


def write_lead(lead: Lead, household: Household | None, rows: Rows, behaviour: Behaviour) -> None:
    """The lead, its household (when new), its rows and its events are stored; the lead has its id. One statement."""
    parts: list[str] = []
    values: list[Any] = []
    if household is not None:
        parts.append(f"household AS (INSERT INTO {_into(Household)} VALUES ({_marks(Household)}) RETURNING id)")
        values += _values(household)
    sql = f"lead AS (INSERT INTO {_into(Lead)} VALUES ({_marks(Lead, household_id='(SELECT id FROM household)' if household else '%s')})"
    parts.append(f"{sql} RETURNING id, household_id)")
    values += _values(lead, without="household_id" if household is not None else "")
    _add_rows(parts, values, rows, behaviour, "(SELECT id FROM lead)")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(parts)} SELECT id, household_id FROM lead", values)
        lead.pk, lead.household_id = cursor.fetchone()
    lead._state.adding, lead._state.db = False, connection.alias


def write_rows(lead: Lead, rows: Rows, behaviour: Behaviour) -> None:
    """The rows and events are stored with a lead that is there already. One statement."""
    parts: list[str] = []
    values: list[Any] = []
    _add_rows(parts, values, rows, behaviour, str(int(lead.pk)))
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT 1", values)


def _add_rows(parts: list[str], values: list[Any], rows: Rows, behaviour: Behaviour, lead_id: str) -> None:
    for index, row in enumerate(rows):
        model = type(row)
        parts.append(f"row{index} AS (INSERT INTO {_into(model)} VALUES ({_marks(model, lead_id=lead_id)}))")
        values += _values(row, without="lead_id")
    if behaviour.events:
        parts.append(
            f"events AS (INSERT INTO {Event._meta.db_table} (lead_id, kind, at, data, source_id)"  # noqa: S608
            f" SELECT {lead_id}, kind, at, data::jsonb, %s::bigint"
            " FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS given (kind, at, data))"
        )
        events = behaviour.events
        values += [
            behaviour.source_id,
            [event.kind for event in events],
            [event.at for event in events],
            [json.dumps(dict(event.data)) if event.data else "{}" for event in events],
        ]


@lru_cache(maxsize=16)
def _columns(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


@lru_cache(maxsize=16)
def _into(model: type[models.Model]) -> str:
    names = ", ".join(f'"{column.column}"' for column in _columns(model))
    return f'"{model._meta.db_table}" ({names})'


@lru_cache(maxsize=64)
def _marks(model: type[models.Model], **instead: str) -> str:
    return ", ".join(instead.get(column.attname, "%s") for column in _columns(model))


def _values(row: models.Model, without: str = "") -> list[Any]:
    return [
        column.get_db_prep_save(getattr(row, column.attname), connection)
        for column in _columns(type(row))
        if column.attname != without
    ]


__all__ = ["Behaviour", "Consent", "Note", "Rows", "Submission", "write_lead", "write_rows"]
