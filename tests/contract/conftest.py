"""The engines under test: every test of this folder runs on each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from functions.records.attachments.store import BlobStore
from functions.records.document_cache import DocumentStore
from functions.records.ledger import LedgerStore
from functions.records.store import RecordStore, SealStore
from functions.staff.audit_log import AuditLogStore
from functions.staff.store import StaffStore
from functions.storage.sqlite import open_store
from tests.support.cloud import Cloud


class Adapter(RecordStore, Protocol):
    """Records, seals, staff and audit log on the same data."""

    @property
    def seals(self) -> SealStore: ...

    @property
    def trail(self) -> AuditLogStore: ...

    @property
    def ledger(self) -> LedgerStore: ...

    @property
    def staff(self) -> StaffStore: ...

    @property
    def blobs(self) -> BlobStore: ...

    @property
    def papers(self) -> DocumentStore: ...


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that asks for a store runs on each engine; Amazon's own, slower to start, with --conformance only."""
    if "reopen" in metafunc.fixturenames:
        engines = ["sqlite", "ministack", *["dynamodb_local"] * metafunc.config.getoption("--conformance")]
        metafunc.parametrize("reopen", engines, indirect=True)


@pytest.fixture
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Adapter]:
    """Opens one more store on the same data each time it is called."""
    if request.param == "sqlite":
        return lambda: open_store(tmp_path / "data")
    if request.node.get_closest_marker("large") and not request.config.getoption("--conformance"):
        pytest.skip("the engines that stand in for AWS take long to fill: `make conformance` does it")
    cloud: Cloud = request.getfixturevalue(request.param)
    table = cloud.fresh_table()
    return lambda: cloud.open(table)


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
def trail(opened: Adapter) -> AuditLogStore:
    return opened.trail


@pytest.fixture
def ledger(opened: Adapter) -> LedgerStore:
    return opened.ledger


@pytest.fixture
def seals(opened: Adapter) -> SealStore:
    return opened.seals


@pytest.fixture
def blobs(opened: Adapter) -> BlobStore:
    return opened.blobs


@pytest.fixture
def papers(opened: Adapter) -> DocumentStore:
    return opened.papers
