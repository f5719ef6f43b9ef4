"""The desk's answers to errors: the sign-in page, the kept text, or a page with the cure."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from functions.desk.first_answers import USED, KeyUsed
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import Sessions, StaleForm, StepNeeded, Visitor
from functions.desk.sign_in.pages import SignInPages
from functions.desk.sign_in.resumption import KeptPost, Resumption
from functions.errors import QingdanError
from functions.web.http.problems import HttpProblem, answer_json, problem_for, wants_html
from functions.web.http.site_addresses import address_of


class ErrorAnswers:
    """Makes error answers for programs and for people."""

    def __init__(self, sessions: Sessions, pages: Pages, sign_in_pages: SignInPages, resumption: Resumption) -> None:
        self._sessions = sessions
        self._pages = pages
        self._sign_in_pages = sign_in_pages
        self._resumption = resumption

    async def answer(self, request: Request, error: Exception) -> Response:
        """Return a problem document for programs, a page for people."""
        problem = problem_for(request, error)
        if not wants_html(request.url.path, request.headers.get("accept", "")):
            return answer_json(problem)
        if isinstance(error, StepNeeded):
            return redirect(request, error.page)
        if problem.status == 401:
            kept = await self._resumption.read(request)
            if kept:
                return await run_in_threadpool(self._sign_in_pages.keep, request, kept)
            return redirect(request, "/desk/sign-in" + _after(request))
        if isinstance(error, StaleForm):
            kept = await self._resumption.read(request, again=True)
            if kept:
                return await run_in_threadpool(self._sign_in_pages.resume, request, kept)
        if isinstance(error, KeyUsed):
            kept = await self._resumption.read(request, again=True)
            if kept:
                return await run_in_threadpool(self._begin_anew, request, kept)
        return await run_in_threadpool(self._message, request, problem)

    def _begin_anew(self, request: Request, kept: KeptPost) -> Response:
        """Return the typed text without the page's own key, which was used for something else."""
        unused = replace(kept, pairs=[(name, value) for name, value in kept.pairs if name != "key"])
        return self._sign_in_pages.resume(request, unused, status=409, why=USED)

    def _message(self, request: Request, problem: HttpProblem) -> Response:
        return self._pages.message(request, self._visitor(request), problem)

    def _visitor(self, request: Request) -> Visitor | None:
        try:
            return self._sessions.visitor(request)
        except (HttpProblem, QingdanError):
            return None


def _after(request: Request) -> str:
    """Return where to go on after signing in: the requested page."""
    if request.method != "GET":
        return ""
    return "?" + urlencode({"next": address_of(request)})
