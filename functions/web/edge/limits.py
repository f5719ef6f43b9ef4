"""How much, how long and how often: limits around any ASGI application; knows neither forms nor accounts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.web.edge.large_bodies import DRAIN_SECONDS, DRAIN_TIMES, Flow
from functions.web.edge.token_buckets import Rates
from functions.web.http.places import PLACE, download_places
from functions.web.http.problems import HttpProblem, answer_json, answer_page, wants_html
from functions.web.http.scope import FILINGS, UPLOADS, _too_often, client_address, header
from functions.web.http.site_frame import SiteFrame

WITHOUT_BODY = frozenset(("GET", "HEAD", "OPTIONS"))
COMPRESSED: Final = "这里不收压缩过的内容（Content-Encoding: {}）。请不压缩，再发一次"


async def refuse(scope: Scope, receive: Receive, send: Send, problem: HttpProblem, site_frame: SiteFrame) -> None:
    """Send the problem in the form that the client wants."""
    if wants_html(scope["path"], header(scope, b"accept")):
        await answer_page(problem, site_frame)(scope, receive, send)
    else:
        await answer_json(problem)(scope, receive, send)


class BodyLimit:
    """Reads each body whole, within `limit` bytes and `seconds`, before the application sees the request.

    Over the limit is 413, before the rest is read; a body that stops coming is 408; a compressed one, which could be of
    any size, is 415. All three close the connection. Where
    `upload_limit` names another limit for a request, its body is handed on as it comes, for as long as it comes.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limit: int,
        seconds: float,
        site_frame: SiteFrame,
        upload_limit: Callable[[Scope], int | None] = lambda _: None,
    ) -> None:
        self.app, self.limit, self.seconds, self.site_frame = app, limit, seconds, site_frame
        self.upload_limit = upload_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in WITHOUT_BODY:
            await self.app(scope, receive, send)
            return
        coding = header(scope, b"content-encoding").strip().lower()
        if coding not in ("", "identity"):
            headers = {"Accept-Encoding": "identity", "Connection": "close"}
            await refuse(
                scope, receive, send, HttpProblem(415, COMPRESSED.format(coding), headers=headers), self.site_frame
            )
            return
        larger = self.upload_limit(scope)
        if larger is not None:
            flow = Flow(receive, send, larger, self.seconds)
            flow.declare(header(scope, b"content-length"))
            await self.app(scope, flow.receive, flow.send)
            return
        try:
            async with asyncio.timeout(self.seconds):
                body = await self._read(scope, receive)
        except TimeoutError:
            late = HttpProblem(
                408, f"内容在 {self.seconds:g} 秒内没有收完。请检查网络，再提交一次", headers={"Connection": "close"}
            )
            await refuse(scope, receive, send, late, self.site_frame)
            return
        if body is None:
            await self._refuse_size(scope, receive, send)
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body, or None when it is over the limit; a client that went away leaves what came."""
        declared = header(scope, b"content-length")
        if declared.isdecimal() and int(declared) > self.limit:
            return None
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise TimeoutError
            part = message.get("body", b"")
            size += len(part)
            if size > self.limit:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return parts[0] if len(parts) == 1 else b"".join(parts)

    async def _refuse_size(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer first, then take in a little more: a browser cut off while it sends would never show the answer."""

        async def send_and_drain(message: Message) -> None:
            if message["type"] != "http.response.body":
                await send(message)
                return
            await send({**message, "more_body": True})
            await self._drain(receive)
            await send({"type": "http.response.body", "body": b""})

        words = f"提交的内容超过了 {self.limit // 1024} KB。请把长的文字缩短，分次提交"
        problem = HttpProblem(413, words, headers={"Connection": "close"})
        await refuse(scope, receive, send_and_drain, problem, self.site_frame)

    async def _drain(self, receive: Receive) -> None:
        left = self.limit * DRAIN_TIMES
        try:
            async with asyncio.timeout(min(DRAIN_SECONDS, self.seconds)):
                while left > 0:
                    message = await receive()
                    left -= len(message.get("body", b""))
                    if message["type"] == "http.disconnect" or not message.get("more_body", False):
                        return
        except TimeoutError:
            return


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


class RateLimit:
    """Takes a token of the client's address for each request that changes something: 429 with Retry-After without one.

    The parts of a file have a count of their own (`is_part`): an honest one sends many. `hops` says how many
    of our own proxies stand in front.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        rates: Rates,
        hops: int,
        site_frame: SiteFrame,
        is_part: Callable[[Scope], bool] = lambda _: False,
    ) -> None:
        self.app, self.rates, self.is_part = app, rates, is_part
        self.places = download_places()
        self.hops, self.site_frame = hops, site_frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in WITHOUT_BODY:
            scope = {**scope, PLACE: lambda: self.places.hold(client_address(scope, self.hops))}
        elif scope["type"] == "http":
            address = client_address(scope, self.hops)
            wait = (self.rates.parts if self.is_part(scope) else self.rates.changes).take(address)
            if wait > 0:
                words = "这个网络地址提交得太频繁。请等 {} 秒再提交，您填的内容不会丢"
                await refuse(scope, receive, send, _too_often(wait, words), self.site_frame)
                return
            scope = {
                **scope,
                UPLOADS: partial(self.rates.megabytes.take, address),
                FILINGS: partial(self.rates.file, address),
                PLACE: partial(self.places.hold, address),
            }
        await self.app(scope, receive, send)
