"""What the words of somebody who answers us mean: stop, help, start, wrong number, or just words. Pure.

The words are those of 47 CFR 64.1200(a)(10), of Twilio and the carriers, and what people write instead (as of 2026-11-20). Any
reasonable way of saying it counts, so whoever is not sure treats it as a request to stop, and a person looks at it afterwards.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Meaning(StrEnum):
    """What the words come to."""

    OPT_OUT = "opt_out"
    WRONG_NUMBER = "wrong_number"
    HELP = "help"
    START = "start"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Heading:
    """What the words mean, how sure that is, and whether they threaten or complain."""

    meaning: Meaning
    sure: bool = True
    """False: found within a sentence; somebody has to look."""
    complaint: bool = False


PER_SE: Final = ("stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe")
"""The words that federal rules name."""
PROVIDERS: Final = ("stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel")
CARRIERS: Final = ("arret", "opt-out", "stop all", "remove", "td")
CUSTOMARY: Final = (
    "stopp", "stpo", "stop it", "stop texting", "unsub", "no more", "remove me", "take me off", "leave me alone", "do not text",
    "dont text", "do not contact", "not interested", "no thanks", "alto", "parar", "cancelar", "baja", "detener",
)  # fmt: skip
WRONG_NUMBER: Final = ("wrong number",)
HELP: Final = ("help", "info")
START: Final = ("start", "unstop")
START_IF_STOPPED: Final = ("yes",)
"""An ordinary answer, unless the sender had asked to stop."""

ASKS_TO_STOP: Final = (
    r"\b(stop|quit|cease|don.?t|do not|no more|no further)\b.{0,20}\b(text|txt|call|contact|messag|bother|email)",
    r"\b(remove me|take me off|remove (my|this) (number|name)|off (your|the|this) (list|database))\b",
    r"\bunsubscribe\b|\bopt(ing)?[ -]?out\b",
)
COMPLAINS: Final = r"\b(lawyer|attorney|sue|tcpa|report(ed)? you|do[- ]not[- ]call)\b"
IS_WRONG_NUMBER: Final = r"\bwrong (number|person)\b"

COURTESIES: Final = frozenset(
    {"please", "pls", "plz", "thanks", "thank", "you", "now", "hi", "hello", "hey", "ok", "okay", "sir", "madam"}
)
"""What does not change what a word means that stands beside it."""

_APOSTROPHES: Final = {ord(mark): "'" for mark in "\u2018\u2019\u02bc\u0060\u00b4\u2032"}
_EXACT: Final = (
    (frozenset(WRONG_NUMBER), Meaning.WRONG_NUMBER),
    (frozenset((*PER_SE, *PROVIDERS, *CARRIERS, *CUSTOMARY)), Meaning.OPT_OUT),
    (frozenset(HELP), Meaning.HELP),
    (frozenset((*START, *START_IF_STOPPED)), Meaning.START),
)
_ASKS: Final = tuple(re.compile(pattern) for pattern in ASKS_TO_STOP)
_COMPLAINS: Final = re.compile(COMPLAINS)
_IS_WRONG_NUMBER: Final = re.compile(IS_WRONG_NUMBER)
_QUOTED: Final = re.compile(r"^(>|On .+ wrote:$|-{2,} ?Original Message|-- ?$|_{10,}$|From: .+@)", re.IGNORECASE)


def classify(text: str, *, opted_out: bool = False) -> Heading:
    """What the words mean, from somebody who has asked to stop before (`opted_out`) or has not."""
    plain = normal(text)
    complaint = bool(_COMPLAINS.search(plain))
    said = {plain, plain.replace("'", ""), _bare(plain)}
    for words, meaning in _EXACT:
        if said & words and (meaning != Meaning.START or opted_out):
            return Heading(meaning)
    if complaint or any(pattern.search(plain) for pattern in _ASKS):
        return Heading(Meaning.OPT_OUT, sure=False, complaint=complaint)
    return Heading(Meaning.WRONG_NUMBER if _IS_WRONG_NUMBER.search(plain) else Meaning.WORDS)


def normal(text: str) -> str:
    """The words in one way of writing: NFKC, one space between them, no case, nothing but words at either end."""
    folded = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).casefold()
    spaced = " ".join("".join(letter for letter in folded if unicodedata.category(letter) != "Cf").split())
    start, end = 0, len(spaced)
    while start < end and not _is_word(spaced[start]):
        start += 1
    while end > start and not _is_word(spaced[end - 1]):
        end -= 1
    return spaced[start:end]


def fresh(text: str) -> str:
    """Of an e-mail, what its writer wrote: without what is quoted below, ours included, and without a signature."""
    lines: list[str] = []
    for line in text.splitlines():
        if _QUOTED.match(line.strip()):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def _is_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LN"


def _bare(plain: str) -> str:
    """Without courtesies, and each word once where it is repeated: "stop stop please" is "stop"."""
    words = [bare for word in plain.split() if (bare := normal(word)) and bare not in COURTESIES]
    return " ".join(word for place, word in enumerate(words) if place == 0 or word != words[place - 1])
