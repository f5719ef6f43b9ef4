"""Every body has a size limit and a time limit, every address a rate; headers guard every answer."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from starlette.types import Message, Receive, Scope, Send

from functions.settings import LONGEST_SECONDS, Settings
from functions.web.edge.access_log import AccessLog
from functions.web.edge.large_bodies import DRAIN_TIMES
from functions.web.edge.limits import BodyLimit, RateLimit
from functions.web.edge.security_headers import SecurityHeaders
from functions.web.edge.stack import guard
from functions.web.edge.token_buckets import Rates
from functions.web.http.scope import UPLOADS
from functions.web.http.site_frame import SiteFrame
from tests.support.web.asgi import ask, echo

SHELL = SiteFrame("<title><!--qingdan:title--></title><!--qingdan:crumbs--><!--qingdan:main-->")
JSON = [("accept", "application/json")]


def limited(seconds: float = 5) -> BodyLimit:
    return BodyLimit(echo, limit=100, seconds=seconds, site_frame=SHELL)


def test_a_body_up_to_the_limit_reaches_the_application_whole() -> None:
    assert ask(limited(), "POST", parts=[b"x" * 60, b"y" * 40]).body == b"x" * 60 + b"y" * 40


def test_a_declared_length_over_the_limit_is_413_before_anything_is_read() -> None:
    answer = ask(limited(0.01), "POST", headers=[("content-length", "101"), *JSON], parts=[], stall=True)
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert answer.messages[1]["body"], "the answer is complete before anything more is taken in"


def test_a_body_of_unknown_length_is_413_as_soon_as_it_is_over_the_limit() -> None:
    answer = ask(limited(0.01), "POST", headers=JSON, parts=[b"x" * 60, b"x" * 60], stall=True)
    assert answer.status == 413
    assert json.loads(answer.body)["status"] == 413


def test_after_413_only_so_much_more_is_taken_in() -> None:
    """A browser that is still sending gets to see the answer; whoever never stops is cut."""
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 60
        assert taken <= 100 * (DRAIN_TIMES + 2)
        return {"type": "http.request", "body": b"x" * 60, "more_body": True}

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"accept", b"application/json")]}
    asyncio.run(limited()(scope, receive, send))
    assert sent[0]["status"] == 413
    assert sent[-1] == {"type": "http.response.body", "body": b""}
    assert taken >= 100 * DRAIN_TIMES


def test_a_body_that_stops_coming_is_cut() -> None:
    answer = ask(limited(0.01), "POST", headers=JSON, parts=[b"half"], stall=True)
    assert answer.status == 408
    assert answer.headers["connection"] == "close"


def test_the_time_for_a_request_is_well_within_30_seconds_whatever_is_set() -> None:
    assert max(Settings().body_seconds, Settings().header_seconds) <= LONGEST_SECONDS <= 25


def test_the_rate_is_counted_by_address_and_comes_back_with_time() -> None:
    now = [0.0]
    rates = Rates.of(per_minute=60, megabytes_per_hour=60, ticks=lambda: now[0])
    app = RateLimit(echo, rates=rates, hops=0, site_frame=SHELL)
    assert {ask(app, "POST").status for _ in range(60)} == {200}
    refused = ask(app, "POST", headers=JSON)
    assert (refused.status, refused.headers["retry-after"]) == (429, "2")
    assert ask(app, "POST", client=("192.0.2.2", 1)).status == 200
    assert ask(app, "GET").status == 200, "reading is not counted"
    now[0] = 1.0
    assert ask(app, "POST").status == 200
    assert ask(app, "POST").status == 429


def test_a_forwarded_address_counts_only_behind_a_proxy() -> None:
    forged = [("x-forwarded-for", "198.51.100.7")]

    def once() -> Rates:
        return Rates.of(per_minute=1, megabytes_per_hour=60, ticks=lambda: 0)

    direct = RateLimit(echo, rates=once(), hops=0, site_frame=SHELL)
    assert ask(direct, "POST").status == 200
    assert ask(direct, "POST", headers=forged).status == 429
    proxied = RateLimit(echo, rates=once(), hops=1, site_frame=SHELL)
    assert ask(proxied, "POST", headers=[("x-forwarded-for", "203.0.113.1, 198.51.100.7")]).status == 200
    assert ask(proxied, "POST", headers=[("x-forwarded-for", "203.0.113.2, 198.51.100.7")]).status == 429


def test_a_network_of_version_6_shares_rate_and_upload_budget() -> None:
    taken: list[float] = []

    async def uploading(scope: Scope, receive: Receive, send: Send) -> None:
        taken.append(scope[UPLOADS](1))
        await echo(scope, receive, send)

    rates = Rates.of(per_minute=2, megabytes_per_hour=1, ticks=lambda: 0)
    app = RateLimit(uploading, rates=rates, hops=0, site_frame=SHELL)
    seen = [ask(app, "POST", client=(f"2001:db8:1:2::{host}", 1)).status for host in "abc"]
    assert seen == [200, 200, 429]
    assert [wait > 0 for wait in taken] == [False, True]


def test_every_answer_carries_the_security_headers() -> None:
    headers = ask(SecurityHeaders(echo, encrypted=False)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers


def test_pages_may_send_files_to_the_host_that_is_set() -> None:
    policy = ask(SecurityHeaders(echo, encrypted=True, upload_host="https://files.example.cn")).headers[
        "content-security-policy"
    ]
    assert "connect-src 'self' https://files.example.cn;" in policy
    assert "form-action 'self' https://files.example.cn;" in policy
    assert policy.count("files.example.cn") == 2


def test_hsts_is_promised_only_where_clients_come_by_https() -> None:
    assert "strict-transport-security" in ask(SecurityHeaders(echo, encrypted=True)).headers


async def fail(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("示例乙 0000-1234567")


def test_a_failure_is_a_500_that_tells_nothing_and_a_log_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    from datetime import UTC, datetime

    from functions.web.http.loggers import JsonLines

    with caplog.at_level(logging.INFO):
        rates = Rates.of(per_minute=1, megabytes_per_hour=60, ticks=lambda: 0)
        answer = ask(guard(fail, Settings(), SHELL, lambda: 0, count=rates), "POST", "/forms/x", headers=JSON)
    assert answer.status == 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    lines = [JsonLines(lambda: datetime(2026, 9, 18, tzinfo=UTC)).format(record) for record in caplog.records]
    assert any(json.loads(line).get("error") == "RuntimeError" for line in lines)
    assert "示例乙" not in answer.text + "".join(lines)


def test_the_access_log_holds_neither_query_nor_unknown_addresses(caplog: pytest.LogCaptureFixture) -> None:
    async def missing(scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 404, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    with caplog.at_level(logging.INFO):
        ask(AccessLog(echo, ticks=lambda: 0, access_log=True, site_frame=SHELL), path="/desk/")
        ask(AccessLog(missing, ticks=lambda: 0, access_log=True, site_frame=SHELL), path="/示例乙")
    assert [record.msg for record in caplog.records] == [
        {"method": "GET", "path": "/desk/", "status": 200, "ms": 0.0},
        {"method": "GET", "status": 404, "ms": 0.0},
    ]
