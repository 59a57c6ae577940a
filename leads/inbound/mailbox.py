"""A mailbox that is looked into for answers: for agencies whose e-mail provider hands none on."""

import imaplib
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from itertools import islice
from traceback import format_tb
from typing import Final
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.db import transaction

from agency.messaging.managers import tell_managers
from agency.messaging.models import Channel
from leads.inbound import letters, mail

AT_ONCE: Final = 50
"""E-mails taken in one look; what is left is there a minute later."""
MOST: Final = 5_242_880
"""Bytes of one that are read: words come first, and attachments are not kept."""
NO_ANSWER: Final = "The mail server does not answer."
NOT_LET_IN: Final = "The mail server does not let us in."
NO_FOLDER: Final = "The mailbox has no such folder."
KIND: Final = "mailbox_shut"
SHUT: Final = "Answers by e-mail do not come in: the mailbox for them cannot be looked into."
SHUT_BODY: Final = "Whoever runs this server finds its address under IMAP_URL. What lies in the mailbox comes in afterwards."

logger = logging.getLogger(__name__)


class MailboxError(Exception):
    """The mailbox could not be looked into."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the mailbox is and how to get in."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    is_encrypted: bool


def address(url: str) -> Address:
    """What `imaps://user:password@host:993/INBOX` says; without a folder it is INBOX."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "imaps"
    return Address(
        host=parts.hostname or "",
        port=parts.port or (993 if encrypted else 143),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        is_encrypted=encrypted,
    )


def watch(now: datetime) -> int:
    """As `look`; when nobody lets us in, managers are told, once a day, and 0 is returned."""
    try:
        return look(now)
    except MailboxError as error:
        logger.warning("The mailbox for answers: %s", error)
        with transaction.atomic():
            tell_managers(
                KIND,
                subject=SHUT,
                body=f"{error} {SHUT_BODY}",
                channels=[Channel.IN_APP, Channel.EMAIL],
                dedupe_key=f"{KIND}:{now:%Y-%m-%d}",
                now=now,
            )
        return 0


def look(now: datetime) -> int:
    """Every unseen e-mail of the mailbox was taken in and then marked as seen; returns how many. Without a mailbox, none.

    One that cannot be taken in stays unseen and holds up no other. Raises MailboxError when nobody lets us in.
    """
    if not settings.IMAP_URL:
        return 0
    with _inside(address(settings.IMAP_URL)) as box:
        try:
            taken = (number for number in _unseen(box) if _take_in(box, number, now))
            return len(list(islice(taken, AT_ONCE)))
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(NO_ANSWER) from error


@contextmanager
def _inside(where: Address) -> Iterator[imaplib.IMAP4]:
    kind = imaplib.IMAP4_SSL if where.is_encrypted else imaplib.IMAP4
    try:
        box = kind(where.host, where.port, timeout=settings.EMAIL_TIMEOUT)
    except OSError as error:
        raise MailboxError(NO_ANSWER) from error
    try:
        try:
            box.login(where.user, where.password)
            said, _ = box.select('"' + where.folder.replace("\\", "\\\\").replace('"', '\\"') + '"')
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxError(NOT_LET_IN) from error  # its own words may hold the name
        if said != "OK":
            raise MailboxError(NO_FOLDER)
        yield box
    finally:
        with suppress(imaplib.IMAP4.error, OSError):
            box.logout()


def _unseen(box: imaplib.IMAP4) -> list[str]:
    _, found = box.uid("SEARCH", "UNSEEN")
    return (found[0] or b"").decode().split()


def _take_in(box: imaplib.IMAP4, number: str, now: datetime) -> bool:
    """The e-mail is stored and then marked; in this order, so that one in doubt comes again and is known by its identity."""
    _, parts = box.uid("FETCH", number, f"(UID BODY.PEEK[]<0.{MOST}>)")
    raw = next((part[1] for part in parts if isinstance(part, tuple)), None)
    if raw is None:
        return False  # somebody took it away meanwhile
    try:
        mail.take_in(letters.read(message_from_bytes(raw, policy=policy.default), now=now), now=now)
    except Exception as error:
        # Where, and not what it says: the words of an error may quote the e-mail.
        where = "".join(format_tb(error.__traceback__))
        logger.error("E-mail %s of the mailbox could not be taken in (%s)\n%s", number, type(error).__name__, where)
        return False
    box.uid("STORE", number, "+FLAGS.SILENT", r"(\Seen)")
    return True
