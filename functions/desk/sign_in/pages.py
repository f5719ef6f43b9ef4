"""The desk's pages for signing in and out and for changing the password; knows no filing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.desk.frame import Pages, redirect
from functions.desk.sessions import (
    COOKIE,
    FORM_COOKIE,
    Sessions,
    SignedIn,
    StaleForm,
    Visitor,
    drop_cookie,
    require_csrf,
    require_form_token,
    set_cookie,
)
from functions.desk.sign_in.resumption import SIGNED_IN_ANEW, KeptPost, Resumption, resume_page
from functions.desk.sign_in.steps import SignInSteps, TicketEnded
from functions.staff.passwords import PasswordRefused
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import Writing, reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.site_addresses import own_page

LEFT: Final[Mapping[str, str]] = {"1": "已经退出", "all": "所有地方都已经退出"}
ENDED: Final = "登录已经过期，请重新登录"
TOO_LONG: Final = (
    "登录已经结束，刚才的提交没有照办。内容太长，登录时留不住。"
    "请先按浏览器的“后退”回到填写的页面，把长的文字复制下来，再登录"
)


@dataclass(frozen=True, slots=True)
class Next:
    """What follows a sign-in: the requested page, and kept text, encrypted; "" for nothing."""

    after: str = ""
    kept: str = ""

    @classmethod
    def of(cls, request: Request, answers: Mapping[str, str]) -> Next:
        """Return what the sign-in pages carry from one to the next."""
        return cls(own_page(request, answers.get("next", "")), answers.get("kept", ""))


@dataclass(frozen=True, slots=True)
class SignInView:
    """The first step; `files` says that files were chosen, which the sign-in cannot keep."""

    template: ClassVar = "sign_in.html"
    notice: str
    name: str
    error: str
    csrf: str
    next: str
    kept: str
    files: bool


@dataclass(frozen=True, slots=True)
class CodeView:
    """The second step, for the code."""

    template: ClassVar = "code.html"
    error: str
    csrf: str
    ticket: str
    next: str
    kept: str


@dataclass(frozen=True, slots=True)
class PasswordView:
    """The form to change one's password; `first` says that a one-time password must be changed."""

    template: ClassVar = "password.html"
    first: bool
    error: str
    field: str
    kept: str


class Overtaken(HttpProblem):
    """Another sign-in page in this browser overtook this one, and nobody was signed in."""

    def __init__(self) -> None:
        super().__init__(403, "这一页放得太久，还没有登录。请再填一次账号和密码")


