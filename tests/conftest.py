"""What holds for every test. Fixtures of one app live in the `conftest.py` of its folder."""

import os
from collections.abc import Generator

import pytest

MUST_NOT_SKIP = os.environ.get("CI", "").lower() in {"1", "true"}
SKIPPED = "A test that can skip must not skip in CI: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test has failed."""
    report = yield
    if MUST_NOT_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = SKIPPED.format(reason=report.longrepr)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a skipped module has failed."""
    report = yield
    if MUST_NOT_SKIP and report.skipped:
        report.outcome = "failed"
        report.longrepr = SKIPPED.format(reason=report.longrepr)
    return report
