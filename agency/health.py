"""Whether the whole machine works: database, broker, and the sweep that keeps every promise."""

from datetime import timedelta

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agency.celery import app
from agency.models import Heartbeat

SWEEP = "sweep"  # the name under which the sweep leaves its heartbeat
SILENCE = timedelta(seconds=10)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when everything answers, else 503; the body says what is wrong, and nothing more about this machine."""
    problems = {"database": database_problem(), "broker": broker_problem()}
    problems["sweep"] = "unknown without the database" if problems["database"] else sweep_problem()
    checks = {name: problem or "ok" for name, problem in problems.items()}
    healthy = not any(problems.values())
    return JsonResponse({"healthy": healthy, **checks}, status=200 if healthy else 503)


def database_problem() -> str | None:
    """None when the database answers."""
    try:
        Heartbeat.objects.filter(name=SWEEP).exists()
    except DatabaseError as error:
        return f"does not answer ({type(error).__name__})"
    return None


def broker_problem() -> str | None:
    """None when a connection to the broker can be made."""
    try:
        with app.connection_for_write() as connection:
            connection.connect()
    except Exception as error:  # every broker library has errors of its own
        return f"does not answer ({type(error).__name__})"
    return None


def sweep_problem() -> str | None:
    """None when the sweep ended within `SILENCE`, by a clock that agrees with this one."""
    last = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    if last is None:
        return "has never run"
    age = timezone.now() - last
    if -age > SILENCE:
        return f"the worker's clock is {-age.total_seconds():.0f} s ahead of this one"
    return None if age <= SILENCE else f"last ran {age.total_seconds():.0f} s ago"
