"""What is wrong with the settings of the channels, said at start-up instead of at the first message."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from agency.messaging.channels import channels, problem
from agency.messaging.push import keys


@register()
def check_providers(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """An error for each setting that names no provider."""
    return [Error(wrong, id="messaging.E001") for name in channels() if (wrong := problem(name))]


@register()
def check_push(app_configs: Any, **_: Any) -> Sequence[CheckMessage]:
    """An error for a key or a subject that push services would not take."""
    return [Error(wrong, id="messaging.E002")] if (wrong := keys.problem()) else []
