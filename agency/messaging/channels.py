"""What a channel is, and where the channels are found.

Every channel is a folder of this package with the name of its `Channel` value and the same three names in it: `address_of`,
`setting` and `providers`. Copying a folder and adding its value adds a channel.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from agency.messaging.feedback import Problem
from agency.messaging.models import Channel, Message

if TYPE_CHECKING:
    from agency.models import User

UNKNOWN_PROVIDER = "{setting}: no provider is called {scheme!r}; there is {known}."


class NotSentError(Exception):
    """Nothing was sent; `problem` says what that means beyond the message, where it means more."""

    def __init__(self, words: str, problem: Problem | None = None) -> None:
        super().__init__(words)
        self.problem = problem


class RefusedError(NotSentError):
    """The provider said no for good; nothing was sent."""


class UnavailableError(NotSentError):
    """The provider could not take it now; nothing was sent, and a later attempt may succeed, after `wait` if it named one."""

    def __init__(self, words: str = "", problem: Problem | None = None, *, wait: timedelta | None = None) -> None:
        super().__init__(words, problem)
        self.wait = wait


class Provider(Protocol):
    """Something that takes messages of one channel. One is made for each batch, and closed after it."""

    def deliver(self, message: Message) -> str:
        """The provider has taken the message; its own number for it is returned.

        Raises RefusedError or UnavailableError when it was certainly not sent. After any other error nobody knows.
        """

    def close(self) -> None:
        """Whatever connection it held is released."""


class ChannelModule(Protocol):
    """What the folder of each channel offers."""

    setting: str
    """The setting whose URL chooses the provider; empty: there is nothing to choose."""
    providers: Mapping[str, Callable[[str], Provider]]
    """URL scheme → what makes the provider; the empty scheme is used while the setting is empty."""

    def address_of(self, user: "User") -> str:
        """Where this person is reached on the channel, or empty."""


@cache
def channels() -> Mapping[str, ChannelModule]:
    """Every channel that has a folder, by name."""
    folders = {name: f"{__package__}.{name}" for name in Channel.values}
    return {name: cast(ChannelModule, import_module(path)) for name, path in folders.items() if find_spec(path)}


def provider(channel: str) -> Provider:
    """The provider that the settings choose for a channel; ImproperlyConfigured when they name none that exists."""
    if wrong := problem(channel):
        raise ImproperlyConfigured(wrong)
    url = _url(channel)
    return channels()[channel].providers[urlsplit(url).scheme](url)


def problem(channel: str) -> str:
    """What is wrong with the setting that chooses the provider, or empty. It never quotes the URL, which holds a password."""
    module, url = channels()[channel], _url(channel)
    scheme = urlsplit(url).scheme
    if scheme in module.providers and (scheme or not url):
        return ""
    known = ", ".join(name for name in module.providers if name) or "none"
    return UNKNOWN_PROVIDER.format(setting=module.setting, scheme=scheme, known=known)


def is_silent(channel: str) -> bool:
    """Whether the provider that the settings choose only records what it is given, and tells nobody."""
    chosen = channels()[channel].providers.get(urlsplit(_url(channel)).scheme)
    return bool(getattr(chosen, "silent", False))


def _url(channel: str) -> str:
    setting = channels()[channel].setting
    return str(getattr(settings, setting, "")) if setting else ""


def address_of(channel: str, user: "User") -> str:
    """Where a person is reached on a channel, or empty when they are not."""
    module = channels().get(channel)
    return module.address_of(user) if module else ""
