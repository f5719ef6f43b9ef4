"""The list of filings as a page, its downloads, and the answer to an error anywhere at the desk."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.exports import Downloads, SeveralForms
from functions.desk.filings.filters import MOST_NUMBERS, Filters, filters_noted
from functions.desk.filings.listing import Listing
from functions.desk.filings.page import FilingPage
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import Sessions, StaleForm, StepNeeded, Visitor
from functions.desk.sign_in.pages import SignInPages
from functions.desk.sign_in.resumption import Resumption, address_of
from functions.errors import QingdanError
from functions.staff.permissions import may
from functions.web.filing.documents import has_sheet
from functions.web.http.problems import HttpProblem, answer_json, problem_for, wants_html


class Desk:
    """The pages about filings. Calls but `refuse` block and run in worker threads."""

    def __init__(
        self,
        services: Services,
        sessions: Sessions,
        pages: Pages,
        filing_page: FilingPage,
        sign_in_pages: SignInPages,
        resumption: Resumption,
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._filing_page = filing_page
        self._sign_in_pages = sign_in_pages
        self._resumption = resumption
        self._listing = Listing(services.records, services.catalogue)
        self._downloads = Downloads(services)
        self._trail = Audit(services)

    def show_list(self, request: Request) -> Response:
        """The filings that match, newest first."""
        visitor = self._sessions.admit(request, "read")
        filters = Filters.read(request.query_params, visitor.account.name)
        values = self._listing.values(filters, request.query_params.get("cursor") or None)
        self._trail.note_soon("listed", visitor.account.name, **filters_noted(filters, self._services.catalogue))
        done = self._filing_page.done(request, visitor)
        accepts = may(visitor.account.role, "accept")
        sheet = has_sheet(self._services.settings) and may(visitor.account.role, "export")
        values |= {"done_words": done, "accepts": accepts, "score_sheet": sheet}
        return self._pages.page(request, "list.html", visitor, **values)

    def export(self, request: Request) -> Response:
        """The ticked filings as a file, or all that match when none is; "csv:PATH" is the CSV of repeated rows."""
        visitor = self._sessions.admit(request, "export")
        query = request.query_params
        numbers = query.getlist("number")[: MOST_NUMBERS + 1]
        format, _, table = query.get("format", "").partition(":")
        try:
            filters = Filters.read(query, visitor.account.name)
            return self._downloads.make(visitor, filters, numbers, format=format, table=table)
        except SeveralForms as problem:
            return self._choose_form(request, visitor, problem)

    def _choose_form(self, request: Request, visitor: Visitor, problem: SeveralForms) -> Response:
        """The same download again for each form, and once as a workbook that holds them all."""
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("form", "format")]
        base = request.scope.get("root_path", "") + "/desk/export?"
        links = [
            {
                "href": base + urlencode([*kept, ("form", form), ("format", "csv")]),
                "word": f"下载{self._services.catalogue.get(form).short}（CSV）",
            }
            for form in problem.choices
        ]
        links.append({"href": base + urlencode([*kept, ("format", "xlsx")]), "word": "全部下载为一个 XLSX"})
        return self._message(request, visitor, problem, links)

    async def refuse(self, request: Request, error: Exception) -> Response:
        """The answer to an error: for programs a problem, for people the way to sign in or a page with the cure."""
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
        return await run_in_threadpool(self._message, request, self._visitor(request), problem, [])

    def _visitor(self, request: Request) -> Visitor | None:
        try:
            return self._sessions.visitor(request)
        except (HttpProblem, QingdanError):
            return None

    def _message(
        self, request: Request, visitor: Visitor | None, problem: HttpProblem, links: list[dict[str, str]]
    ) -> Response:
        response = self._pages.page(
            request,
            "message.html",
            visitor,
            status=problem.status,
            title=problem.title,
            detail=problem.detail,
            links=links,
        )
        response.headers.update(problem.headers)
        return response


def _after(request: Request) -> str:
    """Where to go on after signing in: the page that was asked for."""
    if request.method != "GET":
        return ""
    return "?" + urlencode({"next": address_of(request)})
