"""Health is that a filing can be stored and a page be made, not that a process is alive."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool

from functions.bootstrap import Services
from functions.web.filing.health import check_health
from functions.web.http.problems import HttpProblem


@pytest.fixture
def released() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_when_all_worker_threads_are_held_the_service_is_not_well(
    services: Services, released: threading.Event
) -> None:
    async def scenario() -> None:
        limiter = current_default_thread_limiter()
        async with anyio.create_task_group() as group:
            for _ in range(int(limiter.total_tokens)):
                group.start_soon(run_in_threadpool, released.wait)
            while limiter.available_tokens:
                await anyio.lowlevel.checkpoint()
            with pytest.raises(HttpProblem) as told:
                await check_health(services, 0.01)
            released.set()
        assert (told.value.status, told.value.title) == (503, "服务忙不过来")
        await check_health(services)

    anyio.run(scenario)
