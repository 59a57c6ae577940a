"""From a file's bytes to plain values. Whatever is wrong on the way is one sentence.

YAML as people mean it: `yes`, `no`, `on` and `off` are words and not truth values, a number with a leading zero or a plus sign is
text (ZIPs, phones), a key given twice is an error, and there are no anchors.
"""

import re
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 4 * 1024 * 1024

NOT_THERE = "{}: there is no such file."
NOT_READABLE = "{}: cannot be read ({})."
TOO_LARGE = "{}: larger than {} MB, which no agency file is."
NOT_UTF8 = "{}: not UTF-8 text (byte {} cannot be read)."
EMPTY = "{}: empty."
NOT_YAML = "line {}, column {}: {}."
TAB = "a tab where spaces belong: YAML is indented with spaces only"
TWICE = "the key {!r} is given twice"
NOT_A_KEY = "a list or mapping cannot be a key"
NO_ANCHORS = "anchors and aliases (& and *) are not read: write it out"
TOO_DEEP = "Nested too deeply to be an agency file."


class UnreadableError(ValueError):
    """The file is no YAML that could be looked at; the message says why and where."""


def read_file(path: Path) -> Any:
    """The values of a file. UnreadableError for one that is missing, too large, no text or no YAML."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(TOO_LARGE.format(path, MOST_BYTES // 1024 // 1024))
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError(NOT_THERE.format(path)) from None
    except OSError as error:
        raise UnreadableError(NOT_READABLE.format(path, error.strerror)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(NOT_UTF8.format(path, error.start + 1)) from None
    data = read_text(text)
    if data is None:
        raise UnreadableError(EMPTY.format(path))
    return data


def read_text(text: str) -> Any:
    """The values of a YAML text, None when it says nothing. UnreadableError when it is no YAML."""
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader with fewer types still
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise UnreadableError(NOT_YAML.format(line, column, _why(error))) from None
    except yaml.YAMLError as error:
        raise UnreadableError(NOT_YAML.format(1, 1, " ".join(str(error).split()))) from None
    except RecursionError:
        raise UnreadableError(TOO_DEEP) from None


def _why(error: yaml.MarkedYAMLError) -> str:
    if error.problem and "'\\t'" in error.problem:
        return TAB
    return ", ".join(part for part in (error.context, error.problem) if part)


class _Loader(yaml.SafeLoader):
    """A safe loader without YAML 1.1's surprises."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem=NO_ANCHORS, problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem=NOT_A_KEY, problem_mark=key_node.start_mark)
            key: Hashable = self.construct_object(key_node)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=TWICE.format(key), problem_mark=key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]*", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
