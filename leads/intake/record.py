"""Writing what arrived: one statement for a new lead with everything around it, one for what joins an old one.

Rows travel as JSON, one parameter a row: a statement with a parameter for every column costs more than the rest of the intake.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.db import connection, models
from phonenumber_field.phonenumber import PhoneNumber

from agency import statements
from leads.intake.payload import GivenEvent
from leads.models import Event, Household, Lead

Rows = Sequence[models.Model]
"""Unsaved rows that belong to the lead, without its id."""

_HOUSEHOLD: Final = "(SELECT id FROM household)"
_LEAD: Final = "(SELECT id FROM lead)"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Events to be written, with where they came from."""

    events: Sequence[GivenEvent]
    source_id: int | None


def write_lead(lead: Lead, household: Household | None, rows: Rows, behaviour: Behaviour) -> None:
    """The lead, its household (when new), its rows and its events are stored; the lead has its id. One statement."""
    parts: list[str] = []
    values: list[str] = []
    if household is not None:
        parts.append(f"household AS ({_insert(Household)} RETURNING id)")
        values.append(_json(household))
    parts.append(f"lead AS ({_insert(Lead, 'household_id', _HOUSEHOLD if household else '')} RETURNING id, household_id)")
    values.append(_json(lead))
    _add(parts, values, rows, behaviour, _LEAD)
    text = f"WITH {', '.join(parts)} SELECT id, household_id FROM lead"  # noqa: S608
    [(lead.pk, lead.household_id)] = statements.run(text, values)
    lead._state.adding, lead._state.db = False, connection.alias


def write_rows(lead: Lead, rows: Rows, behaviour: Behaviour) -> None:
    """The rows and events are stored with a lead that is there already. One statement, none when there is nothing."""
    for row in rows:
        row.lead_id = lead.pk  # type: ignore[attr-defined]  # every one of them belongs to a lead
    parts: list[str] = []
    values: list[str] = []
    _add(parts, values, rows, behaviour, "")
    if parts:
        text = f"WITH lead AS (SELECT %s::bigint AS id), {', '.join(parts)} SELECT 1"
        statements.run(text, [lead.pk, *values])


def _add(parts: list[str], values: list[str], rows: Rows, behaviour: Behaviour, lead_id: str) -> None:
    for index, row in enumerate(rows):
        parts.append(f"row{index} AS ({_insert(type(row), 'lead_id', lead_id)})")
        values.append(_json(row))
    if behaviour.events:
        parts.append(_EVENTS)
        values.append(_dumps([_event(event, behaviour.source_id) for event in behaviour.events]))


_EVENTS: Final = (
    f"events AS (INSERT INTO {Event._meta.db_table} (lead_id, kind, at, data, source_id)"  # noqa: S608
    f" SELECT {_LEAD}, kind, at, data, source_id"
    " FROM jsonb_to_recordset(%s::jsonb) AS given (kind text, at timestamptz, data jsonb, source_id bigint))"
)


def _event(event: GivenEvent, source_id: int | None) -> dict[str, Any]:
    return {"kind": event.kind, "at": event.at, "data": event.data, "source_id": source_id}


@lru_cache(maxsize=32)
def _insert(model: type[models.Model], reference: str = "", instead: str = "") -> str:
    """The insert of one row from JSON; the column `reference` is `instead`, if that is given."""
    table = model._meta.db_table
    columns = [field.column for field in _columns(model)]
    taken = [instead if instead and column == reference else f'given."{column}"' for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    return (
        f'INSERT INTO "{table}" ({names}) SELECT {", ".join(taken)}'  # noqa: S608
        f' FROM jsonb_populate_record(NULL::"{table}", %s::jsonb) AS given'
    )


@lru_cache(maxsize=32)
def _columns(model: type[models.Model]) -> "tuple[models.Field[Any, Any], ...]":
    return tuple(field for field in model._meta.concrete_fields if not field.primary_key)


def _json(row: models.Model) -> str:
    return _dumps({field.column: getattr(row, field.attname) for field in _columns(type(row))})


def _dumps(value: Any) -> str:
    return json.dumps(value, default=_plain, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Instants, days, amounts and mappings as PostgreSQL reads them; a number as we wrote it, whether or not it is assigned."""
    if isinstance(value, PhoneNumber):
        return value.raw_input
    return str(value)
