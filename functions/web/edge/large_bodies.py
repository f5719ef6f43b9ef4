"""A large body handed on as it comes, within its limits, for the requests whose routes say that they carry files."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.types import Message, Receive, Scope, Send

from functions.records.attachments.store import PART_BYTES
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import LargeRoutes
from functions.web.http.scope import header

DRAIN_SECONDS = 5.0
DRAIN_TIMES = 16
# A line of 256 kbit/s brings eight times as much.
LEAST_PER_SECOND: Final = 4096
MB: Final = 1024 * 1024
MULTIPART: Final = "multipart/form-data"


def larger_limit(routes: LargeRoutes, scope: Scope, files: int) -> int | None:
    """How many bytes the request may have when it carries a part, or `files` bytes of files; None for any other."""
    carried = routes.carries(scope)
    if carried == "part":
        return PART_BYTES
    if carried == "file":
        return files
    if carried == "files" and header(scope, b"content-type").lower().startswith(MULTIPART):
        return files
    return None


class Flow:
    """A large body on its way to the application, whose answer waits for the rest of it or closes the connection.

    The wait is for `seconds` at most, and anew for as many once so much has come that the line is slow, not dead. What
    goes wrong is raised where the application reads.
    """

    def __init__(self, receive: Receive, send: Send, limit: int, seconds: float) -> None:
        self._receive, self._send, self._seconds = receive, send, seconds
        self._limit, self._left = limit, limit
        self._patience, self._came, self._step = seconds, 0, LEAST_PER_SECOND * seconds
        self._ended = self._cut = self._over = False

    def declare(self, length: str) -> None:
        """Take note of how long the client says that it is."""
        self._over = length.isdecimal() and int(length) > self._limit

    async def receive(self) -> Message:
        if self._over:
            raise self._too_large()
        message = await self._next(self._patience)
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise self._too_large()
        return message

    async def _next(self, patience: float) -> Message:
        clock = asyncio.get_running_loop().time
        begun = clock()
        try:
            async with asyncio.timeout(patience):
                message = await self._receive()
        except TimeoutError:
            self._cut = True
            raise self._late() from None
        if message["type"] == "http.disconnect":
            self._cut = True
            raise self._late()
        self._ended = not message.get("more_body", False)
        self._patience -= clock() - begun
        self._came += len(message.get("body", b""))
        if self._came >= self._step:
            self._patience, self._came = self._seconds, 0
        return message

    async def send(self, message: Message) -> None:
        """Send on; a browser that is still sending gets to see the answer, if it comes to an end soon."""
        if self._ended:
            await self._send(message)
        elif message["type"] == "http.response.start":
            headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"connection"]
            await self._send({**message, "headers": [*headers, (b"connection", b"close")]})
        elif message.get("more_body", False):
            await self._send(message)
        else:
            await self._send({**message, "more_body": True})
            await self._drain()
            await self._send({"type": "http.response.body", "body": b""})

    async def _drain(self) -> None:
        left = DRAIN_TIMES * MB
        try:
            async with asyncio.timeout(min(DRAIN_SECONDS, self._seconds)):
                while left > 0 and not (self._ended or self._cut):
                    left -= len((await self._next(DRAIN_SECONDS)).get("body", b""))
        except (TimeoutError, HttpProblem):
            return

    def _too_large(self) -> HttpProblem:
        self._over = True
        return HttpProblem(413, f"这次上传超过了 {self._limit // MB} MB。请回到上一页，少选几个文件，分几次上传")

    def _late(self) -> HttpProblem:
        return HttpProblem(408, f"上传停了 {self._seconds:g} 秒，没有收完。请检查网络，再上传一次")
