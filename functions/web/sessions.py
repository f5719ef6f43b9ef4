"""Who is signed in, as HTTP carries it: the cookies, the CSRF token, and the way in and out; knows no page."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.errors import NotFound
from functions.staff.accounts import change_password, check_password
from functions.staff.passwords import Passwords
from functions.staff.permissions import Permission, may
from functions.staff.port import Account, Session
from functions.staff.sessions import (
    TOKEN_BYTES,
    SessionLimits,
    hash_token,
    open_session,
    resume_session,
)
from functions.staff.throttle import Throttle, TooManyAttempts
from functions.web.limits import client_address
from functions.web.problems import HttpProblem

COOKIE: Final = "__Host-qingdan"
FORM_COOKIE: Final = "__Host-qingdan-form"
WRONG_PAIR: Final = "账号或者密码不对。请重填一次，注意大小写"
STALE_FORM: Final = "这一页放得太久，或者不是从经办台打开的，没有照办。请回到上一页，刷新后再做一次"


class PasswordChangeNeeded(HttpProblem):
    """The one-time password has not been changed yet: nothing else is shown before that."""

    def __init__(self) -> None:
        super().__init__(403, "请先在经办台把一次性密码换成您自己的密码")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member of the staff and the session they came with."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; `token` goes into the cookie and nowhere else."""

    visitor: Visitor
    token: str


class Doorkeeper:
    """Lets staff in and out, and says who a request comes from. All calls block: run them in a worker thread."""

    def __init__(
        self, services: Services, *, limits: SessionLimits | None = None, throttle: Throttle | None = None
    ) -> None:
        self._services = services
        self._limits = limits or SessionLimits()
        self._throttle = throttle or Throttle()
        self._passwords = Passwords(services.entropy)

    def visitor(self, request: Request) -> Visitor:
        """Who the request comes from, or HttpProblem 401."""
        try:
            session, account = resume_session(
                self._services.staff, request.cookies.get(COOKIE, ""), at=self._now(), limits=self._limits
            )
        except NotFound:
            raise HttpProblem(401, "您还没有登录，或者登录已经过期。请先登录") from None
        return Visitor(account, session)

    def admit(self, request: Request, permission: Permission) -> Visitor:
        """The visitor, if their role may do this: else HttpProblem 401 or 403, or PasswordChangeNeeded."""
        visitor = self.visitor(request)
        if visitor.account.must_change_password:
            raise PasswordChangeNeeded
        if not may(visitor.account.role, permission):
            raise HttpProblem(403, "您的角色没有这项权限。需要的话，请找本局的系统管理员")
        return visitor

    def sign_in(self, request: Request, *, name: str, password: str) -> SignedIn:
        """A new session with a new token, whatever the request came with; or HttpProblem 401 or 429."""
        services, at = self._services, self._now()
        address = client_address(request.scope, services.settings.behind_proxy)
        try:
            self._throttle.admit(services.staff, name=name, address=address, at=at)
        except TooManyAttempts as refusal:
            raise HttpProblem(429, str(refusal), headers={"Retry-After": str(refusal.retry_after)}) from None
        account = check_password(services.staff, self._passwords, name=name, password=password)
        if account is None:
            raise HttpProblem(401, WRONG_PAIR)
        self._throttle.forgive(services.staff, name=name)
        self.sign_out(request)
        return self._open(account)

    def sign_out(self, request: Request) -> None:
        """End the session of the request's cookie in the store, so that a copy of the cookie is worth nothing."""
        token = request.cookies.get(COOKIE)
        if token:
            self._services.staff.close_session(hash_token(token))

    def change_password(self, visitor: Visitor, answers: Mapping[str, str]) -> SignedIn:
        """Change the password, end all sessions of the account and open a new one; or raise PasswordRefused."""
        old, new, again = (answers.get(name, "") for name in ("old", "new", "again"))
        staff = self._services.staff
        account = change_password(staff, self._passwords, visitor.account, old=old, new=new, again=again)
        return self._open(account)

    def form_token(self, request: Request) -> str:
        """A token for the sign-in page, which has no session yet: it must come back both as cookie and in the form.

        A browser that has one keeps it, so that a second open sign-in page does not spoil the first.
        """
        return request.cookies.get(FORM_COOKIE) or self._services.entropy(TOKEN_BYTES).hex()

    def _open(self, account: Account) -> SignedIn:
        token, session = open_session(
            self._services.staff, account, at=self._now(), entropy=self._services.entropy, limits=self._limits
        )
        return SignedIn(Visitor(account, session), token)

    def _now(self) -> datetime:
        return self._services.clock()


def require_csrf(visitor: Visitor, given: str) -> None:
    """Return when the form was made for this session, else HttpProblem 403."""
    _require_same(visitor.session.csrf, given)


def require_form_token(request: Request, given: str) -> None:
    """Return when the sign-in form came from the page that set the cookie, else HttpProblem 403."""
    _require_same(request.cookies.get(FORM_COOKIE, ""), given)


def _require_same(expected: str, given: str) -> None:
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise HttpProblem(403, STALE_FORM)


def set_cookie(response: Response, name: str, value: str) -> None:
    """Give the browser a cookie that only this host gets back, over HTTPS, and no script can read."""
    response.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="strict")


def drop_cookie(response: Response, name: str) -> None:
    """Take the cookie back."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")
