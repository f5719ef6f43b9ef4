"""Whether a filing can be stored and a page be made now, by trying both; knows no route."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.concurrency import run_in_threadpool

from functions.bootstrap import Services
from functions.records.store import Idempotency
from functions.web.http.problems import HttpProblem

HEALTH_SECONDS: Final = 5.0
_NOBODYS: Final = Idempotency("health", "0" * 64)


async def check_health(services: Services, seconds: float = HEALTH_SECONDS) -> None:
    """Return when both can be done within `seconds`; else HttpProblem 503, or what the store says.

    A page is made in the threads that all pages share: what holds them up holds this up.
    """
    probes = (
        asyncio.ensure_future(asyncio.to_thread(services.records.check_writable)),
        asyncio.ensure_future(run_in_threadpool(services.records.recall, _NOBODYS)),
    )
    done, late = await asyncio.wait(probes, timeout=seconds)
    for probe in late:
        # Nobody waits for it any more.
        probe.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    for probe in done:
        probe.result()
    if late:
        raise HttpProblem(503, f"{seconds:g} 秒里没有办成一次存取。请查看服务的日志和负载", title="服务忙不过来")
