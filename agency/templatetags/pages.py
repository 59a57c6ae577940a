"""How the pages write icons, instants, stretches of time and phone numbers."""

from datetime import datetime, timedelta

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from phonenumber_field.phonenumber import PhoneNumber

register = template.Library()


@register.simple_tag
def icon(name: str, title: str = "") -> SafeString:
    """A symbol of the sprite; decorative unless it has a title."""
    url = static("vendor/bootstrap-icons/sprite.svg")
    if title:
        return format_html(
            '<svg class="icon icon-{}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>', name, title, url, name
        )
    return format_html('<svg class="icon icon-{}" aria-hidden="true"><use href="{}#{}"></use></svg>', name, url, name)


@register.filter
def clock(since: datetime | None, now: datetime) -> str:
    """The time since then, as a running clock writes it: 04:12, 1:04:12, 2 d 3 h."""
    seconds = max(0, int((now - since).total_seconds())) if since else 0
    if seconds < 3600:
        return f"{seconds // 60:02}:{seconds % 60:02}"
    if seconds < 86400:
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return f"{seconds // 86400} d {seconds % 86400 // 3600} h"


@register.filter
def moment(at: datetime | None, now: datetime) -> str:
    """An instant as people say it today: 3:05 pm, tomorrow 9:00 am, Nov 24 9:00 am, Nov 24, 2025."""
    if at is None:
        return ""
    local, here = timezone.localtime(at), timezone.localtime(now)
    hour = f"{local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"
    days = (local.date() - here.date()).days
    if days == 0:
        return hour
    if days in {-1, 1}:
        return f"{'tomorrow' if days > 0 else 'yesterday'} {hour}"
    if abs(days) < 180:
        return f"{local:%b} {local.day}, {hour}"
    return f"{local:%b} {local.day}, {local.year}"


@register.filter
def to_the_second(at: datetime) -> str:
    """The time of day: 2:59:01 pm."""
    local = timezone.localtime(at)
    return f"{local.hour % 12 or 12}:{local.minute:02}:{local.second:02} {'am' if local.hour < 12 else 'pm'}"


@register.filter
def exact(at: datetime | None) -> str:
    """An instant to the second, with its timezone, for the hover."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S %Z}" if at else ""


@register.filter
def stretch(length: timedelta | float | None) -> str:
    """A length of time (or its seconds) in one unit or two: 47 s, 8 min, 2 h 10 min, 3 d."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds() if isinstance(length, timedelta) else length)
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        minutes = seconds % 3600 // 60
        return f"{seconds // 3600} h {minutes} min" if minutes else f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


@register.filter
def phone(number: PhoneNumber | str | None) -> str:
    """A US number as people write it, others with their country code."""
    if not number or isinstance(number, str):
        return number or ""
    return str(number.as_national if number.country_code == 1 else number.as_international)


@register.filter
def money(amount: object) -> str:
    """Dollars, without cents when there are none."""
    if amount in {None, ""}:
        return ""
    text = f"${amount:,.2f}"
    return text.removesuffix(".00")


@register.filter
def share(part: float | None) -> str:
    """A share between 0 and 1 in whole per cent."""
    return "–" if part is None else f"{part * 100:.0f} %"


@register.filter
def signed(points: float) -> str:
    """Points with their sign, whole where they are whole."""
    return f"{points:+g}".replace("-", "−")


@register.filter
def drift(leads: float) -> str:
    """A shortfall (+) or surplus (−) in leads, to a tenth."""
    return f"{leads:+.1f}".replace("-", "−") if abs(leads) >= 0.05 else "0"


@register.filter
def there(local: datetime) -> str:
    """A wall clock elsewhere: 3:01 pm, with its weekday."""
    return f"{local:%a} {local.hour % 12 or 12}:{local.minute:02} {'am' if local.hour < 12 else 'pm'}"


ENTRY_ICONS = {
    "arrival": "inbox",
    "event": "person-fill",
    "decision": "signpost-split",
    "assigned": "arrow-left-right",
    "accepted": "check-lg",
    "released": "box-arrow-right",
    "touch": "telephone",
    "note": "pencil-square",
    "status": "chevron-right",
    "message": "bell",
    "follow_up": "calendar-event",
    "escalation": "lightning-charge-fill",
    "consent": "shield-check",
    "quote": "file-earmark-text",
    "policy": "file-earmark-text",
    "score_flag": "flag",
}


@register.filter
def entry_icon(kind: str) -> str:
    """The symbol of a kind of timeline entry."""
    return ENTRY_ICONS.get(kind, "clock")
