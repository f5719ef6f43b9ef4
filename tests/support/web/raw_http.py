"""Speaks HTTP by hand, so that a test can stop in the middle of a request."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterable
from typing import Any

SELF_CHECK = "/api/submissions/annual-self-check"


def post_bytes(data: Any, *, key: str = "", path: str = SELF_CHECK, declared: int | None = None) -> bytes:
    """A whole JSON request; `declared` says another Content-Length than the true one."""
    body = json.dumps(data, ensure_ascii=False).encode()
    length = len(body) if declared is None else declared
    idempotency = f"Idempotency-Key: {key}\r\n" if key else ""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{idempotency}"
    return f"{head}Content-Length: {length}\r\n\r\n".encode() + body


def connect(port: int, begin: bytes = b"", timeout: float = 40) -> socket.socket:
    """A connection on which `begin` has been sent."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    connection.sendall(begin)
    return connection


def read_answer(connection: socket.socket) -> tuple[int, bytes]:
    """Status and body of one answer; status 0 when the connection was closed before one came."""
    with connection.makefile("rb") as stream:
        status = stream.readline()
        if not status:
            return 0, b""
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(status.split()[1]), stream.read(length)


async def file_until_cut(port: int, requests: Iterable[bytes]) -> list[dict[str, Any]]:
    """Sends request after request on one connection until it breaks; what was acknowledged with 201, in order."""
    acknowledged: list[dict[str, Any]] = []
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return acknowledged
    try:
        for request in requests:
            writer.write(request)
            await writer.drain()
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            body = await reader.readexactly(int(lengths[0].split(b":")[1]))
            if head.startswith(b"HTTP/1.1 201"):
                acknowledged.append(json.loads(body))
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()
    return acknowledged
