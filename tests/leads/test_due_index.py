"""A hundred thousand promises, fifty of them due: what the sweep asks is answered from the indexes made for it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from agency.messaging import delivery, send
from leads import followup, stuck
from leads.models import FollowUpStep
from routing import escalation
from routing.models import Assignment, LadderStep
from tests.leads.following import NOON, maria, office

pytestmark = pytest.mark.django_db

MANY, DUE = 100_000, 50
BIG = ("leads_followupstep", "agency_message", "routing_ladderstep")


def copies(row: Model, count: int, **expressions: str) -> None:
    """So many rows like this one, numbered `n`, with other values in some columns; and the planner knows of them."""
    table = row._meta.db_table
    columns = {f'"{field.column}"': f'one."{field.column}"' for field in row._meta.concrete_fields if not field.primary_key}
    columns |= {f'"{name}"': value for name, value in expressions.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
            f"FROM {table} AS one, generate_series(1, {count}) AS n WHERE one.id = {row.pk}"
        )
        cursor.execute(f"ANALYZE {table}")


@pytest.fixture
def promises() -> None:
    people = office()
    lead, other = maria(people["sarah"]), maria(people["james"])
    followup.start(lead, trigger="assigned", now=NOON)
    FollowUpStep.objects.update(due_at=NOON + timedelta(days=1))
    decision = lead.decisions.create(at=NOON, cause="intake", outcome="assigned", reason="", facts={}, trace={})
    assignment = Assignment.objects.create(lead=lead, producer=people["sarah"], decision=decision, started_at=NOON)
    rung = LadderStep.objects.create(
        assignment=assignment,
        lead=lead,
        rung=1,
        action="alert",
        to="owner",
        channels=["in_app"],
        due_at=NOON + timedelta(hours=1),
    )
    message = send(channel="sms", audience="staff", kind="note", to="+12125550150", now=NOON, due_at=NOON + timedelta(days=1))
    due_at = f"one.due_at + CASE WHEN n <= {DUE} THEN -interval '1 day 1 second' ELSE n * interval '1 minute' END"
    step = FollowUpStep.objects.filter(lead=lead, channel="sms").first()
    lead_id = f"CASE WHEN n <= {DUE} THEN {lead.pk} ELSE {other.pk} END"
    copies(step, MANY, due_at=due_at, lead_id=lead_id, cycle="n")
    copies(message, MANY, due_at=due_at)
    copies(rung, 20_000, rung="n + 1", due_at="one.due_at + n * interval '1 minute'")


def scans(statement: str) -> list[str]:
    """The tables that the statement would read from one end to the other."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = [line for (line,) in cursor.fetchall()]
    return [line.strip() for line in plan if "Seq Scan on" in line and any(table in line for table in BIG)]


def test_nothing_that_is_asked_of_the_promises_reads_all_of_them(promises) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert followup.run_due(NOON) == DUE
        escalation.run_due(NOON)
        assert delivery.deliver_due(NOON) >= DUE
        stuck.count()
        stuck.stuck()
    statements = {query["sql"] for query in asked if query["sql"].lstrip().split()[0] in ("SELECT", "UPDATE", "WITH")}
    assert len(statements) > 10
    assert not {sql: found for sql in statements if (found := scans(sql))}
