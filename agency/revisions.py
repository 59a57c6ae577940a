"""Which version of each kind of configuration is current, so that processes know when what they cached is stale.

A number is drawn from a sequence, so a rolled-back change never lends its number to another one: what was cached
under a number is right for ever, or was never committed and is never asked for again. Larger does not mean later.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.signals import m2m_changed, post_delete, post_save

AGENCY = "agency"
ALERTS = "alerts"
CONTACT = "contact"
PLANS = "plans"
ROSTER = "roster"
RULES = "rules"
SCORING = "scoring"
SOURCES = "sources"
NAMES = (AGENCY, ALERTS, CONTACT, PLANS, ROSTER, RULES, SCORING, SOURCES)

_BUMP = (
    "INSERT INTO agency_revision (name) SELECT unnest(%s::varchar[]) ON CONFLICT (name) DO UPDATE SET number = EXCLUDED.number"
)


_waiting: ContextVar[set[str] | None] = ContextVar("revisions_waiting", default=None)
_held: ContextVar[dict[str, int] | None] = ContextVar("revisions_held", default=None)


def bump(*names: str) -> None:
    """Give each of `names` a new number, in the caller's transaction; writers of the same name wait for each other."""
    if (waiting := _waiting.get()) is not None:
        waiting.update(names)
        return
    with connection.cursor() as cursor:
        # Sorted: two writers of several names lock the rows in the same order.
        cursor.execute(_BUMP, [sorted(names)])


def current() -> dict[str, int]:
    """Name → number, for all of `NAMES` (0: never bumped); one query, none within `as_of`."""
    held = _held.get()
    return fresh() if held is None else dict.fromkeys(NAMES, 0) | held


def fresh() -> dict[str, int]:
    """As `current`, but always read now: for whoever stores something under the number."""
    return dict.fromkeys(NAMES, 0) | dict(_stored())


def _stored() -> "models.QuerySet[Any, tuple[str, int]]":
    # By name: `agency.models` imports the messages, whose writers ask for numbers here.
    return apps.get_model("agency", "Revision")._default_manager.values_list("name", "number")


@contextmanager
def as_of(numbers: Mapping[str, int]) -> Iterator[None]:
    """Within it, these numbers, just read by this transaction, are the current ones. Nothing in it may change configuration."""
    token = _held.set(dict(numbers))
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def together() -> Iterator[None]:
    """What is bumped within it is bumped once, at its end. Nothing in it may read configuration by its number."""
    names: set[str] = set()
    token = _waiting.set(names)
    try:
        yield
    finally:
        _waiting.reset(token)
    if names:
        bump(*names)


def begin(**_: Any) -> None:
    """Every one of `NAMES` has a number; for `post_migrate`, so that an emptied database gets numbers no process knows."""
    if missing := set(NAMES) - {name for name, _ in _stored()}:
        bump(*missing)


def watch(name: str, *models_: type[models.Model], fields: Collection[str] = ()) -> None:
    """From now on, saving, deleting or relinking one of these models bumps `name`, in the same transaction.

    With `fields`, a save that says it writes others only does not count. Bulk writers send no signals and call `bump` themselves.
    """
    watched = frozenset(fields)

    def changed(sender: Any, update_fields: Collection[str] | None = None, action: str = "post_", **_: Any) -> None:
        if not action.startswith("post_"):
            return
        if watched and update_fields is not None and watched.isdisjoint(update_fields):
            return
        bump(name)

    for model in models_:
        uid = f"{name}:{model._meta.label}"
        post_save.connect(changed, sender=model, weak=False, dispatch_uid=uid)
        post_delete.connect(changed, sender=model, weak=False, dispatch_uid=uid)
        for link in model._meta.many_to_many:
            m2m_changed.connect(changed, sender=link.remote_field.through, weak=False, dispatch_uid=uid)
