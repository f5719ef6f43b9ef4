"""A run in which a test was lost, or would be lost among several workers, fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

COUNTED = 'pytest_plugins = ("tests.support.suite.counting",)\n'
TWO_TESTS = "def test_one() -> None: ...\n\n\ndef test_two() -> None: ...\n"


def run(folder: Path, conftest: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """pytest on a folder with two tests."""
    (folder / "conftest.py").write_text(COUNTED + conftest, encoding="utf-8")
    (folder / "test_both.py").write_text(TWO_TESTS, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--rootdir={folder}", *arguments, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist=loadfile")], ids=["one process", "workers"])
def test_a_run_of_every_collected_test_passes(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run(tmp_path, "", *workers)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_test_that_never_began_fails_the_run(tmp_path: Path) -> None:
    swallow = "def pytest_runtest_protocol(item):\n    return True if item.name == 'test_two' else None\n"
    done = run(tmp_path, swallow)
    assert done.returncode != 0
    assert "1 of 2 tests did not run:\ntest_both.py::test_two" in done.stdout


def test_two_tests_of_one_name_fail_the_run(tmp_path: Path) -> None:
    twice = (
        "def pytest_collection_modifyitems(items):\n    items += [item for item in items if item.name == 'test_one']\n"
    )
    done = run(tmp_path, twice)
    assert done.returncode != 0
    assert "several tests have one name:\ntest_both.py::test_one" in done.stderr + done.stdout
