"""A real store in a temporary folder, and a password hasher whose random bytes repeat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from functions.staff.passwords import Passwords
from functions.staff.store import StaffStore
from functions.storage.sqlite import open_store

NOON = datetime(2026, 9, 18, 4, 0, tzinfo=UTC)


@pytest.fixture
def staff(tmp_path: Path) -> Iterator[StaffStore]:
    store = open_store(tmp_path / "data")
    yield store.staff
    store.close()


@pytest.fixture
def entropy() -> Callable[[int], bytes]:
    """Different bytes at every call, the same in every run."""
    numbers = count()
    return lambda size: hashlib.shake_256(b"%d" % next(numbers)).digest(size)


@pytest.fixture
def passwords(entropy: Callable[[int], bytes]) -> Passwords:
    return Passwords(entropy)
