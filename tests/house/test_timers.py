"""Whatever is to happen later is a row with `due_at`: the broker never holds a task for later."""

import ast

from tests.house.sources import modules, name_of

LATER = {"eta", "countdown", "retry_backoff", "default_retry_delay"}


def test_no_task_is_handed_to_the_broker_for_later():
    found = [
        f"{name_of(path)}:{node.lineno}: {keyword.arg}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in LATER
    ]
    assert not found


def test_the_search_for_such_tasks_finds_one():
    [call] = [node for node in ast.walk(ast.parse("task.apply_async(countdown=60)")) if isinstance(node, ast.Call)]
    assert {keyword.arg for keyword in call.keywords} & LATER