class SignInPages:
    """Every call blocks; checking a password also takes long on purpose. Run them in worker threads."""

    def __init__(self, sessions: Sessions, sign_in_steps: SignInSteps, pages: Pages, resumption: Resumption) -> None:
        self._sessions = sessions
        self._sign_in_steps = sign_in_steps
        self._pages = pages
        self._resumption = resumption

    def routes(self, slow: Writing) -> list[Route]:
        """Return the routes; `slow` makes the endpoints of handlers that check a password."""
        return [
            Route("/desk/sign-in", reading(self.show_sign_in)),
            Route("/desk/sign-in", slow(self.sign_in), methods=["POST"], keyed=True),
            Route("/desk/sign-in/code", writing(self.sign_in_with_code), methods=["POST"], keyed=True),
            Route("/desk/sign-out", writing(self.sign_out), methods=["POST"]),
            Route("/desk/password", reading(self.show_password)),
            Route("/desk/password", slow(self.change_password), methods=["POST"]),
        ]

    def show_sign_in(self, request: Request) -> Response:
        """Show the sign-in page; redirect somebody who is signed in to the list."""
        if COOKIE not in request.cookies:
            return self._sign_in_page(request, notice=LEFT.get(request.query_params.get("out", ""), ""))
        try:
            self._sessions.visitor(request)
        except HttpProblem:
            response = self._sign_in_page(request, notice=ENDED)
            drop_cookie(response, COOKIE)
            return response
        return redirect(request, "/desk/")

    def sign_in(self, request: Request, body: bytes) -> Response:
        """Admit whoever knows the password, or ask for the code; else show the page again, without the password."""
        answers = read_form(request, body)
        name, way = answers.get("username", ""), Next.of(request, answers)
        try:
            token = self._form_token(request, answers, way)
        except Overtaken as problem:
            return self._sign_in_page(request, name=name, way=way, problem=problem)
        try:
            account = self._sign_in_steps.check(request, name=name, password=answers.get("password", ""))
        except HttpProblem as problem:
            return self._sign_in_page(request, name=name, way=way, problem=problem)
        if account.second_factor is not None:
            return self._code_page(request, self._sign_in_steps.ticket(account, token), way)
        return self._let_in(request, self._sign_in_steps.sign_in(request, account, ""), way)

    def sign_in_with_code(self, request: Request, body: bytes) -> Response:
        """The second step: admit whoever has the code too; else show the page again, or the first step."""
        answers = read_form(request, body)
        ticket, way = answers.get("ticket", ""), Next.of(request, answers)
        try:
            token = self._form_token(request, answers, way)
        except Overtaken as problem:
            return self._sign_in_page(request, way=way, problem=problem)
        try:
            account = self._sign_in_steps.redeem(ticket, token)
            signed_in = self._sign_in_steps.sign_in(request, account, answers.get("code", ""))
        except TicketEnded as problem:
            return self._sign_in_page(request, way=way, problem=problem)
        except HttpProblem as problem:
            return self._code_page(request, ticket, way, problem)
        return self._let_in(request, signed_in, way)

    def sign_out(self, request: Request, body: bytes) -> Response:
        """End the session here and in the browser."""
        visitor = self._sessions.visitor(request)
        require_csrf(visitor, read_form(request, body).get("csrf", ""))
        self._sessions.leave(request, visitor)
        response = redirect(request, "/desk/sign-in?out=1")
        drop_cookie(response, COOKIE)
        return response

    def show_password(self, request: Request) -> Response:
        """Show the page to change one's password."""
        return self._password_page(request, self._sessions.visitor(request))

    def change_password(self, request: Request, body: bytes) -> Response:
        """Change the password and go on with a new session; else show the page again with the problem."""
        visitor = self._sessions.visitor(request)
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        way = Next.of(request, answers)
        try:
            signed_in = self._sessions.change_password(request, visitor, answers)
        except PasswordRefused as refusal:
            return self._password_page(request, visitor, refusal, kept=way.kept)
        after = "/desk/" if visitor.account.must_change_password else "/desk/account?done=password"
        return self._arrive(request, signed_in, Next(after, way.kept))

    def keep(self, request: Request, kept: KeptPost) -> Response:
        """Show the sign-in page to somebody who posted without a session: the post was not carried out, and is kept."""
        locked = self._resumption.lock(kept)
        way = Next("/desk/", locked)
        return self._sign_in_page(request, notice="" if locked else TOO_LONG, way=way, status=401, files=kept.files)

    def resume(self, request: Request, kept: KeptPost, *, status: int = 403, why: str = SIGNED_IN_ANEW) -> Response:
        """Show text typed in a session that another session replaced in this browser, to whoever is signed in."""
        return resume_page(self._pages, request, self._sessions.visitor(request), kept, status=status, why=why)

    def _form_token(self, request: Request, answers: Mapping[str, str], way: Next) -> str:
        """Check the token; Overtaken when the page came from here, so that the text it keeps is not lost."""
        try:
            return require_form_token(request, answers.get("csrf", ""))
        except StaleForm:
            if way.kept and self._resumption.is_from_here(request):
                raise Overtaken from None
            raise

    def _sign_in_page(
        self,
        request: Request,
        *,
        notice: str = "",
        name: str = "",
        way: Next | None = None,
        problem: HttpProblem | None = None,
        status: int = 200,
        files: bool = False,
    ) -> Response:
        token = self._sessions.form_token(request)
        response = self._pages.page(
            request,
            SignInView(
                notice=notice,
                name=name,
                error=problem.detail if problem else "",
                csrf=token,
                next=way.after if way else own_page(request, request.query_params.get("next", "")),
                kept=way.kept if way else "",
                files=files,
            ),
            None,
            status=problem.status if problem else status,
        )
        response.headers.update(problem.headers if problem else {})
        set_cookie(response, FORM_COOKIE, token)
        return response

    def _code_page(self, request: Request, ticket: str, way: Next, problem: HttpProblem | None = None) -> Response:
        """Show the page for the code, with status 200: asking for the code is not an error."""
        token = self._sessions.form_token(request)
        response = self._pages.page(
            request,
            CodeView(problem.detail if problem else "", token, ticket, way.after, way.kept),
            None,
            status=problem.status if problem else 200,
        )
        response.headers.update(problem.headers if problem else {})
        return response

    def _let_in(self, request: Request, signed_in: SignedIn, way: Next) -> Response:
        if not signed_in.visitor.account.must_change_password:
            response = self._arrive(request, signed_in, way)
        elif way.kept:
            response = self._password_page(request, signed_in.visitor, kept=way.kept)
            signed_in.keep(response)
        else:
            response = go_on(request, signed_in, "/desk/password")
        drop_cookie(response, FORM_COOKIE)
        return response

    def _arrive(self, request: Request, signed_in: SignedIn, way: Next) -> Response:
        """Redirect to the requested page, or to the kept text, with the cookie of the new session."""
        lacks = self._sessions.lacks_second_factor(signed_in.visitor.account)
        if not way.kept:
            set_up = "/desk/totp?" + urlencode({"next": way.after})
            return go_on(request, signed_in, set_up if lacks else way.after)
        kept = self._resumption.unlock(way.kept)
        response = resume_page(self._pages, request, signed_in.visitor, kept, set_up=lacks)
        signed_in.keep(response)
        return response

    def _password_page(
        self, request: Request, visitor: Visitor, refusal: PasswordRefused | None = None, *, kept: str = ""
    ) -> Response:
        return self._pages.page(
            request,
            PasswordView(
                first=visitor.account.must_change_password,
                error=str(refusal) if refusal else "",
                field=refusal.field if refusal else "",
                kept=kept,
            ),
            visitor,
            status=422 if refusal else 200,
        )


def go_on(request: Request, signed_in: SignedIn, address: str) -> Response:
    """Redirect to the address, with the cookie of a new session."""
    response = redirect(request, address)
    signed_in.keep(response)
    return response
