"""The officers' function: pages and JSON for reading and downloading what was filed, for signed-in staff only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.desk.admin.accounts import StaffPages
from functions.desk.admin.audit_log import TrailPages
from functions.desk.audit import Trail, filters_noted
from functions.desk.downloads.behind_gateway import delivered
from functions.desk.downloads.prepared import Parcels
from functions.desk.filings.api import Api
from functions.desk.filings.call_list import Calls
from functions.desk.filings.documents import DeskDocuments
from functions.desk.filings.exports import Downloads, SeveralForms
from functions.desk.filings.filters import MOST_NUMBERS, Filters
from functions.desk.filings.listing import Listing
from functions.desk.filings.page import FilingPage
from functions.desk.filings.paper_entry import PaperDesk
from functions.desk.frame import Pages
from functions.desk.review.api import ReviewApi
from functions.desk.review.batch_pages import SelectionPages
from functions.desk.review.decisions import Deciding
from functions.desk.review.pages import Review
from functions.desk.sessions import Doorkeeper, StaleForm, StepNeeded, Visitor
from functions.desk.sign_in.own_account import OwnAccount
from functions.desk.sign_in.pages import Doors, redirect
from functions.desk.sign_in.resumption import Keeping, address_of
from functions.desk.sign_in.steps import Entrance
from functions.errors import QingdanError
from functions.staff.encryption import Vault
from functions.staff.permissions import may
from functions.staff.second_factor import SecondFactors
from functions.web.edge.aws_gateway import Gateway
from functions.web.filing.score_sheets import has_sheet
from functions.web.filing.stepper import Stepper
from functions.web.http.endpoints import Endpoint, reading, writing
from functions.web.http.problems import HttpProblem, answer_json, problem_for, wants_html
from functions.web.http.site_frame import Shell

# A password check takes 64 MiB for a moment: two at a time bound the memory that strangers can make a server use.
PASSWORD_CHECKS: Final = 2


def create_app(services: Services) -> Starlette:
    """The application over these services; SettingError when the site has not been built."""
    pages = Pages(Shell.load(services.settings.site), services.records)
    doorkeeper = Doorkeeper(services)
    vault = Vault(services.keys.hmac, services.keys.hmac_kid, services.entropy)
    factors = SecondFactors(services.staff, vault, services.entropy)
    entrance = Entrance(services, doorkeeper, factors)
    stepper = Stepper(services)
    deciding = Deciding(services, stepper)
    review = Review(services, doorkeeper, pages, stepper, deciding)
    selection = SelectionPages(services, doorkeeper, pages, stepper, deciding)
    paper, calls = PaperDesk(services, doorkeeper, pages), Calls(services, doorkeeper, pages, stepper)
    review_api = ReviewApi(services, doorkeeper, stepper, deciding)
    keeping = Keeping(vault, services.settings)
    doors, api = Doors(doorkeeper, entrance, pages, keeping), Api(services, doorkeeper, entrance)
    desk = Desk(services, doorkeeper, pages, review.page, doors, keeping)
    own, staff = OwnAccount(services, doorkeeper, factors, pages), StaffPages(services, doorkeeper, pages)
    trail = TrailPages(services, doorkeeper, pages)
    parcels = Parcels(services, doorkeeper, pages)
    documents = DeskDocuments(services, doorkeeper)
    checks = max(1, PASSWORD_CHECKS // services.settings.workers)
    slow = _slow(ThreadPoolExecutor(checks, thread_name_prefix="password"))
    routes = [
        Route("/desk/", reading(desk.show_list)),
        *review.routes(),
        *selection.routes(),
        *paper.routes(),
        *calls.routes(),
        *review_api.routes(),
        Route("/desk/export", reading(desk.export)),
        Route("/desk/sign-in", reading(doors.show_sign_in)),
        Route("/desk/sign-in", slow(doors.sign_in), methods=["POST"]),
        Route("/desk/sign-in/code", writing(doors.sign_in_with_code), methods=["POST"]),
        Route("/desk/sign-out", writing(doors.sign_out), methods=["POST"]),
        Route("/desk/password", reading(doors.show_password)),
        Route("/desk/password", slow(doors.change_password), methods=["POST"]),
        Route("/desk/account", reading(own.show)),
        Route("/desk/account/sessions", writing(own.sign_out), methods=["POST"]),
        Route("/desk/totp", reading(own.show_totp)),
        Route("/desk/totp", writing(own.turn_on), methods=["POST"]),
        Route("/desk/totp/recovery", slow(own.renew_recovery), methods=["POST"]),
        Route("/desk/totp/off", slow(own.turn_off), methods=["POST"]),
        Route("/desk/staff", reading(staff.show_all)),
        Route("/desk/staff", slow(staff.add), methods=["POST"]),
        Route("/desk/staff/{id}", reading(staff.show_one)),
        Route("/desk/staff/{id}", slow(staff.change), methods=["POST"]),
        Route("/desk/trail", reading(trail.show)),
        Route("/desk/trail.{format}", reading(trail.export)),
        Route("/api/desk/trail", reading(trail.list)),
        Route("/api/desk/trail.{format}", reading(trail.export)),
        Route("/desk/parcels/{id}", reading(parcels.show)),
        Route("/api/desk/parcels/{id}", reading(parcels.tell)),
        Route("/api/desk/session", slow(api.sign_in), methods=["POST"]),
        Route("/api/desk/session", reading(api.sign_out), methods=["DELETE"]),
        Route("/api/desk/submissions", reading(api.list)),
        Route("/api/desk/submissions/{number}", reading(api.read)),
        Route("/api/desk/submissions/{number}/document.pdf", reading(documents.filing)),
        Route("/api/desk/submissions/{number}/receipt.pdf", reading(documents.receipt)),
        Route("/api/desk/submissions/{number}/opinions/{sequence}.pdf", reading(documents.opinion)),
        Route("/desk/submissions/{number}/attachments/{sha256}", reading(documents.attachment)),
        Route("/api/desk/submissions/{number}/attachments/{sha256}", reading(documents.attachment)),
        Route("/api/desk/score-sheet.pdf", reading(documents.score_sheet)),
        Route("/api/desk/exports/{file}", reading(api.export)),
    ]
    refuse = desk.refuse
    handled = (HttpProblem, HTTPException, QingdanError, Exception)
    return Starlette(routes=routes, exception_handlers=dict.fromkeys(handled, refuse))


class Desk:
    """The pages about filings. Calls but `refuse` block and run in worker threads."""

    def __init__(
        self,
        services: Services,
        doorkeeper: Doorkeeper,
        pages: Pages,
        filing_page: FilingPage,
        doors: Doors,
        keeping: Keeping,
    ) -> None:
        self._services = services
        self._doorkeeper = doorkeeper
        self._pages = pages
        self._filing_page = filing_page
        self._doors = doors
        self._keeping = keeping
        self._listing = Listing(services.records, services.catalogue)
        self._downloads = Downloads(services)
        self._trail = Trail(services)

    def show_list(self, request: Request) -> Response:
        """The filings that match, newest first."""
        visitor = self._doorkeeper.admit(request, "read")
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
        visitor = self._doorkeeper.admit(request, "export")
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
            kept = await self._keeping.read(request)
            if kept:
                return await run_in_threadpool(self._doors.keep, request, kept)
            return redirect(request, "/desk/sign-in" + _after(request))
        if isinstance(error, StaleForm):
            kept = await self._keeping.read(request, again=True)
            if kept:
                return await run_in_threadpool(self._doors.resume, request, kept)
        return await run_in_threadpool(self._message, request, self._visitor(request), problem, [])

    def _visitor(self, request: Request) -> Visitor | None:
        try:
            return self._doorkeeper.visitor(request)
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


def _slow(threads: ThreadPoolExecutor) -> Callable[[Callable[[Request, bytes], Response]], Endpoint]:
    def wrap(work: Callable[[Request, bytes], Response]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            body = await request.body()
            return await asyncio.get_running_loop().run_in_executor(threads, work, request, body)

        return endpoint

    return wrap


gateway = Gateway(lambda services: delivered(create_app(services), services), os.environ)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
