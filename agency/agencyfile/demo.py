"""The demo agency: people to log in as, on a machine that has no agency yet."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password

from agency.agencyfile.file import load
from agency.models import Agency, User

FILE = Path(__file__).with_name("demo.yaml")
PASSWORD = "harbor-demo"  # noqa: S105 - printed for everyone to see
"""Of every demo log-in. Whoever puts real leads in a demo changes it first."""


def load_demo(*, now: datetime) -> list[User]:
    """In a database without an agency, the demo agency is there, and everyone in it can log in with `PASSWORD`.

    Returns the log-ins that have that password now, of an earlier load too; where the agency is another one, nothing happens.
    """
    if not Agency.objects.exists():
        written = load(FILE, now=now)
        hashed = make_password(PASSWORD)  # once: hashing is slow on purpose
        for user in written.users.values():
            if not user.has_usable_password():
                user.password = hashed
                user.save(update_fields=["password"])
    return _open(User.objects.filter(email__endswith="@harborpoint.example", is_active=True).order_by("pk"))


def _open(users: Iterable[User]) -> list[User]:
    """Those who still have the demo's password; one hash for all who share it as stored."""
    checked: dict[str, bool] = {}
    for user in users:
        if user.password not in checked:
            checked[user.password] = user.check_password(PASSWORD)
    return [user for user in users if checked[user.password]]
