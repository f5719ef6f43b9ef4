"""HTTP for the one-machine server: with time limits, Chinese errors, HTTP/1.0 without chunks; knows no path."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from functions.web.http.problems import HttpProblem, answer_json

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent

UNREADABLE = "这个请求不合 HTTP 的写法，或者地址太长。请从本网站的页面重新打开，不要自己改地址"


async def _send_unchunked(cycle: RequestResponseCycle, message: ASGISendEvent) -> None:
    """Send to a client of HTTP/1.0, which knows no chunks: closing the connection ends a body without a length."""
    if message["type"] == "http.response.start":
        names = {name.lower() for name, _ in message.get("headers", ())}
        if b"content-length" not in names:
            cycle.chunked_encoding = False
            cycle.scope["qingdan.until_closed"] = True  # type: ignore[typeddict-unknown-key]
    elif message["type"] == "http.response.body" and "qingdan.until_closed" in cycle.scope:
        # uvicorn counts the announced length: for such a body, accept whatever comes.
        cycle.expected_content_length = len(message.get("body", b""))
    await RequestResponseCycle.send(cycle, message)


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 with a time limit for the headers of a request: uvicorn itself would wait for ever.

    One timer a connection, restarted when it fires: two for each request would cost more than reading the headers.
    """

    header_seconds: ClassVar[int] = 15
    timer: asyncio.TimerHandle | None = None
    waiting_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self.timer = self.loop.call_later(self.header_seconds, self._look)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.waiting_since is None and (self.cycle is None or self.cycle.response_complete):
            self.waiting_since = self.loop.time()

    def on_headers_complete(self) -> None:
        self.waiting_since = None
        super().on_headers_complete()

        if self.cycle is not None and self.parser.get_http_version() == "1.0":
            self.cycle.send = partial(_send_unchunked, self.cycle)  # type: ignore[method-assign]

    def connection_lost(self, exc: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer malformed HTTP like every other mistake, not with uvicorn's English line."""
        answer = answer_json(HttpProblem(400, UNREADABLE, headers={"Connection": "close"}))
        head = b"".join(b"%s: %s\r\n" % header for header in answer.raw_headers)
        self.transport.write(STATUS_LINE[400] + head + b"\r\n" + bytes(answer.body))
        self.transport.close()

    def _look(self) -> None:
        waited = 0.0 if self.waiting_since is None else self.loop.time() - self.waiting_since
        if waited >= self.header_seconds:
            self.transport.close()
        else:
            self.timer = self.loop.call_later(self.header_seconds - waited, self._look)
