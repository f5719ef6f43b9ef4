"""Whoever reads slowly holds one of so many places, and none of the threads that serve everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import anyio
import pytest
from anyio.to_thread import current_default_thread_limiter
from starlette.concurrency import run_in_threadpool
from starlette.types import Message

from functions.web.edge.limits import RateLimit
from functions.web.edge.token_buckets import Rates
from functions.web.http.places import PLACE, download_places, hold_place, password_places
from functions.web.http.problems import HttpProblem
from functions.web.http.site_frame import SiteFrame
from functions.web.http.streaming import Download
from tests.support.web.asgi import ask

SLOW = 130


def chunks() -> Iterator[bytes]:
    for _ in range(80):
        yield bytes(1000)


def test_an_address_has_so_many_places_and_another_has_its_own() -> None:
    places = download_places(most=3, for_address=2)
    with ExitStack() as held:
        for _ in range(2):
            held.enter_context(places.hold("192.0.2.1"))
        with pytest.raises(HttpProblem) as refused, places.hold("192.0.2.1"):
            pass
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "15")
        held.enter_context(places.hold("192.0.2.2"))
        with pytest.raises(HttpProblem) as refused, places.hold("192.0.2.3"):
            pass
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (503, "15")
    with places.hold("192.0.2.1"):
        pass


def test_password_checks_wait_in_a_bounded_line() -> None:
    """Of 300 wrong ones at once, all but a few hear so at once: the right one does not wait behind them."""
    places, refused = password_places(1), []
    with ExitStack() as held:
        for address in range(300):
            try:
                held.enter_context(places.hold(f"192.0.2.{address}"))
            except HttpProblem as problem:
                refused.append((problem.status, problem.headers["Retry-After"]))
    assert refused == [(503, "2")] * 275


def test_an_address_has_one_password_check_that_waits() -> None:
    places = password_places(1)
    with (
        places.hold("192.0.2.1"),
        places.hold("192.0.2.1"),
        pytest.raises(HttpProblem, match="还在核对") as refused,
        places.hold("192.0.2.1"),
    ):
        pass
    assert refused.value.status == 429
    with places.hold("192.0.2.1"):
        pass


def test_places_are_counted_by_the_clients_address() -> None:
    """Reading takes nothing else from an address."""
    rates = Rates.of(per_minute=1, megabytes_per_hour=1, ticks=lambda: 0)
    held: list[object] = []

    async def downloading(scope, receive, send) -> None:  # type: ignore[no-untyped-def]
        for _ in range(9):
            place = scope[PLACE]()
            held.append(place)
            place.__enter__()
        await send({"type": "http.response.start", "status": 200, "headers": []})

    app = RateLimit(downloading, rates=rates, hops=0, site_frame=SiteFrame(""))
    with pytest.raises(HttpProblem, match="正在下载 8 个"):
        ask(app, "GET")
    with pytest.raises(HttpProblem, match="正在下载 8 个"):
        ask(app, "GET", client=("192.0.2.2", 1))
    with hold_place({"type": "http"}):
        """Where nobody counts, there is always a place."""


def test_130_clients_that_read_nothing_hold_no_thread() -> None:
    begun = 0

    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    async def read_nothing(message: Message) -> None:
        nonlocal begun
        if message["type"] == "http.response.body":
            begun += 1
            await anyio.sleep_forever()

    async def scenario() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(SLOW):
                download = Download(chunks(), filename="附件.pdf", media_type="application/pdf")
                group.start_soon(download, {"type": "http"}, receive, read_nothing)
            while begun < SLOW:
                await anyio.lowlevel.checkpoint()
            assert current_default_thread_limiter().borrowed_tokens == 0
            assert await run_in_threadpool(int, "7") == 7
            group.cancel_scope.cancel()

    anyio.run(scenario)
