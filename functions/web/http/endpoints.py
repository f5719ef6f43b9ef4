"""Handlers that block, run in worker threads so that the event loop never waits; knows no route."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

Endpoint = Callable[[Request], Awaitable[Response]]


def reading(work: Callable[[Request], Response]) -> Endpoint:
    """The endpoint of a handler that reads no body."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request)

    return endpoint


def writing(work: Callable[[Request, bytes], Response]) -> Endpoint:
    """The endpoint of a handler that is given the body."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(work, request, await request.body())

    return endpoint
