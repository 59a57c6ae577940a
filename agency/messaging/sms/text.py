"""The words of a text as they leave."""

from urllib.parse import urljoin

from django.conf import settings

from agency.messaging.models import Audience

LONGEST = 1600
"""Letters that Twilio takes."""


def as_sent(*, audience: str, subject: str, body: str, path: str) -> str:
    """To a consumer the body as it is, to staff what it is about, in a text's length, and where to read on."""
    if audience == Audience.CONSUMER:
        return body
    link = urljoin(settings.PUBLIC_BASE_URL, path) if path else ""
    words = "\n".join(filter(None, (subject, body)))
    return "\n".join(filter(None, (words[: LONGEST - len(link) - 1], link)))
