"""The scripts' own tests, run by node's runner, and counted here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.javascript.node import HERE, node


@pytest.mark.parametrize("path", sorted(HERE.glob("*.test.js")), ids=lambda path: path.name)
def test_the_node_tests_pass(path: Path) -> None:
    ran = node("--test", "--test-reporter=tap", str(path))
    assert ran.returncode == 0, ran.stdout[-8000:] + ran.stderr[-2000:]
    assert "\n# pass 0\n" not in ran.stdout
