"""Runs the command line as an operator does."""

from __future__ import annotations

import subprocess

from tests.conftest import ROOT
from tests.support.serving import COMMAND, environment


def run(*arguments: str, typed: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT, env=environment(variables, arguments=arguments),
        input=typed, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
