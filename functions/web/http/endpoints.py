"""Runs blocking handlers in worker threads, so that the event loop never waits; knows no route."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

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


def writing_in(threads: ThreadPoolExecutor) -> Writing:
    """Like `writing`, but only in these threads: at most as many run at once as there are threads."""

    def wrap(work: Callable[[Request, bytes], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await asyncio.get_running_loop().run_in_executor(threads, work, request, body)

        return endpoint

    return wrap
