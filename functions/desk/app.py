"""The officers' function: pages and JSON for reading, deciding and downloading filings; for signed-in staff only."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.admin.accounts import StaffPages
from functions.desk.admin.audit_log import AuditLogPages
from functions.desk.confirmation import Confirmation
from functions.desk.downloads.behind_gateway import delivered
from functions.desk.downloads.prepared import PreparedDownloads
from functions.desk.due.board import DueBoard
from functions.desk.due.units import UnitPages
from functions.desk.error_answers import ErrorAnswers
from functions.desk.filings.api import FilingsApi
from functions.desk.filings.call_list import Calls
from functions.desk.filings.documents import DeskDocuments
from functions.desk.filings.list_page import ListPage
from functions.desk.filings.paper_entry import PaperDesk
from functions.desk.first_answers import FirstAnswers
from functions.desk.frame import Pages
from functions.desk.orders.api import OrderApi
from functions.desk.orders.check_pages import CheckPages
from functions.desk.orders.extension_pages import ExtensionPages
from functions.desk.orders.letter_pages import LetterPages
from functions.desk.orders.list_page import OrderList
from functions.desk.reminders.api import ReminderApi
from functions.desk.reminders.pages import ReminderPages
from functions.desk.review.api import ReviewApi
from functions.desk.review.batch_pages import BatchPages
from functions.desk.review.decisions import Decisions
from functions.desk.review.pages import Review
from functions.desk.rosters.api import RosterApi
from functions.desk.rosters.import_pages import ImportPages
from functions.desk.rosters.list_pages import RosterPages
from functions.desk.rosters.row_pages import RowPages
from functions.desk.sessions import Sessions
from functions.desk.sign_in.api import SessionApi
from functions.desk.sign_in.own_account import OwnAccount
from functions.desk.sign_in.pages import SignInPages
from functions.desk.sign_in.resumption import Resumption
from functions.desk.sign_in.steps import SignInSteps
from functions.errors import QingdanError
from functions.settings import Settings
from functions.staff.encryption import Encryption
from functions.staff.second_factor import SecondFactors
from functions.web.edge.aws_gateway import Gateway
from functions.web.filing.flood import Flood
from functions.web.filing.stepper import Stepper
from functions.web.http.endpoints import reading, writing_in
from functions.web.http.places import password_places
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.scope import client_address
from functions.web.http.site_frame import SiteFrame

# A password check takes 64 MiB for a moment: two at a time bound the memory that strangers can make a server use.
PASSWORD_CHECKS: Final = 2


def create_app(services: Services) -> Starlette:
    """Make the application over these services; SettingError when the site has not been built."""
    site_frame, flood = SiteFrame.load(services.settings.site), Flood(services)
    pages = Pages(site_frame, services.records, services.entropy, flood.told_to_officers)
    sessions, stepper = Sessions(services, context=(pages.bureau,)), Stepper(services)
    encryption = Encryption(services.keys.hmac, services.keys.hmac_kid, services.entropy)
    factors = SecondFactors(services.staff, encryption, services.entropy)
    steps, resumption = SignInSteps(services, sessions, factors), Resumption(encryption, services.settings)
    first_answers = FirstAnswers(services, encryption)
    confirmation = Confirmation(services, sessions, factors)
    sign_in = SignInPages(sessions, steps, pages, resumption)
    decisions = Decisions(services, stepper)
    review = Review(services, sessions, pages, stepper, decisions)
    checks = max(1, PASSWORD_CHECKS // services.settings.workers)
    slow = writing_in(ThreadPoolExecutor(checks, thread_name_prefix="password"), _places(services.settings, checks))
    board, listing = DueBoard(services, sessions, pages), ListPage(services, sessions, pages, review.page)
    routes = [
        *sign_in.routes(slow),
        *SessionApi(sessions, steps).routes(slow),
        *OwnAccount(services, sessions, factors, pages, confirmation).routes(slow),
        *StaffPages(services, sessions, pages, confirmation).routes(slow),
        *AuditLogPages(services, sessions, pages).routes(),
        Route("/desk/", reading(_home(board, listing))),
        *board.routes(),
        *UnitPages(services, sessions, pages).routes(),
        *listing.routes(),
        *FilingsApi(services, sessions, stepper).routes(),
        *DeskDocuments(services, sessions).routes(),
        *Calls(services, sessions, pages, stepper).routes(),
        *PaperDesk(services, sessions, pages).routes(),
        *review.routes(),
        *BatchPages(services, sessions, pages, stepper, decisions).routes(),
        *ReviewApi(services, sessions, stepper, decisions).routes(),
        *PreparedDownloads(services, sessions, pages).routes(),
        *ReminderPages(services, sessions, pages).routes(),
        *ReminderApi(services, sessions).routes(),
        *RosterPages(services, sessions, pages).routes(),
        *ImportPages(services, sessions, pages).routes(),
        *RowPages(services, sessions, pages).routes(),
        *RosterApi(services, sessions).routes(),
        *OrderList(services, sessions, pages).routes(),
        *CheckPages(services, sessions, pages).routes(),
        *LetterPages(services, sessions, pages).routes(),
        *OrderApi(services, sessions).routes(),
        *ExtensionPages(services, sessions, pages).routes(),
    ]
    routes = [first_answers.guard(route) for route in routes]
    answer = ErrorAnswers(sessions, pages, sign_in, resumption).answer
    handled = (HttpProblem, HTTPException, QingdanError, Exception)
    return Starlette(routes=routes, exception_handlers=dict.fromkeys(handled, answer))


def _home(board: DueBoard, listing: ListPage) -> Callable[[Request], Response]:
    """The desk begins with the board; an address of the list that somebody kept from earlier releases has a query."""
    return lambda request: listing.show(request) if request.url.query else board.show(request)


def _places(settings: Settings, checks: int) -> Callable[[Request], AbstractContextManager[None]]:
    """Who may wait for a password check; anybody where no rate is limited."""
    places = password_places(checks)
    if not settings.rate_limit:
        return lambda request: nullcontext()
    return lambda request: places.hold(client_address(request.scope, settings.trusted_hops))


gateway = Gateway(create_app, os.environ, around=delivered)


def handler(event: dict[str, Any], context: Any) -> Any:
    """The entry for API Gateway (HTTP API, payload 2.0)."""
    return gateway(event, context)
