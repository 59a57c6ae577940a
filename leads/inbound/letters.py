"""An e-mail as it came in: what its writer wrote, which of ours it answers, and whether a person wrote it at all. Pure."""

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

LONGEST: Final = 20_000
"""Characters of one e-mail that are kept."""

_OUR_HEADERS: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "X-Forwarded-To", "Envelope-To")
_AUTOMATIC_HEADERS: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply-From", "List-Id")
_AUTOMATIC_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})
_AWAY: Final = re.compile(
    r"^\s*(automatic reply|auto(matic)?[- ]?(reply|response)|autoreply|out of (the )?office|away from (my|the) (desk|office)|"
    r"respuesta autom[aá]tica|fuera de (la )?oficina)\b",
    re.IGNORECASE,
)
_QUOTE_BEGINS: Final = re.compile(
    r"^(>|-{2,} ?(original|forwarded) message|_{10,}\s*$|-- ?$|(on|el) .{4,200}(wrote|escribi[oó]):\s*$)", re.IGNORECASE
)
_QUOTE_BEGINS_IN_TWO: Final = re.compile(
    r"^((on|el)\b.{0,200}\n.{0,200}\b(wrote|escribi[oó]):\s*$|\*?(from|de):\*? .+\n\*?(sent|date|to|enviado|fecha|para):)",
    re.IGNORECASE,
)
"""What mail programs write above a quotation, over two lines."""
_DEVICE: Final = re.compile(r"^(sent from my |sent via |get outlook for |enviado desde mi )", re.IGNORECASE)
_DROPPED: Final = re.compile(r"<(style|script|head|blockquote)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_QUOTED_PART: Final = re.compile(
    r"<div[^>]*(gmail_quote|yahoo_quoted|divRplyFwdMsg|moz-cite-prefix).*", re.IGNORECASE | re.DOTALL
)
_LINE_END: Final = re.compile(r"<(br|/p|/div|/tr|/li|/h\d)\b[^>]*>", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a mail server says of an e-mail of ours that it could not deliver."""

    status: str
    """As RFC 3463 has it, such as 5.1.1."""
    recipient: str
    identity: str
    """The `Message-ID` of ours."""

    @property
    def is_no_such_address(self) -> bool:
        """Whether it says that there is no such address, and not that it was full or would not have us."""
        return self.status.startswith("5.1.")


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail that came in."""

    identity: str
    """The same however often and by whichever way it comes."""
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    """What its writer wrote, without what is quoted below; the subject when they wrote nothing else."""
    answers: tuple[str, ...]
    """The `Message-ID`s it answers, nearest first."""
    at: datetime
    is_automatic: bool = False
    bounce: Bounce | None = None


def read(message: EmailMessage, *, now: datetime, envelope: Iterable[str] = ()) -> Letter:
    """The e-mail, however badly it is formed. `envelope`: whom its mail server was told to bring it to."""
    written = _words(message)
    subject = " ".join(_header(message, "Subject").split())[:300]
    text = own_words(written)[:LONGEST] or subject
    sender = next(iter(_addresses(message, "From")), "")
    recipients = tuple(dict.fromkeys([*(one.lower() for one in envelope), *_addresses(message, *_OUR_HEADERS)]))
    return Letter(
        identity=_identity(message, written),
        sender=sender,
        recipients=recipients,
        subject=subject,
        text=text,
        answers=tuple(
            dict.fromkeys([*_header(message, "In-Reply-To").split(), *reversed(_header(message, "References").split())])
        ),
        at=_date(message, now),
        is_automatic=_is_automatic(message, subject),
        bounce=_bounce(message),
    )


def own_words(text: str) -> str:
    """What the writer wrote, up to what is quoted or their signature, without what their telephone adds."""
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\xa0", " ").split("\n")]
    kept: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        here = line.strip()
        if _QUOTE_BEGINS.match(here) or _QUOTE_BEGINS_IN_TWO.match(f"{here}\n{following.strip()}"):
            break
        if not _DEVICE.match(here):
            kept.append(line)
    return "\n".join(kept).strip()


def plain(page: str) -> str:
    """The words of an HTML e-mail, line by line, without what mail programs mark as quoted."""
    words = _QUOTED_PART.sub("", _DROPPED.sub("", page))
    words = html.unescape(_TAG.sub("", _LINE_END.sub("\n", words.replace("\r", "").replace("\n", " "))))
    return "\n".join(" ".join(line.split()) for line in words.split("\n")).strip()


def _words(message: Message) -> str:
    """The text of the first part that has any: plain, else HTML."""
    for kind, reading in (("text/plain", str), ("text/html", plain)):
        for part in message.walk():
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                said = reading(_decoded(part))
                if said.strip():
                    return said
    return ""


def _decoded(part: Message) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        return raw.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")


def _header(message: Message, name: str) -> str:
    try:
        return str(message.get(name, "") or "")
    except Exception:  # the standard library's header parsers raise many kinds of errors on malformed headers
        return ""


def _addresses(message: Message, *names: str) -> list[str]:
    try:
        values = [str(value) for name in names for value in message.get_all(name, [])]
    except Exception:  # as above
        return []
    return [address.strip().lower() for _, address in getaddresses(values) if "@" in address]


def _identity(message: Message, written: str) -> str:
    given = _header(message, "Message-ID").strip()
    if given and len(given) <= 120:
        return given
    parts = [given or _header(message, "Date"), _header(message, "From"), _header(message, "Subject"), written]
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _date(message: Message, now: datetime) -> datetime:
    try:
        said = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return now
    return min(said, now) if said.tzinfo else now


def _is_automatic(message: Message, subject: str) -> bool:
    """RFC 3834's word for it, the words of those who do not keep to it, or the subject that mail programs give it."""
    said = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        said not in ("", "no")
        or any(name in message for name in _AUTOMATIC_HEADERS)
        or _header(message, "Precedence").strip().lower() in _AUTOMATIC_PRECEDENCE
        or bool(_AWAY.match(subject))
    )


def _bounce(message: Message) -> Bounce | None:
    """RFC 3464: the report of a mail server on an e-mail of ours that failed for good."""
    if message.get_content_type() != "multipart/report":
        return None
    fields: dict[str, str] = {}
    identity = ""
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and part.is_multipart():
            for block in part.get_payload():
                fields |= {name.lower(): str(value) for name, value in block.items()}  # type: ignore[union-attr]
        elif kind == "message/rfc822" and part.is_multipart():
            identity = identity or _header(part.get_payload(0), "Message-ID").strip()  # type: ignore[arg-type]
        elif kind == "text/rfc822-headers":
            found = re.search(r"^Message-ID:\s*(<[^>\s]+>)", _decoded(part), re.IGNORECASE | re.MULTILINE)
            identity = identity or (found[1] if found else "")
    status, recipient = fields.get("status", "").strip(), fields.get("final-recipient", "").rpartition(";")[2].strip().lower()
    if fields.get("action", "").strip().lower() != "failed" or not status.startswith("5."):
        return None
    return Bounce(status, recipient, identity)
