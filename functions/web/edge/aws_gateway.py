"""What API Gateway and CloudFront in front of a function ask of it: events, the visitor's address, limits of size."""

from __future__ import annotations

import hmac
import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.bootstrap import Services, open_services, settle
from functions.errors import QingdanError, SettingError, StoreUnavailable
from functions.settings import Settings
from functions.web.edge.limits import refuse
from functions.web.edge.stack import guard
from functions.web.http.loggers import FAILURES, ON_LAMBDA, log_as_lines
from functions.web.http.problems import RETRY_SECONDS, HttpProblem, problem_of
from functions.web.http.scope import counted_address, forwarded_for, header, peer
from functions.web.http.site_frame import SiteFrame

if TYPE_CHECKING:
    from mangum import Mangum

Event = dict[str, Any]

# Lambda gives back 6 MiB at most, with everything around the body.
LARGEST_ANSWER: Final = 6 * 1024 * 1024 - 64 * 1024
# The last attempt of a call may last seven seconds, and then an answer has to be made.
_KEPT_BACK: Final = 8.0
# Lambda ends a start after ten: an attempt that begins now may last seven seconds.
_START_SECONDS: Final = 2.0
_NEVER_TOO_LARGE: Final = LARGEST_ANSWER // 4
_TEXTS: Final = ("text/html", "text/plain", "application/json", "application/problem+json", "application/jose")
_TOO_LARGE: Final = "这次的内容超过 6 MB，一次给不出来。请缩小范围，或者在列表里下载成文件"
_ELSEWHERE: Final = "这个地址不直接对外。请从网站的首页进入"
_NOT_OPEN: Final = "这项服务还没有准备好，暂时办不了。请过一会儿再来；急用的，请打电话给本局"
_NOT_OPEN_TITLE: Final = "暂时办不了"
# What a page stands in where no built site is found.
_BARE: Final = SiteFrame(
    '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width"><title><!--qingdan:title--></title></head>'
    "<body><main><!--qingdan:main--></main></body></html>"
)


class Gateway:
    """A function as Lambda calls it with events of an HTTP API (payload 2.0).

    Everything is opened by the settings in `variables` and stays open: on Lambda while the function starts, when it has
    a whole processor and nobody waits; elsewhere at the first event. What could not be opened is opened at the next
    event. `around` stands between the application and the limits.
    """

    def __init__(
        self,
        create_app: Callable[[Services], Starlette],
        variables: Mapping[str, str],
        around: Callable[[ASGIApp, Services], ASGIApp] = lambda app, _: app,
    ) -> None:
        self._create_app, self._variables, self._around = create_app, variables, around
        self._until = math.inf
        if ON_LAMBDA in variables:
            self._until = time.monotonic() + _START_SECONDS
            with suppress(Exception):
                _ = self._answering

    def __call__(self, event: Event, context: Any) -> Event:
        """The answer to an event; `context` is Lambda's, which knows when it ends the function, or None."""
        left = context.get_remaining_time_in_millis() / 1000 if context is not None else math.inf
        self._until = time.monotonic() + left - _KEPT_BACK
        try:
            answering = self._answering
        except Exception as error:
            # Else the gateway would tell the visitor that something failed, in English; the next event tries again.
            return self._refusing(_unopened(error))(event, context)
        answer = answering(event, context)
        if len(answer.get("body", "")) > _NEVER_TOO_LARGE and _size(answer) > LARGEST_ANSWER:
            answer = self._refusing(HttpProblem(500, _TOO_LARGE))(event, context)
        settle()
        return answer

    @cached_property
    def services(self) -> Services:
        """Return what the function works with."""
        return open_services(self._settings, lock=False, until=lambda: self._until)

    def close(self) -> None:
        """Release what has been opened; the next event opens it anew."""
        if "services" in self.__dict__:
            self.services.close()
        for name in ("services", "_settings", "_answering"):
            self.__dict__.pop(name, None)

    @cached_property
    def _settings(self) -> Settings:
        log_as_lines(self._variables)
        # Whoever comes here came by HTTPS: neither CloudFront nor the gateway takes anything else.
        return replace(Settings.from_mapping(self._variables), encrypted=True)

    @cached_property
    def _answering(self) -> Mangum:
        app = self._create_app(self.services)
        frame = SiteFrame.load(self._settings.site)
        return _adapted(self._around(app, self.services), self._settings, frame, app.routes)

    def _refusing(self, problem: HttpProblem) -> Mangum:
        """Gives everybody this problem, whatever else could not be opened."""
        settings, frame = _refusing_settings(self._variables), _BARE
        with suppress(SettingError):
            settings = self._settings
        with suppress(SettingError, OSError, ValueError, KeyError):
            frame = SiteFrame.load(settings.site)

        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            await refuse(scope, receive, send, problem, frame)

        return _adapted(application, settings, frame)


def _refusing_settings(variables: Mapping[str, str]) -> Settings:
    """Return what refusing needs of settings that are wrong somewhere."""
    site, mark = variables.get("QINGDAN_SITE", ""), variables.get("QINGDAN_ORIGIN_MARK", "")
    return Settings(site=Path(site or "build/site"), origin_mark=mark.strip(), encrypted=True)


def _unopened(error: Exception) -> HttpProblem:
    """Return what a visitor is told of a function that cannot be opened; the log says why, in our own words only."""
    if isinstance(error, StoreUnavailable):
        return problem_of(error)
    FAILURES.error(
        {"gateway": "not opened", "why": str(error) if isinstance(error, QingdanError) else ""}, exc_info=error
    )
    return HttpProblem(503, _NOT_OPEN, title=_NOT_OPEN_TITLE, headers={"Retry-After": str(RETRY_SECONDS)})


def _adapted(app: ASGIApp, settings: Settings, frame: SiteFrame, routes: Iterable[BaseRoute] = ()) -> Mangum:
    """The application as Lambda calls it, within its limits."""
    from mangum import Mangum

    if settings.origin_mark:
        app = ThroughCloudFront(app, settings.origin_mark, frame)
    app = guard(app, settings, frame, time.monotonic, count=False, routes=routes)
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
