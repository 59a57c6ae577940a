"""What the documentation names is there: files, commands, make targets, settings, links."""

import json
import re

import pytest
from django.core.management import get_commands

from benchmarks import readme
from tests.house.sources import ROOT, name_of, tracked

DOCS = [path for path in tracked() if path.suffix == ".md"]
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
ENVIRONMENT = re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
PATH = re.compile(r"`((?:agency|producers|routing|leads|reporting|tests|docs|benchmarks|static|templates)/[\w./*-]*)`")
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_files_named_in_the_documentation_exist(path):
    missing = [name for name in PATH.findall(path.read_text()) if not any(ROOT.glob(name.rstrip("/")))]
    assert not missing


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_links_in_the_documentation_lead_somewhere(path):
    missing = [link for link in LINK.findall(path.read_text()) if not (path.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("path", DOCS, ids=name_of)
def test_commands_in_the_documentation_exist(path):
    text = path.read_text()
    named = re.findall(r"^ *make ([a-z][a-z-]+)\b", text, re.MULTILINE) + re.findall(r"`make ([a-z][a-z-]+)[^`\n]*`", text)
    assert set(named) <= TARGETS
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= set(get_commands())


def test_every_setting_is_described():
    text = (ROOT / "docs/configuration.md").read_text()
    assert not [name for name in ENVIRONMENT if f"`{name}`" not in text]


def test_every_described_setting_is_read():
    text = (ROOT / "docs/configuration.md").read_text()
    described = set(re.findall(r"^\| `([A-Z_]+)`", text, re.MULTILINE))
    read = "\n".join(path.read_text() for path in [*(ROOT / "agency").rglob("*.py"), ROOT / "Procfile", ROOT / "Makefile"])
    assert not [name for name in described if not re.search(rf"\b{name}\b", read)]


def test_the_readmes_figures_are_those_that_were_measured():
    assert readme.table(json.loads(readme.RESULTS.read_text())) in readme.README.read_text()
