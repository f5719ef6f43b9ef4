"""The adapters under test: another one is one more line in OPENERS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from functions.records.store import RecordStore, SealStore
from functions.staff.port import StaffStore
from functions.storage.sqlite import open_store


class Adapter(RecordStore, Protocol):
    """Records, seals and staff on the same data."""

    @property
    def seals(self) -> SealStore: ...

    @property
    def staff(self) -> StaffStore: ...


OPENERS: dict[str, Callable[[Path], Adapter]] = {"sqlite": open_store}


@pytest.fixture(params=OPENERS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Adapter]:
    """Opens one more store on the same data each time it is called."""
    return lambda: OPENERS[request.param](tmp_path / "data")


@pytest.fixture
def opened(reopen: Callable[[], Adapter]) -> Iterator[Adapter]:
    adapter = reopen()
    yield adapter
    adapter.close()


@pytest.fixture
def store(opened: Adapter) -> RecordStore:
    return opened


@pytest.fixture
def staff(opened: Adapter) -> StaffStore:
    return opened.staff


@pytest.fixture
def seals(opened: Adapter) -> SealStore:
    return opened.seals
