"""What people forget: long files, long functions, missing words, words that have no place here."""

import ast
import re

from tests.house.sources import modules, name_of, tracked

MOST_LINES = 400
MOST_LINES_OF_A_TEST = 500
MOST_LINES_OF_A_FUNCTION = 40
TEXT = {".py", ".md", ".html", ".css", ".js", ".yaml", ".toml", ".txt", ".sh", ""}
# Assembled here, so that this file does not contain what it forbids.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
LONG_FILES = {
    "uv.lock": "written by uv",
}
VENDORED = ("static/vendor/", "tests/e2e/vendor/")


def is_ours(name: str) -> bool:
    return not name.startswith(VENDORED) and name not in LONG_FILES and "/migrations/" not in name


def is_test(name: str) -> bool:
    return name.startswith("tests/")


def test_no_file_is_longer_than_one_idea():
    long = {
        name_of(path): count
        for path in tracked()
        if path.suffix in {".py", ".html", ".js", ".css"} and is_ours(name_of(path))
        if (count := len(path.read_text().splitlines())) > (MOST_LINES_OF_A_TEST if is_test(name_of(path)) else MOST_LINES)
    }
    assert not long


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name_of(path)}:{node.name}": length
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_LINES_OF_A_FUNCTION
    }
    assert not long


def test_every_public_thing_says_what_it_is():
    silent = []
    for path, tree in modules():
        if not path.read_text().strip():
            continue
        if path.name != "__init__.py" and not ast.get_docstring(tree) and path.name not in {"apps.py"}:
            silent.append(name_of(path))
        silent += [f"{name_of(path)}:{name}" for name in _silent_members(tree)]
    assert not silent


def _silent_members(tree):
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node) and not node.name.endswith("Config"):
                yield node.name
            if isinstance(node, ast.ClassDef):
                yield from (
                    f"{node.name}.{inner.name}"
                    for inner in node.body
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_") and not ast.get_docstring(inner)
                )


def test_nothing_is_left_for_later():
    found = [
        f"{name_of(path)}:{number}"
        for path in tracked()
        if path.suffix in TEXT and is_ours(name_of(path))
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert not found


def test_the_product_promises_no_compliance():
    # The law changes; what was checked is said with its date, and no more than that.
    found = [
        f"{name_of(path)}:{number}"
        for path in tracked()
        if path.suffix in {".md", ".html"} and is_ours(name_of(path))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\bcompliant\b", line, re.IGNORECASE)
    ]
    assert not found
