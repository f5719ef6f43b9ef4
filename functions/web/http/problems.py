"""The only place that turns errors into HTTP answers: RFC 9457 for programs, a page with the cure for people."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from functions.errors import (
    GuardTaken,
    IdempotencyMismatch,
    NoRoom,
    NotFound,
    OutcomeUnknown,
    QingdanError,
    SequenceTaken,
    StepRefused,
    StoreUnavailable,
)
from functions.forms.page.element import EMPTY, el, join
from functions.forms.problem import Problem
from functions.records.state import Erased
from functions.web.http.site_frame import SiteFrame

PROBLEM_TYPE = "application/problem+json"
TITLES = {
    400: "这次提交读不出来",
    401: "请先登录",
    403: "您没有这项权限",
    404: "没有找到",
    405: "这个地址不能这样用",
    406: "没有您要的格式",
    408: "等了太久，没有收完",
    409: "和已有的填报冲突",
    412: "内容已经变了",
    413: "内容太大",
    414: "地址太长",
    415: "格式不对",
    422: "还没有提交",
    428: "请说明您改的是哪一版",
    429: "操作太快",
    431: "标头太大",
    500: "出了错",
    503: "现在存不下来",
    507: "暂时不收附件",
}
_DETAILS = {
    404: "这个地址没有内容。请核对地址，或者从首页重新进入",
    405: "请从表页或者首页重新进入",
    500: (
        "这一步出了错，没有办完。刚才提交了内容的，不知道存下来没有：请先看一看，没有存下来的再做一次；"
        "还是不行，请打电话给本局"
    ),
}
RETRY_SECONDS = 30
# Nobody mends more at once; all of them of a hostile filing would be megabytes.
MOST_ERRORS = 100
NO_ROOM_SECONDS = 3600
UNKNOWN_TITLE = "不知道存下来没有"
_NOT_NOW = "存储现在用不了，这一步没有办完。填好的内容请先留着，过一会儿再试一次"
_UNKNOWN = (
    "没有等到存储的答复，不知道这一步存下来没有。请先看一看现在的情况；"
    "再做一次的，程序请带同一个 Idempotency-Key，不会存成两份"
)
_STATUSES: tuple[tuple[type[QingdanError], int], ...] = (
    (NotFound, 404),
    (GuardTaken, 409),
    (IdempotencyMismatch, 409),
    (StepRefused, 409),
    (Erased, 409),
    (SequenceTaken, 412),
)


class HttpProblem(Exception):
    """An unsuccessful answer: a status, Chinese words with the cure, and for 422 the fields to change.

    `more` are further members of the problem document, for programs.
    """

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        title: str = "",
        errors: Sequence[Problem] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or _DETAILS.get(status, ""))
        self.status = status
        self.title = title or TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400])
        self.detail = str(self) or self.title
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})


def problem_of(error: Exception) -> HttpProblem:
    """Return the problem for our errors and Starlette's; any unknown error is a 500 that reveals nothing."""
    if isinstance(error, HttpProblem):
        return error
    if isinstance(error, HTTPException):
        known = error.status_code in TITLES
        return HttpProblem(error.status_code if known else 400, headers=error.headers)
    if isinstance(error, NoRoom):
        return HttpProblem(507, str(error), headers={"Retry-After": str(NO_ROOM_SECONDS)})
    if isinstance(error, StoreUnavailable):
        headers = {"Retry-After": str(RETRY_SECONDS)}
        if isinstance(error, OutcomeUnknown):
            return HttpProblem(503, _UNKNOWN, title=UNKNOWN_TITLE, headers=headers)
        return HttpProblem(503, _NOT_NOW, headers=headers)
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return HttpProblem(status, str(error))
    return HttpProblem(500)


def problem_for(request: Request, error: Exception) -> HttpProblem:
    """Return the problem of an error in this request; a 405 lists every method that its address allows."""
    problem = problem_of(error)
    if isinstance(error, HTTPException) and error.status_code == 405:
        routes = [route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE]
        methods = {method for route in routes if isinstance(route, Route) for method in route.methods or ()}
        problem.headers["Allow"] = ", ".join(sorted(methods))
    return problem


def wants_html(path: str, accept: str) -> bool:
    """Whether the answer should be a page: by the `Accept` header, else by the purpose of the address."""
    for_programs = path.startswith(("/api/", "/.well-known/")) or path == "/healthz"
    page, data = (
        _quality(accept, ("text/html", "application/xhtml+xml")),
        _quality(accept, ("application/json", PROBLEM_TYPE)),
    )
    return page > data if page != data else not for_programs


def _quality(accept: str, kinds: tuple[str, ...]) -> float:
    best = 0.0
    for part in accept.split(","):
        kind, _, rest = part.strip().partition(";")
        if kind.strip().lower() in kinds:
            _, _, value = rest.partition("q=")
            best = max(best, _weight(value))
    return best


def _weight(value: str) -> float:
    try:
        return float(value) if value else 1.0
    except ValueError:
        return 0.0


def content_of(problem: HttpProblem) -> dict[str, Any]:
    """Return the problem document (RFC 9457)."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    content = {**problem.more, **content}
    if problem.errors:
        content["errors"] = [asdict(error) for error in problem.errors[:MOST_ERRORS]]
    if len(problem.errors) > MOST_ERRORS:
        content["error_count"] = len(problem.errors)
    return content


def answer_json(problem: HttpProblem) -> Response:
    """Return the problem as `application/problem+json`."""
    content = content_of(problem)
    body = json.dumps(content, ensure_ascii=False).encode()
    return Response(body, problem.status, headers=problem.headers, media_type=PROBLEM_TYPE)


def answer_page(problem: HttpProblem, site_frame: SiteFrame) -> Response:
    """The problem as a page: what is wrong, what to do, and the way back."""
    errors = [el("li", f"{error.label}：{error.message}") for error in problem.errors[:MOST_ERRORS]]
    told = el(
        "div",
        el("h1", problem.title, id="err-h"),
        el("p", f"{problem.detail}。"),
        el("ol", *errors) if errors else EMPTY,
        class_="errors", role="alert", tabindex=-1, aria_labelledby="err-h",
    )  # fmt: skip
    main = join(told, el("p", el("a", "回首页", href=site_frame.base)))
    headers = {**problem.headers, "Vary": "Accept"}
    return Response(site_frame.page(problem.title, main), problem.status, headers=headers, media_type="text/html")


def answer(request: Request, error: Exception, site_frame: SiteFrame) -> Response:
    """Return the answer to an error, in the format that the client wants."""
    problem = problem_for(request, error)
    if wants_html(request.url.path, request.headers.get("accept", "")):
        return answer_page(problem, site_frame)
    return answer_json(problem)


def handlers(site_frame: SiteFrame) -> dict[Any, Callable[[Request, Exception], Awaitable[Response]]]:
    """Return the exception handlers for every function's application."""

    async def refuse(request: Request, error: Exception) -> Response:
        return answer(request, error, site_frame)

    return dict.fromkeys((HttpProblem, HTTPException, QingdanError, Exception), refuse)
