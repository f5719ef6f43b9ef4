"""Makes an expensive object once for each run, for all workers; knows nothing of the object."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The folder of this name, filled by `make` in the worker that asks first; the others wait for it.

    Every worker is given the same folder, so no test may change it.
    """
    base = temporary.getbasetemp()
    # A worker of pytest-xdist has a folder of its own within that of the run.
    shared = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "once" / name
    shared.mkdir(parents=True, exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "made").exists():
            make(shared / "content")
            (shared / "made").touch()
    return shared / "content"
