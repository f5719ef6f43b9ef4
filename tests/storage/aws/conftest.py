"""A failing cloud, and a clock that moves only when code waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from functions.storage.aws.calls import Calls, Patience
from functions.storage.aws.records.store import AwsStore
from tests.support.cloud import Cloud
from tests.support.store.faults import FaultyEngine, faulty


@dataclass
class Time:
    """Seconds that pass by waiting alone."""

    now: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds


@pytest.fixture
def passing() -> Time:
    return Time()


@pytest.fixture
def engine(twin: str) -> Iterator[FaultyEngine]:
    """The engine behind a proxy that makes trouble when it is told to."""
    with faulty(twin) as faults:
        yield faults


@pytest.fixture
def patience(passing: Time) -> Patience:
    return Patience(lambda: 0.5, ticks=lambda: passing.now, sleep=passing.wait)


@pytest.fixture
def healthy(ministack: Cloud) -> Iterator[AwsStore]:
    """A store on a fresh table, with nothing in between."""
    store = ministack.open(ministack.fresh_table())
    yield store
    store.close()


@pytest.fixture
def shaky(engine: FaultyEngine, twin: str, healthy: AwsStore, patience: Patience) -> Iterator[AwsStore]:
    """Another store on the same table, through the proxy."""
    cloud = Cloud(engine.url, twin)
    store = cloud.open(healthy.table, calls=Calls(patience, healthy.table))
    yield store
    store.close()
