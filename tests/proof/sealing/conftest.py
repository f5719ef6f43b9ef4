"""Filings appended through the store, and the whole application over them, in this process."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.bootstrap import Services
from tests.support.store.steps import first_step

Fill = Callable[..., list[str]]


@pytest.fixture
def fill(services: Services) -> Fill:
    """Stores filings by their numbers and returns the digests of their events."""

    def store(*numbers: int) -> list[str]:
        steps = [first_step(n) for n in numbers]
        for future in [services.records.append(step) for step in steps]:
            future.result(30)
        return [step.events[0].digest for step in steps]

    return store
