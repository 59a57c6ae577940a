"""Taking a mapping of the file apart: every value is checked as it is taken, every problem is noted with its path."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from phonenumber_field.phonenumber import PhoneNumber
from phonenumbers import NumberParseException

from agency.agencyfile.durations import parse_duration

MISSING = "is missing"
UNKNOWN_KEY = "no such key; there is {}"
NOT_A_MAPPING = "must be a mapping of keys and values"
NOT_A_LIST = "must be a list"
NOT_TEXT = "must be text"
TOO_LONG = "longer than {} characters"
NOT_A_SLUG = '"{}" is no key: use letters, digits, _ and -, at most {}'
TAKEN = '"{}" is given twice'
NOT_A_CHOICE = '"{}" is not one of {}'
NOT_KNOWN = 'there is no {} "{}"'
NOT_WHOLE = "must be a whole number from {} to {}"
NOT_A_NUMBER = "must be a number from {} to {}"
NOT_A_FLAG = "must be true or false"
NOT_A_DATE = '"{}" is no date: write 2026-12-31'
NOT_AN_ADDRESS = '"{}" is no e-mail address'
NOT_A_PHONE = '"{}" is no phone number: write "+12125550100"'
NOT_A_LINK = '"{}" is no web address: write https://...'

_SLUG = re.compile(r"[A-Za-z0-9_-]+")
_REQUIRED: Any = object()


@dataclass(slots=True)
class Problems:
    """What is wrong with the file so far, and the names that one part of it may use of another: kind → names."""

    found: list[str] = field(default_factory=list)
    names: dict[str, frozenset[str]] = field(default_factory=dict)

    def note(self, path: str, what: str) -> None:
        """One more problem at a path of the file."""
        self.found.append(f"{path}: {what}" if path else what)


class Fields:
    """One mapping of the file. Take every key it may have, then call `done`: what was not taken is no key of it.

    A value that is wrong is noted, and something harmless of the right type stands in for it.
    """

    def __init__(self, raw: Any, path: str, problems: Problems) -> None:
        self.path = path
        self.problems = problems
        self._taken: list[str] = []
        self._raw: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
        if not isinstance(raw, Mapping):
            self.problems.note(path, NOT_A_MAPPING)
            self._taken.append("")  # nothing more to say about what is missing in it

    def done(self) -> None:
        """Every key that was not taken is noted."""
        for key in self._raw:
            if key not in self._taken:
                self.note(str(key), UNKNOWN_KEY.format(", ".join(self._taken)))

    def at(self, key: str) -> str:
        """The path of one of its keys."""
        return f"{self.path}.{key}" if self.path else key

    def note(self, key: str, what: str) -> None:
        """One more problem, of this key."""
        self.problems.note(self.at(key), what)

    def take(self, key: str, default: Any = _REQUIRED) -> Any:
        """The value as it stands; `default` when there is none."""
        self._taken.append(key)
        value = self._raw.get(key)
        if value is not None:
            return value
        if default is _REQUIRED and "" not in self._taken:
            self.note(key, MISSING)
        return None if default is _REQUIRED else default

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return self._raw.get(key) is not None

    def _parsed(self, key: str, default: Any, stand_in: Any, parse: Callable[[Any], Any]) -> Any:
        value = self.take(key, default)
        if value is None or not self.has(key):
            return stand_in if value is None and default is _REQUIRED else value
        try:
            return parse(value)
        except ValueError as error:
            self.note(key, str(error))
            return stand_in

    def text(self, key: str, default: Any = _REQUIRED, longest: int = 200) -> str:
        """Text on one or more lines, without blanks around it; a whole number counts as its digits."""
        parsed: str = self._parsed(key, default, "", lambda value: as_text(value, longest))
        if not parsed and default is _REQUIRED and self.has(key) and isinstance(self._raw[key], str):
            self.note(key, MISSING)
        return parsed

    def slug(self, key: str, longest: int = 60) -> str:
        """A key: a name that does not change."""
        parsed: str = self._parsed(key, _REQUIRED, "", lambda value: _slug(value, longest))
        return parsed

    def one_of(self, key: str, choices: Any, default: Any = _REQUIRED) -> str:
        """One of a list of words."""
        parsed: str = self._parsed(key, default, next(iter(choices)), lambda value: _choice(value, choices))
        return parsed

    def some_of(self, key: str, choices: Any, default: Any = _REQUIRED) -> tuple[str, ...]:
        """Several of a list of words, each once, in the order given; one alone need not be a list."""
        return self._each(key, default, lambda value: _choice(value, choices))

    def known(self, key: str, kind: str, default: Any = None) -> str | None:
        """The name of something else in the file, or None."""
        parsed: str | None = self._parsed(key, default, None, lambda value: self._name(kind, value))
        return parsed

    def all_known(self, key: str, kind: str) -> tuple[str, ...]:
        """Names of other things in the file, each once."""
        return self._each(key, (), lambda value: self._name(kind, value))

    def words(self, key: str, default: Any = (), longest: int = 60) -> tuple[str, ...]:
        """Short texts, each once."""
        return self._each(key, default, lambda value: as_text(value, longest))

    def parsed_each(self, key: str, parse: Callable[[Any], str]) -> tuple[str, ...]:
        """Values in the form `parse` gives them, each once; its ValueError is what is wrong."""
        return self._each(key, (), parse)

    def parsed(self, key: str, parse: Callable[[Any], Any], default: Any = _REQUIRED) -> Any:
        """The value in the form `parse` gives it; its ValueError is what is wrong."""
        return self._parsed(key, default, None, parse)

    def whole(self, key: str, default: Any = _REQUIRED, low: int = 0, high: int = 1_000_000) -> int:
        """A whole number within bounds."""
        parsed: int = self._parsed(key, default, low, lambda value: _whole(value, low, high))
        return parsed

    def number(self, key: str, default: Any = _REQUIRED, low: int = 0, high: int = 1_000_000) -> Decimal:
        """A number within bounds."""
        parsed: Decimal = self._parsed(key, default, Decimal(low), lambda value: _number(value, low, high))
        return parsed

    def flag(self, key: str, default: Any = _REQUIRED) -> Any:
        """True or false; `yes` and `no` will do."""
        return self._parsed(key, default, False, _flag)

    def day(self, key: str, default: Any = _REQUIRED) -> date:
        """A date."""
        parsed: date = self._parsed(key, default, date.min, _day)
        return parsed

    def duration(self, key: str, default: Any = _REQUIRED) -> timedelta:
        """A length of time."""
        parsed: timedelta = self._parsed(key, default, timedelta(0), lambda value: parse_duration(as_text(value, 20)))
        return parsed

    def email(self, key: str, default: Any = _REQUIRED) -> str:
        """An e-mail address, in small letters."""
        parsed: str = self._parsed(key, default, "", _email)
        return parsed

    def phone(self, key: str, default: Any = _REQUIRED) -> str:
        """A phone number in E.164; without a country it is American."""
        parsed: str = self._parsed(key, default, "", _phone)
        return parsed

    def link(self, key: str, default: Any = _REQUIRED) -> str:
        """A web address."""
        parsed: str = self._parsed(key, default, "", _link)
        return parsed

    def fields(self, key: str) -> "Fields":
        """The mapping under this key; an absent one is empty."""
        return Fields(self.take(key, {}), self.at(key), self.problems)

    def rows(self, key: str) -> Iterator["Fields"]:
        """The mappings of the list under this key; an absent one is empty. Each is `done` when the next is asked for."""
        yield from rows(self.take(key, []), self.at(key), self.problems)

    def _each(self, key: str, default: Any, parse: Callable[[Any], str]) -> tuple[str, ...]:
        value = self.take(key, default)
        if not self.has(key):
            return tuple(value or ())
        found: list[str] = []
        for index, one in enumerate(value if isinstance(value, list | tuple) else [value]):
            try:
                parsed = parse(one)
                if parsed in found:
                    raise ValueError(TAKEN.format(parsed))
                found.append(parsed)
            except ValueError as error:
                self.note(f"{key}[{index}]", str(error))
        if value == [] and default is _REQUIRED:
            self.note(key, MISSING)
        return tuple(found)

    def _name(self, kind: str, value: Any) -> str:
        if not isinstance(value, str) or value not in self.problems.names.get(kind, frozenset()):
            raise ValueError(NOT_KNOWN.format(kind, value))
        return value


def rows(raw: Any, path: str, problems: Problems) -> Iterator[Fields]:
    """The mappings of a list; each is `done` when the next is asked for."""
    if not isinstance(raw, list | tuple):
        problems.note(path, NOT_A_LIST)
        return
    for index, one in enumerate(raw):
        fields = Fields(one, f"{path}[{index}]", problems)
        yield fields
        fields.done()


def keyed_rows(raw: Any, path: str, problems: Problems, key: str = "key") -> Iterator[Fields]:
    """As `rows`, and the same key in two of them is noted."""
    seen: set[Any] = set()
    for fields in rows(raw, path, problems):
        value = fields._raw.get(key)
        if isinstance(value, str) and value in seen:
            fields.note(key, TAKEN.format(value))
        elif isinstance(value, str):
            seen.add(value)
        yield fields


def names_in(raw: Any, key: str = "key") -> frozenset[str]:
    """The keys that a list of mappings defines, as far as they can be read."""
    if not isinstance(raw, list | tuple):
        return frozenset()
    return frozenset(one[key] for one in raw if isinstance(one, Mapping) and isinstance(one.get(key), str))


def as_text(value: Any, longest: int) -> str:
    """Text, or the digits of a whole number. ValueError otherwise."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError(NOT_TEXT)
    if len(value.strip()) > longest:
        raise ValueError(TOO_LONG.format(longest))
    return value.strip()


