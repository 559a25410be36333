"""Turns skips into failures where all that a test could need has been installed (``-p tests.ci_skips``).

Only tests marked ``shared`` may be skipped: the development data lies beside the project, not in it.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest


def _refuse(report: Any) -> None:
    # A skip carries (path, line, reason); an expected failure counts as skipped too and is none of ours.
    if report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and here only development data may be missing: {report.longrepr[2]}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """A test that is skipped for want of anything but development data fails."""
    report = yield
    if item.get_closest_marker("shared") is None:
        _refuse(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    """A module that skips itself fails."""
    report = yield
    _refuse(report)
    return report
