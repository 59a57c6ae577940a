"""The project's own files, for tests that read them."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("agency", "producers", "routing", "leads", "reporting")


def tracked() -> list[Path]:
    """Every file of the project that git keeps or is about to keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [path for line in listed.splitlines() if (path := ROOT / line).is_file()]


def modules(*, tests: bool = False) -> Iterator[tuple[Path, ast.Module]]:
    """Every Python file of the apps, migrations left out, parsed; with the tests and benchmarks if asked."""
    roots = (*APPS, "tests", "benchmarks") if tests else APPS
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        if path.suffix == ".py" and parts[0] in roots and "migrations" not in parts:
            yield path, ast.parse(path.read_text(), str(path))


def name_of(path: Path) -> str:
    """As people write it: relative to the project."""
    return str(path.relative_to(ROOT))
