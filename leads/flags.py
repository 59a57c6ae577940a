"""What a lead is flagged with, in plain words: what could not be recognized, and what turned out to be wrong."""

from collections.abc import Iterable
from typing import Final

from leads.models import Lead

NO_LINE: Final = "No line of insurance was given."
UNKNOWN_LINE: Final = "“{line}” is not one of our lines of insurance."
NO_ZIP: Final = "No ZIP code was given."
UNKNOWN_ZIP: Final = "“{zip_code}” is not a ZIP code we know."
POSSIBLE_DUPLICATE: Final = "Possibly the same person as lead {lead}."
WRONG_NUMBER: Final = "The phone number is wrong."
"""Stands while the lead has the number that somebody logged as wrong; nothing is sent there, and no call asked for."""
NOT_TEXTABLE: Final = "The phone number takes no texts."
"""Stands while the lead has a number that the carriers say takes none."""
OF_THE_NUMBER: Final = (WRONG_NUMBER, NOT_TEXTABLE)

NAME_UNKNOWN: Final = "The name is not known: they called, and their number stands for it."
"""Stands until somebody writes down their name."""
BAD_EMAIL: Final = "The e-mail address does not work."
"""Stands while the lead has the address that a mail server does not know; nothing automatic is sent there."""

NO_WAY_LEFT: Final = "No way to contact them is left."
"""Stands from when the gate found every channel closed for good until the number or address changes, or they agree anew."""


def recognition_flags(*, zip_code: str, state: str, line: str, family: str) -> list[str]:
    """What of a place and a line could not be recognized."""
    flags = []
    if not state:
        flags.append(UNKNOWN_ZIP.format(zip_code=zip_code) if zip_code else NO_ZIP)
    if not family:
        flags.append(UNKNOWN_LINE.format(line=line) if line else NO_LINE)
    return flags


def unrecognised(lead: Lead) -> list[str]:
    """What of the lead's place and line is not recognized as they stand."""
    return recognition_flags(zip_code=lead.zip_code, state=lead.state, line=lead.line, family=lead.family)


def reflag(lead: Lead, before: Iterable[str], more: Iterable[str] = ()) -> None:
    """The lead (unsaved) is flagged for what is unrecognized now instead of `before`, and for `more`; other flags stay."""
    gone = set(before)
    lead.flags = list(dict.fromkeys([*unrecognised(lead), *(flag for flag in lead.flags if flag not in gone), *more]))


def flag(lead: Lead, words: str) -> None:
    """The lead (unsaved) has the flag, once."""
    lead.flags = list(dict.fromkeys([*lead.flags, words]))


def unflag(lead: Lead, *words: str) -> None:
    """The lead (unsaved) has none of these flags."""
    lead.flags = [one for one in lead.flags if one not in words]
