"""A function that starts on Lambda collects no garbage until it has answered."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.conftest import ROOT

PROGRAM = """
import functions, gc
print(gc.isenabled())
from functions.bootstrap import settle
settle()
print(gc.isenabled())
"""


STARTS = [({"AWS_LAMBDA_FUNCTION_NAME": "submit"}, "False True"), ({}, "True True")]


@pytest.mark.parametrize(("variables", "said"), STARTS)
def test_garbage_collection_is_deferred_only_on_lambda(variables: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == said.split()
