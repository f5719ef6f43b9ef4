"""Solves the task of a proof of work, as a program of a unit would."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def prove(task: Mapping[str, Any], start: int = 0) -> str:
    """Return what is sent in `Proof-Of-Work`; tries the numbers from `start` on."""
    salt = task["salt"]
    for number in range(start, task["maxnumber"] + 1):
        if sha256(f"{salt}{number}".encode()).hexdigest() == task["challenge"]:
            return b64encode(json.dumps({**task, "number": number}).encode()).decode()
    raise AssertionError("the task has no solution")
