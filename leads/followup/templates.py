"""What is said, with names filled in: `{{ lead.first_name }}` and the like, and nothing else. No Django, no clock, no I/O."""

import re
from collections.abc import Mapping

VARIABLES = (
    "lead.first_name",
    "lead.last_name",
    "lead.name",
    "lead.line",
    "lead.city",
    "lead.state",
    "producer.name",
    "producer.first_name",
    "producer.phone",
    "agency.name",
    "agency.phone",
    "agency.address",
    "agency.website",
)
UNKNOWN_VARIABLE = "{{{{ {name} }}}} is not known; there is {known}."
STRAY_BRACES = "Braces are only for {{ names }}: look near {near!r}."

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\}")


class TemplateError(ValueError):
    """The template says something that is not a known name."""


def problems(template: str) -> list[str]:
    """What is wrong with a template, in words; nothing when it can be rendered."""
    unknown = [name for name in _VARIABLE.findall(template) if name not in VARIABLES]
    found = [UNKNOWN_VARIABLE.format(name=name, known=", ".join(VARIABLES)) for name in dict.fromkeys(unknown)]
    rest = _VARIABLE.sub("", template)
    found += [STRAY_BRACES.format(near=rest[max(0, stray.start() - 10) : stray.end() + 10]) for stray in _STRAY.finditer(rest)]
    return found


def render(template: str, values: Mapping[str, str]) -> str:
    """The template with every name replaced by its value, which is not looked at again. TemplateError when it has problems."""
    if wrong := problems(template):
        raise TemplateError(" ".join(wrong))
    return _VARIABLE.sub(lambda match: values[match[1]], template)


def in_a_sentence(title: str) -> str:
    """The name of a line as it stands inside a sentence: `Homeowners` → `homeowners`, `BOP` → `BOP`."""
    return " ".join(word if word.isupper() else word.lower() for word in title.split())
