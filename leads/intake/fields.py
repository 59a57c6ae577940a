"""One function per kind of field: what was sent in, the clean value out, or `FieldError` with a sentence for the sender."""

import ipaddress
import json
import math
import unicodedata
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from phonenumbers import ValidationResult

from leads.scoring import EVENT_KIND

REQUIRED: Final = "This is required."
MUST_BE_TEXT: Final = "Must be text."
CONTROL_CHARACTERS: Final = "May not contain control characters."
TOO_LONG: Final = "At most {most} characters."
BAD_EMAIL: Final = "This is not an e-mail address."
BAD_PHONE: Final = "This is not a phone number with its area code, such as (212) 555-0143."
BAD_DATE: Final = "Must be a date such as 2027-01-31."
BAD_TIME: Final = "Must be a time such as 2027-01-31T15:00:00-05:00."
BAD_AMOUNT: Final = "Must be an amount of money from 0 to 9,999,999,999.99."
BAD_CHOICE: Final = "Must be one of {choices}."
BAD_FLAG: Final = "Must be true or false."
BAD_OBJECT: Final = "Must be an object of names and values."
BAD_LIST: Final = "Must be a list."
TOO_MANY: Final = "At most {most} entries."
TOO_DEEP: Final = "Must not be nested deeper than {most} levels."
TOO_LARGE: Final = "Must not be larger than {most:,} characters."
BAD_IP: Final = "This is not an IP address."
BAD_URL: Final = "This is not a web address."

DEEPEST: Final = 5
LARGEST: Final = 20_000
REGION: Final = "US"
_MOST_MONEY: Final = Decimal("9999999999.99")
_POSSIBLE: Final = (ValidationResult.IS_POSSIBLE,)
_check_url = URLValidator(schemes=["http", "https"])


class FieldError(ValueError):
    """What is wrong with one field, for its sender."""


def text(value: Any, *, most: int, lines: bool = False) -> str:
    """The text without spaces around it; empty for nothing. `lines`: may run over several lines."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise FieldError(MUST_BE_TEXT)
    cleaned = value.strip()
    if lines:
        cleaned = cleaned.replace("\r\n", "\n").replace("\r", "\n")
    if not cleaned.isprintable():
        cleaned = _without_invisible(cleaned, allowed="\n\t" if lines else "")
    if len(cleaned) > most:
        raise FieldError(TOO_LONG.format(most=most))
    return cleaned


def _without_invisible(value: str, allowed: str) -> str:
    """Joiners stay (names are written with them); control characters and broken halves of characters are refused."""
    for character in value:
        category = unicodedata.category(character)
        if category in ("Cc", "Cs") and character not in allowed:
            raise FieldError(CONTROL_CHARACTERS)
    return "" if all(unicodedata.category(character) in ("Cf", "Zs", "Zl", "Zp") for character in value) else value


def given(value: Any, *, most: int) -> str:
    """Whatever was written, as one short printable line: for fields that are never refused."""
    written = value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)
    return "".join(character for character in written if character.isprintable()).strip()[:most]


def email(value: Any) -> str:
    """A checked address in lower case; empty for nothing."""
    cleaned = text(value, most=254).lower()
    if cleaned:
        try:
            validate_email(cleaned)
        except ValidationError:
            raise FieldError(BAD_EMAIL) from None
    return cleaned


def phone(value: Any) -> tuple[str, str]:
    """(E.164, extension) of a number that can exist; both empty for nothing. Numbers without a country are US ones."""
    cleaned = text(str(value) if isinstance(value, int) and not isinstance(value, bool) else value, most=40)
    return _parsed(cleaned) if cleaned else ("", "")


@lru_cache(maxsize=4096)
def _parsed(written: str) -> tuple[str, str]:
    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        raise FieldError(BAD_PHONE) from None
    # Possible, not valid: ranges open faster than any list of them knows, and 555-01xx is kept for examples.
    if phonenumbers.is_possible_number_with_reason(number) not in _POSSIBLE or len(number.extension or "") > 12:
        raise FieldError(BAD_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), number.extension or ""


def day(value: Any) -> date | None:
    """A date; None for nothing."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    cleaned = _or_else(value, 40, BAD_DATE)
    if not cleaned:
        return None
    try:
        return date.fromisoformat(cleaned)
    except ValueError:
        raise FieldError(BAD_DATE) from None


def moment(value: Any, zone: str) -> datetime | None:
    """An instant in UTC; None for nothing. A time without an offset is read on the clocks of `zone`."""
    if isinstance(value, datetime):
        return _in_utc(value, zone)
    cleaned = _or_else(value, 40, BAD_TIME)
    if not cleaned:
        return None
    try:
        parsed = datetime.fromisoformat(cleaned)
    except ValueError:
        raise FieldError(BAD_TIME) from None
    if len(cleaned) <= 10:
        raise FieldError(BAD_TIME)
    return _in_utc(parsed, zone)


