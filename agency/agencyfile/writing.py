"""From plain values to the text of a file that people can read: what is short stands on one line."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import yaml

HEADER = "# The agency in one file. `manage.py agencyfile import` reads it; keys are stable names.\n"
WIDTH = 130
_ONE_LINE = 118
"""A collection that takes no more than about so many characters is not spread over lines."""


def write_text(data: Mapping[str, Any]) -> str:
    """The values as YAML, a section to a paragraph; `read_text` reads the same values back."""
    parts = (
        yaml.dump({key: value}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH) for key, value in data.items()
    )
    return HEADER + "\n".join(parts)


def in_order(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """The same mapping with these keys first, in this order: a JSON column keeps none."""
    return {key: values[key] for key in keys if key in values} | dict(values)


def plain_number(number: Decimal) -> int | float:
    """The number as people write it: 3 and not 3.00."""
    return int(number) if number == int(number) else float(number)


def _section(data: Mapping[str, Any]) -> str:
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text


class _Dumper(yaml.SafeDumper):
    """Never an anchor, which would not be read."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent(self, data: Any) -> None:
        node = self.represent_data(data)
        assert isinstance(node, yaml.MappingNode)  # noqa: S101 - a file is a mapping of sections
        node.flow_style = False
        for _, section in node.value:
            if isinstance(section, yaml.CollectionNode):
                section.flow_style = not section.value
        self.serialize(node)

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _length(node) <= _ONE_LINE
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> yaml.SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        scalars = all(isinstance(one, yaml.ScalarNode) for one in node.value)
        node.flow_style = scalars or (len(node.value) == 1 and _length(node) <= _ONE_LINE)
        return node


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _length(node: yaml.Node) -> int:
    """About how many characters the node takes on one line."""
    if isinstance(node, yaml.MappingNode):
        return 2 + sum(_length(key) + _length(value) + 4 for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return 2 + sum(_length(one) + 2 for one in node.value)
    return len(str(node.value)) if "\n" not in str(node.value) else _ONE_LINE + 1
