"""The desk's pages for signing in and out and for changing the password; knows no filing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from functions.staff.passwords import PasswordRefused
from functions.web.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.desk_frame import Pages
from functions.web.entrance import Entrance, TicketEnded
from functions.web.problems import HttpProblem
from functions.web.sessions import (
    COOKIE,
    FORM_COOKIE,
    Doorkeeper,
    SignedIn,
    Visitor,
    drop_cookie,
    require_csrf,
    require_form_token,
    set_cookie,
)

LEFT: Final[Mapping[str, str]] = {"1": "已经退出", "all": "所有地方都已经退出"}
ENDED: Final = "登录已经过期，请重新登录"
_OWN_PAGE = re.compile(r"/desk/[A-Za-z0-9/?&=%+_.~-]*")


class Doors:
    """Every call blocks; checking a password also takes long on purpose. Run them in worker threads."""

    def __init__(self, doorkeeper: Doorkeeper, entrance: Entrance, pages: Pages) -> None:
        self._doorkeeper = doorkeeper
        self._entrance = entrance
        self._pages = pages

    def show_sign_in(self, request: Request) -> Response:
        """The sign-in page; who is signed in already goes to the list."""
        if COOKIE not in request.cookies:
            return self._sign_in_page(request, notice=LEFT.get(request.query_params.get("out", ""), ""))
        try:
            self._doorkeeper.visitor(request)
        except HttpProblem:
            response = self._sign_in_page(request, notice=ENDED)
            drop_cookie(response, COOKIE)
            return response
        return redirect(request, "/desk/")

    def sign_in(self, request: Request, body: bytes) -> Response:
        """Let in who knows the password, or ask them for the code; else the page again, without the password."""
        answers = read_form(request, body)
        token = require_form_token(request, answers.get("csrf", ""))
        name, after = answers.get("username", ""), own_page(answers.get("next", ""))
        try:
            account = self._entrance.check(request, name=name, password=answers.get("password", ""))
        except HttpProblem as problem:
            return self._sign_in_page(request, name=name, after=after, problem=problem)
        if account.second_factor is not None:
            return self._code_page(request, self._entrance.ticket(account, token), after)
        return self._let_in(request, self._entrance.sign_in(request, account, ""), after)

    def sign_in_with_code(self, request: Request, body: bytes) -> Response:
        """The second step: let in who has the code as well; else the page again, or the first step."""
        answers = read_form(request, body)
        token = require_form_token(request, answers.get("csrf", ""))
        ticket, after = answers.get("ticket", ""), own_page(answers.get("next", ""))
        try:
            account = self._entrance.redeem(ticket, token)
            signed_in = self._entrance.sign_in(request, account, answers.get("code", ""))
        except TicketEnded as problem:
            return self._sign_in_page(request, after=after, problem=problem)
        except HttpProblem as problem:
            return self._code_page(request, ticket, after, problem)
        return self._let_in(request, signed_in, after)

    def sign_out(self, request: Request, body: bytes) -> Response:
        """End the session here and in the browser."""
        visitor = self._doorkeeper.visitor(request)
        require_csrf(visitor, read_form(request, body).get("csrf", ""))
        self._doorkeeper.leave(request, visitor)
        response = redirect(request, "/desk/sign-in?out=1")
        drop_cookie(response, COOKIE)
        return response

    def show_password(self, request: Request) -> Response:
        """The page to change one's password."""
        return self._password_page(request, self._doorkeeper.visitor(request))

    def change_password(self, request: Request, body: bytes) -> Response:
        """Change it and go on with a new session; else the page again with what is wrong."""
        visitor = self._doorkeeper.visitor(request)
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        try:
            signed_in = self._doorkeeper.change_password(request, visitor, answers)
        except PasswordRefused as refusal:
            return self._password_page(request, visitor, refusal)
        return go_on(
            request, signed_in, "/desk/" if visitor.account.must_change_password else "/desk/account?done=password"
        )

    def _sign_in_page(
        self,
        request: Request,
        *,
        notice: str = "",
        name: str = "",
        after: str | None = None,
        problem: HttpProblem | None = None,
    ) -> Response:
        token = self._doorkeeper.form_token(request)
        response = self._pages.page(
            request,
            "sign_in.html",
            None,
            status=problem.status if problem else 200,
            notice=notice,
            name=name,
            error=problem.detail if problem else "",
            csrf=token,
            next=after or own_page(request.query_params.get("next", "")),
        )
        response.headers.update(problem.headers if problem else {})
        set_cookie(response, FORM_COOKIE, token)
        return response

    def _code_page(self, request: Request, ticket: str, after: str, problem: HttpProblem | None = None) -> Response:
        """The page for the code. That it is asked for is no mistake, and answered with 200."""
        token = self._doorkeeper.form_token(request)
        response = self._pages.page(
            request,
            "code.html",
            None,
            status=problem.status if problem else 200,
            error=problem.detail if problem else "",
            csrf=token,
            ticket=ticket,
            next=after,
        )
        response.headers.update(problem.headers if problem else {})
        return response

    def _let_in(self, request: Request, signed_in: SignedIn, after: str) -> Response:
        changing = signed_in.visitor.account.must_change_password
        response = go_on(request, signed_in, "/desk/password" if changing else after)
        drop_cookie(response, FORM_COOKIE)
        return response

    def _password_page(self, request: Request, visitor: Visitor, refusal: PasswordRefused | None = None) -> Response:
        return self._pages.page(
            request,
            "password.html",
            visitor,
            status=422 if refusal else 200,
            first=visitor.account.must_change_password,
            error=str(refusal) if refusal else "",
            field=refusal.field if refusal else "",
        )


def read_form(request: Request, body: bytes) -> Mapping[str, str]:
    """The posted names and values; HttpProblem 400 or 415."""
    require_type(request.headers.get("content-type", ""), FORM_TYPE)
    return dict(parse_pairs(body))


def go_on(request: Request, signed_in: SignedIn, address: str) -> Response:
    """On to the address, with the cookie of a new session."""
    response = redirect(request, address)
    set_cookie(response, COOKIE, signed_in.token)
    return response


def own_page(address: str) -> str:
    """The address if it is one of the desk's pages, else the list: nobody is sent away after signing in."""
    return address if _OWN_PAGE.fullmatch(address) and "/.." not in address else "/desk/"


def redirect(request: Request, address: str) -> Response:
    """See other, under the path where the service is mounted."""
    return RedirectResponse(request.scope.get("root_path", "") + address, 303)
