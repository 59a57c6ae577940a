"""Run inside the program's settings, against the run's database.

`queries KEY` prints the statements of one lead as JSON, `profile KEY` where the time goes; `clear` puts all due work aside.
"""

import cProfile
import io
import json
import pstats
import sys
import time
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from agency.due import DueState  # noqa: E402
from agency.models import Message  # noqa: E402
from benchmarks.load import People  # noqa: E402
from leads.models import FollowUpStep  # noqa: E402
from routing.models import LadderStep  # noqa: E402

PATH = "/api/v1/leads/"
NOT_QUERIES = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE SAVEPOINT")


def post(client: Client, key: str, body: bytes) -> Any:
    """One lead through the whole stack of middleware, without a server around it."""
    answer = client.post(PATH, body, content_type="application/json", headers={"authorization": f"Bearer {key}"})
    if answer.status_code != 201:
        raise SystemExit(f"{answer.status_code}: {answer.content[:500]!r}")
    return answer


def count_queries(key: str) -> list[str]:
    """The statements of one lead, once everything that is cached is cached."""
    client, people = Client(SERVER_NAME="localhost"), People()
    for _ in range(5):
        post(client, key, people.next_body())
    with CaptureQueriesContext(connection) as captured:
        post(client, key, people.next_body())
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NOT_QUERIES)]


def profile(key: str, leads: int = 500, lines: int = 60) -> str:
    """Where the CPU time of so many leads goes, by function, in one process."""
    client, people = Client(SERVER_NAME="localhost"), People()
    for _ in range(20):
        post(client, key, people.next_body())
    profiler = cProfile.Profile(time.process_time)
    bodies = [people.next_body() for _ in range(leads)]
    profiler.enable()
    for body in bodies:
        post(client, key, body)
    profiler.disable()
    out = io.StringIO()
    stats = pstats.Stats(profiler, stream=out)
    stats.sort_stats("tottime").print_stats(lines)
    stats.sort_stats("cumtime").print_stats(lines * 2)
    return out.getvalue()


def clear() -> None:
    """Nothing is due any more."""
    for model in (Message, FollowUpStep, LadderStep):
        model.objects.filter(state=DueState.DUE).update(state=DueState.SKIPPED)


if __name__ == "__main__":
    if sys.argv[1] == "clear":
        clear()
    elif sys.argv[1] == "profile":
        print(profile(sys.argv[2]))
    else:
        print(json.dumps(count_queries(sys.argv[2])))
