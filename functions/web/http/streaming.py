"""Sends a file while one worker thread makes its chunks; the event loop never waits. Knows no file format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote

from anyio import (
    BrokenResourceError,
    CancelScope,
    create_memory_object_stream,
    create_task_group,
    from_thread,
    get_cancelled_exc_class,
    to_thread,
)
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

WAITING_CHUNKS: Final = 4
# Key in the scope: delivers a download where it cannot be streamed to the client.
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

    One worker thread reads the chunks. The answer begins with the first chunk: an earlier error is an ordinary answer,
    a later one cuts the connection, so that nobody takes half a file for the whole. When the scope has a DELIVERY, that
    takes over.
    """

    def __init__(
        self, chunks: Iterator[bytes], *, filename: str, media_type: str, progress: Progress | None = None
    ) -> None:
        super().__init__(media_type=media_type, headers={"Content-Disposition": disposition(filename)})
        del self.headers["content-length"]
        self.chunks, self.filename, self.progress = chunks, filename, progress or Progress()
        self._failure: Exception | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if DELIVERY in scope:
            await scope[DELIVERY](self, scope, receive, send)
            return
        sender, receiver = create_memory_object_stream[bytes](WAITING_CHUNKS)
        async with create_task_group() as group:
            group.start_soon(to_thread.run_sync, self._make, sender, get_cancelled_exc_class())
            group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
            async with receiver:
                await self._send(receiver, send)
            group.cancel_scope.cancel()
        if self._failure is not None:
            raise self._failure

    def _make(self, sender: MemoryObjectSendStream[bytes], cancelled: type[BaseException]) -> None:
        """Run in the worker thread; always closes the chunks in the thread that read them."""
        try:
            for chunk in self.chunks:
                from_thread.run(sender.send, chunk)
        except (BrokenResourceError, cancelled):
            return
        except Exception as error:
            self._failure = error
        finally:
            close(self.chunks)
            from_thread.run_sync(sender.close)

    async def _send(self, receiver: MemoryObjectReceiveStream[bytes], send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        started = False
        async for chunk in receiver:
            if not started:
                await send(start)
                started = True
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        if self._failure is None:
            if not started:
                await send(start)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


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
