"""HTTP/1.0 has no chunks: it gets the body alone, ended by closing the connection."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from functions.local.server.http_protocol import PatientProtocol

PARTS = ["first\n", "", "second\n" * 300]
BODY = "".join(PARTS).encode()


async def streamed(scope: Scope, receive: Receive, send: Send) -> None:
    await StreamingResponse(iter(PARTS))(scope, receive, send)


async def ask(app: ASGIApp, head: str) -> tuple[list[bytes], bytes]:
    """The lines of the answer's head and all that follows until the server closes."""
    config = Config(app, log_config=None)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: PatientProtocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(head.encode())
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
    found, _, body = answer.partition(b"\r\n\r\n")
    return found.lower().split(b"\r\n"), body


@pytest.mark.parametrize("more", ["", "Connection: keep-alive\r\n"])
def test_a_body_of_unknown_length_is_sent_as_it_is_and_ends_with_the_connection(more: str) -> None:
    lines, body = asyncio.run(ask(streamed, f"GET / HTTP/1.0\r\nHost: a\r\n{more}\r\n"))
    assert body == BODY
    assert b"connection: close" in lines
    assert not [line for line in lines if line.startswith((b"transfer-encoding", b"content-length"))]


def test_a_body_of_known_length_keeps_it() -> None:
    lines, body = asyncio.run(ask(PlainTextResponse("示例"), "GET / HTTP/1.0\r\nHost: a\r\n\r\n"))
    assert body == "示例".encode()
    assert b"content-length: 6" in lines


def test_a_head_has_no_body() -> None:
    _, body = asyncio.run(ask(streamed, "HEAD / HTTP/1.0\r\nHost: a\r\n\r\n"))
    assert body == b""


def test_http_1_1_has_chunks_as_before() -> None:
    lines, body = asyncio.run(ask(streamed, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
    assert b"transfer-encoding: chunked" in lines
    assert body.startswith(b"6\r\nfirst\n\r\n")
