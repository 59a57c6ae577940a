"""What is to happen on a telephone line next, apart from how a provider writes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Say this, if anything, and hang up."""

    words: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """Say this and wait for one key."""

    words: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Dial this number and connect the two."""

    words: str
    number: str
    notice: str = ""
    """What both hear first because the call is recorded; empty: it is not."""


Line = Say | Ask | Connect
