"""Runs the scripts' modules with node, which no browser is needed for."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SCRIPTS = HERE.parents[1] / "site" / "theme" / "assets" / "javascripts"


def node(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(["node", *arguments], input=given, capture_output=True, text=True, timeout=120, check=False)


def call(module: str, name: str, cases: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """For each list of arguments what the function gave, under `gave`, which is not there where it is undefined."""
    ran = node(str(HERE / "agree.js"), str(SCRIPTS / module), name, given=json.dumps(cases))
    assert ran.returncode == 0, ran.stderr
    answers: list[dict[str, Any]] = json.loads(ran.stdout)
    return answers
