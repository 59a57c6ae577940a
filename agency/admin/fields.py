"""Form fields for what is stored as JSON or as a list, in the words of the agency file."""

import json
import re
from typing import Any

import yaml
from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.exceptions import ValidationError
from django.db.models import JSONField
from django.http import HttpRequest

UNREADABLE = "This cannot be read: {problem} (line {line})."
REPEATED_KEY = "the key {key} is written twice"
WRONG_SHAPE = "This should be {expected}."

_NAMES: dict[type, str] = {dict: "names with values, such as `tier: hot`", list: "a list, such as `- {after_days: 30, keep: 0.8}`"}


class _Loader(yaml.SafeLoader):
    """YAML with JSON's types only: a date, a ZIP with a leading zero and `no` stay the text that was typed."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)  # type: ignore[no-untyped-call]
        if key in seen:
            raise yaml.MarkedYAMLError(problem=REPEATED_KEY.format(key=key), problem_mark=key_node.start_mark)
        seen.add(key)
    return dict(yaml.SafeLoader.construct_mapping(loader, node, deep=True))


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read(text: str) -> Any:
    """The value written in `text` (YAML, of which JSON is a part); ValidationError with the line when it cannot be read."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with fewer types
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ValidationError(UNREADABLE.format(problem=error.problem, line=line)) from error
    except yaml.YAMLError as error:
        raise ValidationError(UNREADABLE.format(problem=error, line=1)) from error


def _flow(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")


def written(value: Any) -> str:
    """`value` as people write it in the agency file: one line per name or per item."""
    if isinstance(value, dict) and value:
        return "\n".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items())
    if isinstance(value, list) and value:
        return "\n".join(f"- {_flow(one)}" for one in value)
    return "" if value in (None, {}, []) else _flow(value)


class WrittenField(forms.JSONField):
    """A JSON value edited as the agency file writes it. `expected` is the outermost type; nothing typed is an empty one."""

    def __init__(self, *, expected: type = dict, **kwargs: Any) -> None:
        self.expected = expected
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The value typed, of the expected outermost type and nothing that JSON cannot hold."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.expected()
        found = read(value) if isinstance(value, str) else value
        if not isinstance(found, self.expected):
            raise ValidationError(WRONG_SHAPE.format(expected=_NAMES[self.expected]))
        return json.loads(json.dumps(found))

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, untouched, so that a mistake can be mended where it was made."""
        return data

    def prepare_value(self, value: Any) -> Any:
        """The stored value as text; typed text as it is."""
        return value if isinstance(value, str) else written(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the value differs, not merely its spelling."""
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class WrittenFieldsMixin:
    """For a model admin or inline: `written_fields` maps the names of JSON fields to their outermost types."""

    written_fields: dict[str, type] = {}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A `WrittenField` for the named fields, in the theme's text area."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if not isinstance(db_field, JSONField) or db_field.name not in self.written_fields:
            return field
        widget = field.widget
        widget.attrs.update({"rows": 4, "spellcheck": "false", "class": f"{widget.attrs.get('class', '')} font-mono"})
        return WrittenField(
            expected=self.written_fields[db_field.name],
            required=not db_field.blank,
            widget=widget,
            label=field.label,
            help_text=field.help_text,
        )


class ProblemsFormMixin:
    """For a model form: hang what a validator says about a stored value on the field it is about."""

    def blame(self, field: str, problems: list[str]) -> None:
        """Every problem becomes an error of `field`; none: nothing happens."""
        if problems:
            self.add_error(field, ValidationError([ValidationError(one) for one in problems]))  # type: ignore[attr-defined]




class TypedListField(SimpleArrayField):
    """A list typed with commas or line by line."""

    def prepare_value(self, value: Any) -> Any:
        """One item per line."""
        return "\n".join(map(str, value)) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[Any]:
        """The items, without the empty ones."""
        if isinstance(value, str):
            value = [item for item in (part.strip() for part in re.split(r"[,\n]", value)) if item]
        return list(super().to_python(value))
