"""While a carrier takes none of our texts, none is sent: they wait."""

from datetime import timedelta

from django.core.cache import cache

HELD = "Texts wait: the carriers take none from a number that is not registered (10DLC)."
_KEY = "sms:held"
FOR = timedelta(hours=1)


def hold() -> None:
    """For an hour no text to a consumer is tried."""
    cache.set(_KEY, True, FOR.total_seconds())


def release() -> None:
    """Texts go out again."""
    cache.delete(_KEY)


def is_held() -> bool:
    """Whether texts to consumers wait."""
    return bool(cache.get(_KEY))
