"""Form fields for what is stored as JSON, a list or a length of time: written, and checked, as in the agency file."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db.models import DurationField, JSONField
from django.http import HttpRequest

from agency.agencyfile.durations import parse_duration, write_duration
from agency.agencyfile.reading import UnreadableError, read_text
from agency.agencyfile.writing import in_order

WRONG_SHAPE = "This should be {expected}."
_SHAPES: dict[type, str] = {dict: "names with values, such as `tier: hot`", list: "a list, each item after a dash"}


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")


def written(value: Any, order: Sequence[str] = ()) -> str:
    """`value` as people write it in the agency file: one line per name or per item, the keys of `order` first."""
    if isinstance(value, dict) and value:
        return "\n".join(f"{_flow(key)}: {_flow(one)}" for key, one in in_order(value, order).items())
    if isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        return "\n".join(f"- {_flow(in_order(one, order) if isinstance(one, dict) else one)}" for one in value)
    return "" if value in (None, {}, []) else _flow(value)


@dataclass(frozen=True, slots=True)
class Written:
    """How a JSON field is edited: its outermost type, the lines it takes, and which of its keys come first."""

    expected: type = dict
    rows: int = 4
    order: tuple[str, ...] = ()


class WrittenField(forms.JSONField):
    """A JSON value edited as the agency file writes it; nothing typed is an empty one.

    Whether an empty one will do is for the validator of its contents to say.
    """

    def __init__(self, *, how: Written, **kwargs: Any) -> None:
        self.how = how
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The value typed, of the expected outermost type and nothing that JSON cannot hold."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.how.expected()
        try:
            found = read_text(value) if isinstance(value, str) else value
        except UnreadableError as error:
            raise ValidationError(str(error)) from error
        if not isinstance(found, self.how.expected):
            raise ValidationError(WRONG_SHAPE.format(expected=_SHAPES[self.how.expected]))
        return json.loads(json.dumps(found))

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, untouched, so that a mistake can be mended where it was made."""
        return data

    def prepare_value(self, value: Any) -> Any:
        """The stored value as text; typed text as it is."""
        return value if isinstance(value, str) else written(value, self.how.order)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the value differs, not merely its spelling."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class SpanField(forms.Field):
    """A length of time as the agency file writes it: 5m, 4h, 7d."""

    def prepare_value(self, value: Any) -> Any:
        """The stored length in its largest whole unit; typed text as it is."""
        return value if value is None or isinstance(value, str) else write_duration(value)

    def to_python(self, value: Any) -> Any:
        """The length, or None where nothing was typed."""
        if value in self.empty_values:
            return None
        try:
            return parse_duration(str(value))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the length differs."""
        return bool(self.prepare_value(initial) != data and (initial or data))


class ListField(SimpleArrayField):
    """A list typed with commas or line by line."""

    def prepare_value(self, value: Any) -> Any:
        """One item per line."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        """The items as a list, without the empty ones."""
        if isinstance(value, str):
            value = [item for item in (part.strip() for part in re.split(r"[,\n]", value)) if item]
        return list(super().to_python(value))


class ShortListField(ListField):
    """A few short words on one line, with commas."""

    def prepare_value(self, value: Any) -> Any:
        """All on one line."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value


class WrittenFieldsMixin:
    """For a model admin or inline: `written_fields` says of JSON fields how they are edited."""

    written_fields: Mapping[str, Written] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A `WrittenField` for the named fields and a `SpanField` for lengths of time, in the theme's widgets."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        about = {"label": getattr(field, "label", None), "help_text": db_field.help_text}
        if isinstance(db_field, DurationField):
            return SpanField(required=not db_field.blank, widget=field.widget, **about)
        if not isinstance(db_field, JSONField) or db_field.name not in self.written_fields:
            return field
        how = self.written_fields[db_field.name]
        classes = f"{field.widget.attrs.get('class', '')} font-mono"
        field.widget.attrs.update({"rows": how.rows, "spellcheck": "false", "class": classes})
        return WrittenField(how=how, required=False, widget=field.widget, **about)


class ProblemsFormMixin:
    """For a model form: hang what a validator says about a part of the agency file on the field it is about."""

    def blame(self, problems: Iterable[str], prefix: str) -> None:
        """Each `prefix.field...: what is wrong` becomes an error of that field, or of the form when it has no such field."""
        for problem in problems:
            place, _, _ = problem.removeprefix(f"{prefix}.").partition(":")
            name = re.split(r"[.\[]", place, maxsplit=1)[0]
            fields: dict[str, Any] = self.fields  # type: ignore[attr-defined]
            self.add_error(name if name in fields else None, problem.removeprefix(f"{prefix}."))  # type: ignore[attr-defined]
