"""What a server does before its first request, so that no sender waits for it and all its processes share it."""

from collections.abc import Callable

from django.db import connections
from django.urls import get_resolver

_steps: list[Callable[[], object]] = []


def register(step: Callable[[], object]) -> None:
    """From now on servers do this too. It must not rest on the database."""
    if step not in _steps:
        _steps.append(step)


def warm_up() -> None:
    """All views are imported and all registered steps done; no connection is open that processes could come to share."""
    _ = get_resolver().url_patterns
    for step in _steps:
        step()
    connections.close_all()
