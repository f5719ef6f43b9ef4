"""A file made while it is sent: chunks from worker threads, the event loop never waits; knows no file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from anyio import CancelScope, CapacityLimiter, create_task_group, to_thread
from anyio.lowlevel import RunVar
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from functions.web.http.places import hold_place

MAKING: Final = 8
_LIMITER: RunVar[CapacityLimiter] = RunVar("qingdan.downloads")
# Who in the scope delivers a download where it cannot be streamed to the client.
DELIVERY: Final = "qingdan.delivery"


class Progress:
    """The number of filings in a file in the making. `total` returns the final number, and may take a while."""

    def __init__(self, total: Callable[[], int] = int) -> None:
        self.total = total
        self.done = 0
        # Called at every step; an exception from it stops the making.
        self.watch: Callable[[], object] = int

    def __call__(self, done: int) -> None:
        self.done = done
        self.watch()


class Download(Response):
    """Sends the chunks as an attachment named `filename`, no faster than the client takes them.

    Each chunk is read in a worker thread, one of MAKING that serve nothing but downloads; none is held while the client
    reads. The answer begins with the first of them: an error until then is an ordinary answer, a later one cuts the
    connection, so that nobody takes the half for the whole. Where the scope has a DELIVERY, that takes it over.
    """

    def __init__(
        self, chunks: Iterator[bytes], *, filename: str, media_type: str, progress: Progress | None = None
    ) -> None:
        super().__init__(media_type=media_type, headers={"Content-Disposition": disposition(filename)})
        del self.headers["content-length"]
        self.chunks, self.filename, self.progress = chunks, filename, progress or Progress()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if DELIVERY in scope:
            await scope[DELIVERY](self, scope, receive, send)
            return
        failure: Exception | None = None
        try:
            with hold_place(scope):
                async with create_task_group() as group:
                    group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
                    try:
                        await self._send(send)
                    except Exception as error:
                        failure = error
                    group.cancel_scope.cancel()
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(close, self.chunks, limiter=_making())
        if failure is not None:
            raise failure

    async def _send(self, send: Send) -> None:
        limiter = _making()
        chunk = await to_thread.run_sync(next, self.chunks, None, limiter=limiter)
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while chunk is not None:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            chunk = await to_thread.run_sync(next, self.chunks, None, limiter=limiter)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _making() -> CapacityLimiter:
    """The threads of this event loop that make downloads."""
    try:
        return _LIMITER.get()
    except LookupError:
        limiter = CapacityLimiter(MAKING)
        _LIMITER.set(limiter)
        return limiter


def disposition(filename: str) -> str:
    """Return the header for an attachment with a Chinese name (RFC 6266 and 5987), and a plain one for old programs."""
    suffix = filename.rpartition(".")[2]
    return f"attachment; filename=\"export.{suffix}\"; filename*=UTF-8''{quote(filename, safe='')}"


def close(chunks: Iterator[bytes]) -> None:
    """Release the resources behind the chunks."""
    getattr(chunks, "close", _nothing)()


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()


def _nothing() -> None:
    return None