def _in_utc(value: datetime, zone: str) -> datetime:
    local: tzinfo = ZoneInfo(zone)
    aware = value if value.tzinfo is not None else value.replace(tzinfo=local)
    try:
        instant = aware.astimezone(UTC)
    except (OverflowError, ValueError):
        raise FieldError(BAD_TIME) from None
    if not 1900 <= instant.year <= 2200:
        raise FieldError(BAD_TIME)
    return instant


def _or_else(value: Any, most: int, message: str) -> str:
    try:
        return text(value, most=most)
    except FieldError:
        raise FieldError(message) from None


def amount(value: Any) -> Decimal | None:
    """Money to the cent, halves to even; None for nothing. `$1,250.50` is understood."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise FieldError(BAD_AMOUNT)
    written = str(value).strip().removeprefix("$").replace(",", "")
    if not written or len(written) > 40:
        raise FieldError(BAD_AMOUNT)
    try:
        figure = Decimal(written)
        if not figure.is_finite() or not 0 <= figure <= _MOST_MONEY:
            raise FieldError(BAD_AMOUNT)
        return figure.quantize(Decimal("0.01"))
    except InvalidOperation:
        raise FieldError(BAD_AMOUNT) from None


def choice(value: Any, choices: list[str], default: str) -> str:
    """One of `choices`, in any case; `default` for nothing."""
    cleaned = _or_else(value, 60, BAD_CHOICE.format(choices=", ".join(choices))).lower()
    if not cleaned:
        return default
    if cleaned not in choices:
        raise FieldError(BAD_CHOICE.format(choices=", ".join(choices)))
    return cleaned


def flag(value: Any, default: bool) -> bool:
    """True or false; `default` for nothing. The words a form sends count too."""
    if value is None or value == "":
        return default
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    raise FieldError(BAD_FLAG)


def mapping(value: Any) -> dict[str, Any]:
    """An object of bounded depth and size; empty for nothing."""
    if value is None or value == "":
        return {}
    if not isinstance(value, dict):
        raise FieldError(BAD_OBJECT)
    if not value:
        return {}
    if _depth(value, DEEPEST) > DEEPEST:
        raise FieldError(TOO_DEEP.format(most=DEEPEST))
    clean: dict[str, Any] = storable(value)
    if len(json.dumps(clean, ensure_ascii=False)) > LARGEST:
        raise FieldError(TOO_LARGE.format(most=LARGEST))
    return clean


def sequence(value: Any, *, most: int) -> list[Any]:
    """A list of bounded length; empty for nothing."""
    if value is None or value == "":
        return []
    if not isinstance(value, list | tuple):
        raise FieldError(BAD_LIST)
    if len(value) > most:
        raise FieldError(TOO_MANY.format(most=most))
    return list(value)


def event_kind(value: Any) -> str:
    """The name of a kind of event, such as `pricing_view`."""
    if not isinstance(value, str) or not EVENT_KIND.fullmatch(value.strip()):
        raise FieldError("kind: must be a name such as pricing_view, at most 40 characters.")
    return value.strip()


def ip_address(value: Any) -> str | None:
    """An IPv4 or IPv6 address; None for nothing."""
    cleaned = _or_else(value, 60, BAD_IP)
    if not cleaned:
        return None
    try:
        return str(ipaddress.ip_address(cleaned))
    except ValueError:
        raise FieldError(BAD_IP) from None


def web_address(value: Any) -> str:
    """An http or https address of at most 300 characters; empty for nothing."""
    cleaned = text(value, most=300)
    if cleaned:
        try:
            _check_url(cleaned)
        except ValidationError:
            raise FieldError(BAD_URL) from None
    return cleaned


def _depth(value: Any, limit: int) -> int:
    """How deep lists and objects are nested; anything beyond `limit` counts as one more than that."""
    if limit < 0 or not isinstance(value, dict | list | tuple):
        return 0
    inner = value.values() if isinstance(value, dict) else value
    return 1 + max((_depth(item, limit - 1) for item in inner), default=0)


def storable(value: Any, depth: int = 20) -> Any:  # noqa: PLR0911 - one line a type
    """The same value in a form that a `jsonb` column takes: no NUL, no half characters, no NaN, not too deep."""
    if isinstance(value, str):
        return _storable_text(value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, dict | list | tuple) and depth == 0:
        return "…"
    if isinstance(value, dict):
        return {_storable_text(str(key)): storable(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable(item, depth - 1) for item in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return _storable_text(str(value))


def _storable_text(value: str) -> str:
    if value.isascii():
        return value.replace("\x00", "\ufffd") if "\x00" in value else value
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
