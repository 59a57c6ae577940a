"""What may stand in the log when the database refuses a row."""

import logging

import pytest
from django.db import IntegrityError, connection

from agency.logs import DiscreetFormatter

HERS = "Ana\nRuiz\n\nana@mail.example"


@pytest.fixture
def refused(db) -> IntegrityError:
    """The error of a row with Ana's data that may not be."""
    with connection.cursor() as cursor, pytest.raises(IntegrityError) as caught:
        cursor.execute("CREATE TEMPORARY TABLE person (about text, age int CHECK (age > 0))")
        cursor.execute("INSERT INTO person VALUES (%s, -1)", [HERS])
    return caught.value


def written(message: str, *words: object, error: Exception | None = None) -> str:
    about = (type(error), error, error.__traceback__) if error else None
    return DiscreetFormatter().format(logging.LogRecord("intake", logging.ERROR, "", 1, message, words, about))


def test_a_traceback_names_the_constraint_and_nobody_s_data(refused):
    text = written("It failed", error=refused)
    assert text.startswith("It failed\nTraceback")
    assert text.count("person_age_check") == 2  # the database's error, and Django's that came of it
    assert "The above exception was the direct cause" in text
    assert not [word for word in HERS.split() if word in text]


def test_an_error_that_is_quoted_in_the_message_loses_it_too(refused):
    text = written("Task %s failed: %r\nTraceback", "sweep", refused)
    assert "person_age_check" in text
    assert text.endswith("\nTraceback")
    assert not [word for word in HERS.split() if word in text]


def test_other_lines_stay_as_they_are():
    assert written("Sent %s\nto %s", 2, "the outbox") == "Sent 2\nto the outbox"
