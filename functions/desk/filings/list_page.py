"""The page with the list of filings, and its downloads; knows no decision."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.exports import FOR_SEVERAL, Downloads, SeveralForms, offered, permission_for
from functions.desk.filings.filters import MOST_NUMBERS, Filters, filters_noted
from functions.desk.filings.listing import Listing
from functions.desk.filings.page import FilingPage
from functions.desk.frame import Link, Pages
from functions.desk.sessions import Sessions, Visitor
from functions.records.pinned import PinnedForms
from functions.staff.permissions import may
from functions.web.filing.documents import has_sheet
from functions.web.http.endpoints import reading
from functions.web.http.routes import Route


class ListPage:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages, filing_page: FilingPage) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._filing_page = filing_page
        self._forms = PinnedForms(services.records, services.catalogue)
        self._listing = Listing(services.records, self._forms)
        self._downloads = Downloads(services, self._forms)
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [Route("/desk/submissions", reading(self.show)), Route("/desk/export", reading(self.export))]

    def show(self, request: Request) -> Response:
        """Show the matching filings, newest first."""
        visitor = self._sessions.admit(request, "read")
        filters = Filters.read(request.query_params, visitor.account.name)
        view = self._listing.view(
            filters,
            request.query_params.get("cursor") or None,
            done_words=self._filing_page.done(request, visitor),
            offer=partial(offered, visitor.account.role),
            accepts=may(visitor.account.role, "accept"),
            score_sheet=has_sheet(self._services.settings) and may(visitor.account.role, "export"),
        )
        self._trail.note_soon("listed", visitor.account.name, **filters_noted(filters, self._forms.held))
        return self._pages.page(request, view, visitor)

    def export(self, request: Request) -> Response:
        """Return the ticked filings as a file, or all matches when none is ticked; "csv:PATH" is the CSV of rows."""
        query = request.query_params
        format, _, table = query.get("format", "").partition(":")
        visitor = self._sessions.admit(request, permission_for(format))
        numbers = query.getlist("number")[: MOST_NUMBERS + 1]
        filters = Filters.read(query, visitor.account.name)
        try:
            return self._downloads.make(visitor, filters, numbers, format=format, table=table)
        except SeveralForms as problem:
            return self._choose_form(request, visitor, problem)

    def _choose_form(self, request: Request, visitor: Visitor, problem: SeveralForms) -> Response:
        """Show links to the download for each form, and to one file with all of them."""
        kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("form", "format")]
        base = request.scope.get("root_path", "") + "/desk/export?"
        format = problem.format
        links = [
            Link(
                base + urlencode([*kept, ("form", form), ("format", format.name)]),
                f"下载{self._forms.of(form).short}（{format.label}）",
            )
            for form in problem.choices
        ]
        every = base + urlencode([*kept, ("format", FOR_SEVERAL.name)])
        links.append(Link(every, f"全部下载为一个 {FOR_SEVERAL.label}"))
        return self._pages.message(request, visitor, problem, links)
