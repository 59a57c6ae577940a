"""The e-mail to a consumer: who writes, the postal address, how to stop it. 15 USC 7704(a) and RFC 8058 are kept here."""

from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from agency.messaging.channels import RefusedError
from agency.messaging.email.identity import from_address, message_id, reply_address, unsubscribe_address, unsubscribe_url
from agency.messaging.letterhead import Letterhead
from agency.messaging.models import Message

NO_POSTAL_ADDRESS = "The agency has no postal address, and every e-mail to a consumer must carry one. Enter it under Agency."
STOP = "To get no more e-mails from us: {url}"
ONE_CLICK = "List-Unsubscribe=One-Click"
TEMPLATE = "agency/letter.html"


def commercial(message: Message, head: Letterhead) -> EmailMultiAlternatives:
    """The e-mail to a consumer, as text and as the same text in HTML.

    RefusedError while the agency has no postal address: without one nothing commercial may leave.
    """
    if not head.address.strip():
        raise RefusedError(NO_POSTAL_ADDRESS)
    url = unsubscribe_url(message)
    answers = reply_address(message)
    mail = EmailMultiAlternatives(
        subject=" ".join(message.subject.split()) or head.name,
        body="\n".join([message.body, "", "-- ", *filter(None, [head.name, *_lines(head.address)]), STOP.format(url=url), ""]),
        from_email=f'"{_sender(message, head)}" <{from_address(head)}>',
        to=[message.to],
        reply_to=[answers] if answers else None,
        headers={
            "Message-ID": message_id(message, head),
            "Date": format_datetime(message.created_at),
            **_unsubscribe_headers(message, url),
        },
    )
    mail.attach_alternative(_html(message.body, head, url), "text/html")
    return mail


def _sender(message: Message, head: Letterhead) -> str:
    """Whoever signs, and for whom, as it stands between quotation marks."""
    names = [message.user.name if message.user else "", head.name]
    return " ".join(", ".join(filter(None, names)).replace("\\", "").replace('"', "").split())


def _unsubscribe_headers(message: Message, url: str) -> dict[str, str]:
    by_mail = unsubscribe_address(message)
    ways = [f"<{url}>"] + ([f"<mailto:{by_mail}?subject=unsubscribe>"] if by_mail else [])
    headers = {"List-Unsubscribe": ", ".join(ways)}
    if urlsplit(settings.PUBLIC_BASE_URL).scheme == "https":  # RFC 8058 section 3.1 asks for nothing less
        headers["List-Unsubscribe-Post"] = ONE_CLICK
    return headers


def _html(body: str, head: Letterhead, url: str) -> str:
    """The same words: paragraphs, links, nothing loaded from anywhere."""
    foot = "\n".join(filter(None, [head.name, *_lines(head.address)]))
    return render_to_string(TEMPLATE, {"body": body.strip(), "foot": foot, "unsubscribe": url})


def _lines(address: str) -> list[str]:
    return [line.strip() for line in address.splitlines() if line.strip()]
