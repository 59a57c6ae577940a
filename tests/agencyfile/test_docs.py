"""The page about the file knows every word of it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from agency.agencyfile.sections import sections
from routing.engine import actions, conditions

PAGE = (Path(settings.BASE_DIR) / "docs" / "agency-file.md").read_text(encoding="utf-8")
QUOTED = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]+)`", PAGE))))


@pytest.mark.parametrize(
    "words",
    [
        {section.key for section in sections()},
        set(conditions.KEYS),
        {"owner", "person", "distribute", "nurture", *actions.MODELS},
    ],
    ids=["sections", "conditions", "actions"],
)
def test_every_word_is_explained(words: set[str]) -> None:
    assert words - QUOTED == set()
