"""The demo's file as values to be changed, and a way to write them to a file again."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from agency.agencyfile.demo import FILE
from agency.agencyfile.reading import read_file

NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
_DEMO = read_file(FILE)

Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    """The demo, to be changed at will."""
    return copy.deepcopy(_DEMO)


@pytest.fixture
def person(data: Data) -> Callable[[str], Data]:
    """Somebody's part of the demo."""
    return lambda key: next(one for one in data["people"] if one["key"] == key)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[Data | str | bytes], Path]:
    """A file with these values, this text or these bytes."""

    def written(content: Data | str | bytes) -> Path:
        path = tmp_path / "agency.yaml"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return path

    return written
