"""Statements by the short way: the same answers, errors and transactions as by Django's cursor."""

import os
import socket
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from agency import revisions, statements
from agency.models import Heartbeat

pytestmark = pytest.mark.django_db

INSERT = "INSERT INTO agency_heartbeat (name, at) VALUES (%s::text, %s::timestamptz) RETURNING name"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def prepared_by_psycopg():
    """As after any statement that psycopg saw often enough: it will drop all that is prepared after a rollback."""
    for _ in range(5):
        revisions.fresh()


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (7, "bigint"), (None, "text"), (True, "boolean"), ("O'Brien 100% \\ \"x\"", "text"), (NOON, "timestamptz"),
        (date(2026, 11, 24), "date"), (Decimal("1.50"), "numeric"), ([1, None, 3], "int[]"), ([], "text[]"),
        (['a "quoted" word', "back\\slash", "", "null", "{,}", None], "text[]"),
        ([NOON], "timestamptz[]"), ([True, False], "boolean[]"),
    ],
)  # fmt: skip
def test_what_is_sent_comes_back_as_it_was(value, kind):
    assert statements.run(f"SELECT %s::{kind}", [value]) == [(value,)]


def test_names_may_come_twice_and_a_doubled_percent_sign_is_one():
    assert statements.run("SELECT %(a)s::int, %(b)s::int, %(a)s::int, 7 %% 4", {"a": 1, "b": 2}) == [(1, 2, 1, 3)]


def test_errors_are_those_of_django_and_undo_the_transaction():
    statements.run(INSERT, ["sweep", NOON])
    with pytest.raises(IntegrityError), transaction.atomic():
        statements.run(INSERT, ["other", NOON])
        statements.run(INSERT, ["sweep", NOON])
    assert [name for (name,) in statements.run("SELECT name FROM agency_heartbeat")] == ["sweep"]
    with pytest.raises(DataError):
        statements.run("SELECT %s::text", ["nul\0"])


@pytest.mark.django_db(transaction=True)
def test_it_begins_the_transaction_it_is_in():
    with pytest.raises(RuntimeError), transaction.atomic():
        statements.run(INSERT, ["sweep", NOON])
        raise RuntimeError
    assert not Heartbeat.objects.exists()
    statements.run(INSERT, ["sweep", NOON])
    assert Heartbeat.objects.get().at == NOON


def test_what_psycopg_drops_after_a_rollback_is_prepared_again():
    for _ in range(3):
        prepared_by_psycopg()
        assert statements.run("SELECT %s::int", [1]) == [(1,)]
        with pytest.raises(ProgrammingError), transaction.atomic():
            statements.run("SELECT %s::int FROM nowhere", [1])
        assert statements.run("SELECT %s::int", [2]) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ends_takes_what_was_prepared_with_it():
    assert statements.run("SELECT %s::int", [1]) == [(1,)]
    connection.close()
    assert statements.run("SELECT %s::int", [2]) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_a_request_notices_a_broken_connection():
    assert statements.run("SELECT %s::int", [1]) == [(1,)]
    connection.health_check_done = False  # as at the beginning of a request
    connection.connection.pgconn.finish()
    assert statements.first("SELECT %s::int", [2]) == [(2,)]
    connection.health_check_done = False
    with CaptureQueriesContext(connection):
        assert statements.first("SELECT pg_backend_pid()") == statements.run("SELECT pg_backend_pid()")


@pytest.mark.django_db(transaction=True)
def test_a_server_that_ended_the_session_is_noticed_too():
    [(pid,)] = statements.run("SELECT pg_backend_pid()")
    ender = connection.copy()
    with ender.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    ender.close()
    connection.health_check_done = False
    assert statements.first("SELECT pg_backend_pid()") != [(pid,)]


@pytest.mark.django_db(transaction=True)
def test_a_line_that_was_cut_in_the_middle_of_a_statement_is_noticed_too():
    """As when the database is killed: no server is left to say why, and the driver names no code."""
    statements.run("SELECT %s::int", [1])
    connection.health_check_done = False
    line = socket.socket(fileno=os.dup(connection.connection.fileno()))
    line.shutdown(socket.SHUT_RDWR)
    line.close()
    assert statements.first("SELECT %s::int", [2]) == [(2,)]


def test_whoever_counts_statements_sees_these():
    with CaptureQueriesContext(connection) as seen:
        statements.run("SELECT %s::int", [1])
    assert len(seen) == 1


def test_without_prepared_statements_they_take_the_cursor(monkeypatch):
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    assert statements.run("SELECT %s::int[]", [[1, 2]]) == [([1, 2],)]
