"""What is wrong with the settings of the channels, said at start-up instead of at the first message."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from agency.messaging.channels import channels, problem
from agency.messaging.push import keys
from agency.messaging.twilio import account


@register()
def check_providers(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """An error for each setting that names no provider."""
    wrong = [Error(said, id="messaging.E001") for name in channels() if (said := problem(name))]
    return wrong or [Error(said, id="messaging.E003") for name in channels() if (said := _incomplete(name))]


@register()
def check_push(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """An error for a key or a subject that push services would not take."""
    return [Error(wrong, id="messaging.E002")] if (wrong := keys.problem()) else []


def _incomplete(channel: str) -> str:
    """What is missing in the URL of a provider that has an account, or empty."""
    url = str(getattr(settings, channels()[channel].setting or "DEBUG"))
    try:
        if urlsplit(url).scheme == "twilio":
            account(url)
    except ImproperlyConfigured as error:
        return f"{channels()[channel].setting}: {error}"
    return ""
