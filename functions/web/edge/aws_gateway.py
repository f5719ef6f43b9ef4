"""What API Gateway and CloudFront in front of a function ask of it: events, the visitor's address, limits of size."""

from __future__ import annotations

import hmac
import json
import logging
import math
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.bootstrap import Services, open_services, settle
from functions.errors import StoreUnavailable
from functions.settings import Settings
from functions.web.edge.limits import refuse
from functions.web.edge.stack import guard
from functions.web.http.loggers import JsonLines
from functions.web.http.problems import HttpProblem, problem_of
from functions.web.http.scope import counted_address, forwarded_for, header, peer
from functions.web.http.site_frame import SiteFrame

if TYPE_CHECKING:
    from mangum import Mangum

Event = dict[str, Any]

# Lambda gives back 6 MiB at most, with everything around the body.
LARGEST_ANSWER: Final = 6 * 1024 * 1024 - 64 * 1024
# The last attempt of a call may last seven seconds, and then an answer has to be made.
_KEPT_BACK: Final = 8.0
_NEVER_TOO_LARGE: Final = LARGEST_ANSWER // 4
_TEXTS: Final = ("text/html", "text/plain", "application/json", "application/problem+json", "application/jose")
_TOO_LARGE: Final = "这次的内容超过 6 MB，一次给不出来。请缩小范围，或者在列表里下载成文件"
_ELSEWHERE: Final = "这个地址不直接对外。请从网站的首页进入"


class Gateway:
    """A function as Lambda calls it with events of an HTTP API (payload 2.0).

    Everything is opened at the first event, by the settings in `variables`, and stays open. `around` stands between
    the application and the limits.
    """

    def __init__(
        self,
        create_app: Callable[[Services], Starlette],
        variables: Mapping[str, str],
        around: Callable[[ASGIApp, Services], ASGIApp] = lambda app, _: app,
    ) -> None:
        self._create_app, self._variables, self._around = create_app, variables, around
        self._until = math.inf

    def __call__(self, event: Event, context: Any) -> Event:
        """The answer to an event; `context` is Lambda's, which knows when it ends the function, or None."""
        left = context.get_remaining_time_in_millis() / 1000 if context is not None else math.inf
        self._until = time.monotonic() + left - _KEPT_BACK
        try:
            answering = self._answering
        except StoreUnavailable as error:
            # Else the gateway would tell the visitor that something failed, in English; the next event tries again.
            return self._refusing(problem_of(error))(event, context)
        answer = answering(event, context)
        if len(answer.get("body", "")) > _NEVER_TOO_LARGE and _size(answer) > LARGEST_ANSWER:
            answer = self._refusing(HttpProblem(500, _TOO_LARGE))(event, context)
        settle()
        return answer

    @cached_property
    def services(self) -> Services:
        """What the function works with."""
        return open_services(self._settings, lock=False, until=lambda: self._until)

    def close(self) -> None:
        """Release what has been opened; the next event opens it anew."""
        if "services" in self.__dict__:
            self.services.close()
        for name in ("services", "_settings", "_answering", "_shell"):
            self.__dict__.pop(name, None)

    @cached_property
    def _settings(self) -> Settings:
        log_as_lines(self._variables)
        # Whoever comes here came by HTTPS: neither CloudFront nor the gateway takes anything else.
        return replace(Settings.from_mapping(self._variables), encrypted=True)

    @cached_property
    def _answering(self) -> Mangum:
        app = self._create_app(self.services)
        return self._adapted(self._around(app, self.services), app.routes)

    def _refusing(self, problem: HttpProblem) -> Mangum:
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await refuse(scope, receive, send, problem, self._site_frame)

        return self._adapted(application)

    @cached_property
    def _site_frame(self) -> SiteFrame:
        return SiteFrame.load(self._settings.site)

    def _adapted(self, app: ASGIApp, routes: Iterable[BaseRoute] = ()) -> Mangum:
        from mangum import Mangum

        settings = self._settings
        if settings.origin_mark:
            app = ThroughCloudFront(app, settings.origin_mark, self._site_frame)
        app = guard(app, settings, self._site_frame, time.monotonic, count=False, routes=routes)
        # What is not named here goes as base64: of that, the size is known before.
        return Mangum(cast(Any, app), lifespan="off", text_mime_types=list(_TEXTS))


class ThroughCloudFront:
    """Takes only what came through our CloudFront, which shows the mark, and says where the visitor really is.

    Both servers on the way add the address they were called from to X-Forwarded-For, the gateway last.
    """

    def __init__(self, app: ASGIApp, mark: str, site_frame: SiteFrame) -> None:
        self.app, self.mark, self.site_frame = app, mark, site_frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not hmac.compare_digest(header(scope, b"x-qingdan-origin").encode("latin-1"), self.mark.encode()):
            await refuse(scope, receive, send, HttpProblem(403, _ELSEWHERE), self.site_frame)
            return
        await self.app({**scope, "client": (_visitor(scope), 0)}, receive, send)


def _visitor(scope: Scope) -> str:
    edge, hops = peer(scope), forwarded_for(scope)
    if hops and counted_address(hops[-1]) == counted_address(edge):
        hops.pop()
    return hops[-1] if hops else edge


def _size(answer: Event) -> int:
    return len(json.dumps(answer, ensure_ascii=False).encode())


def log_as_lines(variables: Mapping[str, str]) -> None:
    """On Lambda, send our logs to its own as JSON lines; its way of writing would come on top."""
    if "AWS_LAMBDA_FUNCTION_NAME" not in variables:
        return
    from functions.bootstrap import read_clock

    lines = logging.StreamHandler(sys.stdout)
    lines.setFormatter(JsonLines(read_clock))
    log = logging.getLogger("qingdan")
    log.handlers, log.propagate = [lines], False
    log.setLevel(logging.INFO)
