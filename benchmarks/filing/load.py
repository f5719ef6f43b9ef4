"""The load, in a process of its own: keeps so many connections busy for so long and tells what came back.

`python -m benchmarks.filing.load PORT CONNECTIONS SECONDS FIRST YEAR` prints one JSON object; FIRST is the number of
the first invented unit, so that no two runs against one server file for the same unit.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import uvloop

from benchmarks.report import quantile
from benchmarks.sample import Requests, codes, requests

MOST_A_SECOND = 8_000
PATIENCE = 15.0


class Load:
    """What is shared by the connections: what to send, and what was seen."""

    def __init__(self, made: Requests, units: list[str], seconds: float) -> None:
        self._made = made
        self._units: Iterator[tuple[int, str]] = enumerate(units)
        self._prefix = units[0] if units else ""
        self.seconds = seconds
        self.start = 0.0
        self.end = 0.0
        self.times: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.per_second: Counter[int] = Counter()
        self.refusal = ""

    def next(self) -> bytes | None:
        """The next request, or None when time or units have run out."""
        if time.perf_counter() >= self.end:
            return None
        position, unit = next(self._units, (0, ""))
        return self._made.make(f"{self._prefix[8:17]}{position:023d}", unit) if unit else None

    def note(self, began: float, answer: bytes) -> None:
        """Count one whole answer."""
        now = time.perf_counter()
        status = int(answer[9:12])
        self.statuses[status] += 1
        self.times.append(now - began)
        self.per_second[int(now - self.start)] += status == 201
        if status != 201 and not self.refusal:
            self.refusal = answer.decode("utf-8", "replace")


class Connection(asyncio.Protocol):
    """One connection: the next request leaves when the answer to the last has arrived."""

    def __init__(self, load: Load, done: asyncio.Future[None]) -> None:
        self._load, self._done = load, done
        self._buffer = b""
        self._began = 0.0
        self._needs = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._needs:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self._needs = end + 4 + _length(self._buffer[:end])
        if len(self._buffer) >= self._needs:
            self._load.note(self._began, self._buffer)
            self._buffer, self._needs = b"", 0
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the server closed a busy connection"))

    def _send(self) -> None:
        request = self._load.next()
        if request is None:
            self._done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError("an answer without Content-Length")


async def run(load: Load, port: int, connections: int) -> None:
    """Keep the connections busy until the time is over."""
    loop = asyncio.get_running_loop()
    dones = [loop.create_future() for _ in range(connections)]
    load.start = time.perf_counter()
    load.end = load.start + load.seconds
    for done in dones:
        await loop.create_connection(lambda done=done: Connection(load, done), "127.0.0.1", port)  # type: ignore[misc]
    async with asyncio.timeout(load.seconds + PATIENCE):
        await asyncio.gather(*dones)


def summary(load: Load) -> dict[str, object]:
    """What was seen; times in milliseconds, the rate that of filings taken (201)."""
    times = sorted(load.times)
    full = [load.per_second[second] for second in range(int(load.seconds))]
    return {
        "accepted": load.statuses[201],
        "other": {str(status): count for status, count in load.statuses.items() if status != 201},
        "rate": load.statuses[201] / load.seconds,
        "slowest_second": min(full),
        "p50": quantile(times, 0.50) * 1000,
        "p99": quantile(times, 0.99) * 1000,
        "most": times[-1] * 1000,
        "refusal": load.refusal[:600],
    }


def main() -> None:
    """Run one load and print what came of it."""
    port, connections, seconds, first, year = (int(argument) for argument in sys.argv[1:6])
    units = codes(first, min(seconds * MOST_A_SECOND, 400_000))
    load = Load(requests(year, f"127.0.0.1:{port}"), units, seconds)
    uvloop.run(run(load, port, connections))
    json.dump(summary(load), sys.stdout)


if __name__ == "__main__":
    main()
