"""Imports follow the data downwards, and the pure modules stay pure."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT, name_of

PURE = {
    "routing/engine": ("routing.engine", "producers.facts", "agency.calendar", "agency.hours"),
    "leads/scoring": ("leads.scoring", "routing.engine", "producers.facts", "agency.calendar", "agency.hours"),
    "agency/calendar.py": ("agency.hours",),
    "producers/facts.py": (),
    "leads/followup/facts.py": (),
    "leads/followup/templates.py": (),
}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "random"}


def files(place: str) -> list[Path]:
    path = ROOT / place
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]


def test_packages_import_only_packages_below_them():
    command = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("place", PURE)
def test_pure_modules_import_the_standard_library_and_each_other_only(place):
    allowed = PURE[place]
    for path in files(place):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{name_of(path)}: relative import"
                names = [node.module or ""]
            for name in names:
                own = any(name == one or name.startswith(f"{one}.") for one in allowed)
                assert own or name.split(".")[0] in sys.stdlib_module_names, f"{name_of(path)} imports {name}"


@pytest.mark.parametrize("place", PURE)
def test_pure_modules_never_ask_what_time_it_is_nor_throw_dice(place):
    for path in files(place):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                called = f"{node.func.value.id}.{node.func.attr}"
                clock = node.func.value.id in {"datetime", "date", "time", "random"} and node.func.attr in CLOCKS
                assert not clock, f"{name_of(path)} calls {called}()"
