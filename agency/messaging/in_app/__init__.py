"""Notices on the person's own pages: delivered by being written."""

from typing import TYPE_CHECKING

from agency.messaging.console import ConsoleProvider

if TYPE_CHECKING:
    from agency.models import User

setting = ""
providers = {"": ConsoleProvider}


def address_of(user: "User") -> str:
    """The person's log-in: everyone who has one can be told here."""
    return user.get_username()