def _slug(value: Any, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not _SLUG.fullmatch(value):
        raise ValueError(NOT_A_SLUG.format(value, longest))
    return value


def _choice(value: Any, choices: Any) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ValueError(NOT_A_CHOICE.format(value, ", ".join(choices)))
    return value


def _whole(value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(NOT_WHOLE.format(low, high))
    return value


def _number(value: Any, low: int, high: int) -> Decimal:
    try:
        number = Decimal(str(value)) if isinstance(value, int | float | Decimal) and not isinstance(value, bool) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or not low <= number <= high:
        raise ValueError(NOT_A_NUMBER.format(low, high))
    return number


def _flag(value: Any) -> bool:
    words = {"yes": True, "no": False, "on": True, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError(NOT_A_FLAG)


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(NOT_A_DATE.format(value)) from None


def _email(value: Any) -> str:
    text = as_text(value, 254).lower()
    try:
        EmailValidator()(text)
    except ValidationError:
        raise ValueError(NOT_AN_ADDRESS.format(value)) from None
    return text


def _phone(value: Any) -> str:
    try:
        number = PhoneNumber.from_string(as_text(value, 40), region="US")
    except NumberParseException:
        raise ValueError(NOT_A_PHONE.format(value)) from None
    if not number.is_valid():
        raise ValueError(NOT_A_PHONE.format(value))
    return str(number.as_e164)


def _link(value: Any) -> str:
    text = as_text(value, 200)
    try:
        URLValidator(schemes=["http", "https"])(text)
    except ValidationError:
        raise ValueError(NOT_A_LINK.format(value)) from None
    return text
