"""The forms, keys made from repeatable bytes, and one moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from functions.records.keys import Keys
from functions.storage.keys import load_keys

NOW = datetime(2026, 9, 18, 2, 24, 7, 123456, tzinfo=UTC)


@pytest.fixture
def entropy() -> Callable[[int], bytes]:
    """Different bytes at every call, the same in every run."""
    numbers = count()
    return lambda size: hashlib.shake_256(b"%d" % next(numbers)).digest(size)


@pytest.fixture
def keys(tmp_path: Path, entropy: Callable[[int], bytes]) -> Keys:
    return load_keys(tmp_path, entropy)
