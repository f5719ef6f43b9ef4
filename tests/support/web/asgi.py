"""Drives an ASGI application without a server, for tests of what stands between the two."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


@dataclass
class Answer:
    """What an application sent: status, headers by lower-case name, body, and every message in order."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    messages: list[Message] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    app: ASGIApp,
    method: str = "GET",
    path: str = "/",
    *,
    headers: Iterable[tuple[str, str]] = (),
    parts: Iterable[bytes] = (b"",),
    stall: bool = False,
    client: tuple[str, int] = ("192.0.2.1", 1234),
) -> Answer:
    """The application's answer to one request whose body comes in `parts`; with `stall` the last never comes."""
    return asyncio.run(_ask(app, method, path, list(headers), list(parts), stall, client))


async def _ask(
    app: ASGIApp,
    method: str,
    path: str,
    headers: list[tuple[str, str]],
    parts: list[bytes],
    stall: bool,
    client: tuple[str, int],
) -> Answer:
    answer = Answer()
    waiting = list(parts)

    async def receive() -> Message:
        if waiting:
            body = waiting.pop(0)
            return {"type": "http.request", "body": body, "more_body": bool(waiting) or stall}
        await asyncio.Event().wait()
        raise AssertionError("nothing comes after a stall")

    async def send(message: Message) -> None:
        answer.messages.append(message)
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        "client": client,
    }
    await app(scope, receive, send)
    return answer


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that answers with the body it was sent."""
    message = await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": message["body"]})
