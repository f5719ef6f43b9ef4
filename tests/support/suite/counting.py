"""Fails a run in which a test was lost: two tests of one name, or fewer tests begun than were collected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest


class Count:
    """The names of the tests that were collected, and of those that have begun."""

    def __init__(self) -> None:
        self.collected: Counter[str] = Counter()
        self.begun: Counter[str] = Counter()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Without workers: what this process will run."""
        if session.items:
            self.collected = Counter(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: Sequence[str]) -> None:
        """With workers: each collects all of it."""
        self.collected = Counter(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "setup":
            self.begun[report.nodeid] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """A run that somebody stopped early, or that only collects, is not counted."""
        finished = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if finished and not session.config.option.collectonly and not session.shouldfail and not session.shouldstop:
            lost = self.collected - self.begun
            if lost:
                session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
                reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
                reporter.write_line(f"{lost.total()} of {self.collected.total()} tests did not run:", red=True)
                reporter.write_line("\n".join(sorted(lost)[:20]))


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that reports counts; its workers cannot see each other."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Count(), "count of tests")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two tests with one name, pytest-xdist runs one."""
    twice = sorted(name for name, times in Counter(item.nodeid for item in items).items() if times > 1)
    if twice:
        raise pytest.UsageError("several tests have one name:\n" + "\n".join(twice))
