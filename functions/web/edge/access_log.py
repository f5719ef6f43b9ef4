"""What is written down about requests and failures: one JSON object a line, without personal data, words or tokens."""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.web.edge.limits import refuse
from functions.web.http.loggers import FAILURES, REQUESTS
from functions.web.http.problems import HttpProblem
from functions.web.http.site_frame import SiteFrame


class AccessLog:
    """Logs each answer, and answers for an application that failed.

    The path is left out of a refusal: an address that nobody serves can hold anything. Query strings are never written.
    """

    def __init__(self, app: ASGIApp, *, ticks: Callable[[], float], access_log: bool, site_frame: SiteFrame) -> None:
        self.app, self.ticks, self.access_log, self.site_frame = app, ticks, access_log, site_frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = 0
        begun = self.ticks()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            FAILURES.error({"method": scope["method"], "status": status or 500}, exc_info=error)
            if status == 0:
                await refuse(scope, receive, send_and_note, HttpProblem(500), self.site_frame)
        if self.access_log:
            milliseconds = round((self.ticks() - begun) * 1000, 1)
            where = {} if 400 <= status < 500 else {"path": scope["path"]}
            REQUESTS.info({"method": scope["method"], **where, "status": status, "ms": milliseconds})
