"""Runs blocking handlers in worker threads, so that the event loop never waits; knows no route."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]
# Makes an endpoint from a handler that receives the body, like `writing`.
Writing = Callable[[Callable[[Request, bytes], Response]], Endpoint]


def reading(work: Callable[[Request], Response]) -> Endpoint:
    """Make an endpoint from a handler that reads no body."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return endpoint


def writing(work: Callable[[Request, bytes], Response]) -> Endpoint:
    """Make an endpoint from a handler that receives the body."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request, await request.body())

    return endpoint


def writing_in(threads: ThreadPoolExecutor, place: Callable[[Request], AbstractContextManager[None]]) -> Writing:
    """As `writing`, in these threads alone: as many at once as there are of them.

    What `place` raises is the answer at once: else any number would wait for the threads.
    """

    def wrap(work: Callable[[Request, bytes], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            with place(request):
                return await asyncio.get_running_loop().run_in_executor(threads, work, request, body)

        return endpoint

    return wrap
