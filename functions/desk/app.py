"""The officers' function: pages and JSON for reading and downloading what was filed, for signed-in staff only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from functions.bootstrap import Services
from functions.desk.admin.accounts import StaffPages
from functions.desk.admin.audit_log import AuditLogPages
from functions.desk.downloads.behind_gateway import delivered
from functions.desk.downloads.prepared import PreparedDownloads
from functions.desk.filings.api import Api
from functions.desk.filings.call_list import Calls
from functions.desk.filings.documents import DeskDocuments
from functions.desk.filings.list_page import Desk
from functions.desk.filings.paper_entry import PaperDesk
from functions.desk.frame import Pages
from functions.desk.review.api import ReviewApi
from functions.desk.review.batch_pages import BatchPages
from functions.desk.review.decisions import Decisions
from functions.desk.review.pages import Review
from functions.desk.sessions import Sessions
from functions.desk.sign_in.own_account import OwnAccount
from functions.desk.sign_in.pages import SignInPages
from functions.desk.sign_in.resumption import Resumption
from functions.desk.sign_in.steps import SignInSteps
from functions.errors import QingdanError
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from functions.web.edge.aws_gateway import Gateway
from functions.web.filing.stepper import Stepper
from functions.web.http.endpoints import Endpoint, reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.site_frame import SiteFrame

# A password check takes 64 MiB for a moment: two at a time bound the memory that strangers can make a server use.
PASSWORD_CHECKS: Final = 2


def create_app(services: Services) -> Starlette:
    """The application over these services; SettingError when the site has not been built."""
    pages = Pages(SiteFrame.load(services.settings.site), services.records)
    sessions = Sessions(services)
    encryption = Encryption(services.keys.hmac, services.keys.hmac_kid, services.entropy)
    factors = SecondFactors(services.staff, encryption, services.entropy)
    sign_in_steps = SignInSteps(services, sessions, factors)
    stepper = Stepper(services)
    decisions = Decisions(services, stepper)
    review = Review(services, sessions, pages, stepper, decisions)
    selection = BatchPages(services, sessions, pages, stepper, decisions)
    paper, calls = PaperDesk(services, sessions, pages), Calls(services, sessions, pages, stepper)
    review_api = ReviewApi(services, sessions, stepper, decisions)
    resumption = Resumption(encryption, services.settings)
    sign_in_pages, api = SignInPages(sessions, sign_in_steps, pages, resumption), Api(services, sessions, sign_in_steps)
    desk = Desk(services, sessions, pages, review.page, sign_in_pages, resumption)
    own, staff = OwnAccount(services, sessions, factors, pages), StaffPages(services, sessions, pages)
    trail = AuditLogPages(services, sessions, pages)
    prepared_downloads = PreparedDownloads(services, sessions, pages)
    documents = DeskDocuments(services, sessions)
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
        Route("/desk/sign-in", reading(sign_in_pages.show_sign_in)),
        Route("/desk/sign-in", slow(sign_in_pages.sign_in), methods=["POST"]),
        Route("/desk/sign-in/code", writing(sign_in_pages.sign_in_with_code), methods=["POST"]),
        Route("/desk/sign-out", writing(sign_in_pages.sign_out), methods=["POST"]),
        Route("/desk/password", reading(sign_in_pages.show_password)),
        Route("/desk/password", slow(sign_in_pages.change_password), methods=["POST"]),
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
        Route("/desk/parcels/{id}", reading(prepared_downloads.show)),
        Route("/api/desk/parcels/{id}", reading(prepared_downloads.tell)),
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
