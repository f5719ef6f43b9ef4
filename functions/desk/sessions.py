"""The desk's sessions in HTTP: cookies, the CSRF token, permissions; knows no page."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.errors import NotFound
from functions.staff.account_names import name_hash
from functions.staff.accounts import change_password, revise, without_sessions
from functions.staff.devices import LIFE, Devices
from functions.staff.encryption import Encryption
from functions.staff.passwords import PasswordRefused, Passwords
from functions.staff.permissions import NEEDS_SECOND_FACTOR, Permission, may
from functions.staff.sessions import (
    TOKEN_BYTES,
    SessionLimits,
    hash_token,
    living_sessions,
    open_session,
    resume_session,
)
from functions.staff.store import Account, Session
from functions.staff.throttle import Step, Throttle, TooManyAttempts
from functions.web.http.problems import HttpProblem
from functions.web.http.scope import client_address
from functions.web.http.user_agents import name_client

COOKIE: Final = "__Host-qingdan"
FORM_COOKIE: Final = "__Host-qingdan-form"
DEVICE_COOKIE: Final = "__Host-qingdan-device-"
# Keys in the scope, where no client can set them: the person for whom an internal request runs, and who was admitted.
ON_BEHALF: Final = "qingdan.on_behalf"
ADMITTED: Final = "qingdan.admitted"
STALE_FORM: Final = "这一页放得太久，或者不是从经办台打开的，没有照办。请回到上一页，刷新后再做一次"


class StaleForm(HttpProblem):
    """The form was made for another session, or for none of ours; nothing was done."""

    def __init__(self) -> None:
        super().__init__(403, STALE_FORM)


class StepNeeded(HttpProblem):
    """The visitor must do something at `page` before anything else is shown."""

    def __init__(self, detail: str, page: str) -> None:
        super().__init__(403, detail)
        self.page = page


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in member of the staff and their session."""

    account: Account
    session: Session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session; `token` and `device` go into cookies and nowhere else."""

    visitor: Visitor
    token: str
    device: str

    def keep(self, response: Response) -> None:
        """Set the cookies of the session, and of the device for the next sign-in to this account."""
        set_cookie(response, COOKIE, self.token)
        set_cookie(response, _device_cookie(self.visitor.account.name), self.device, lasting=LIFE)


class Sessions:
    """Finds the visitor and permissions of a request, and ends sessions. All calls block: use worker threads."""

    def __init__(
        self,
        services: Services,
        *,
        limits: SessionLimits | None = None,
        throttle: Throttle | None = None,
        passwords: Passwords | None = None,
        context: Sequence[str] = (),
    ) -> None:
        self._services = services
        self._limits = limits or SessionLimits()
        self._throttle = throttle or Throttle()
        self.passwords = passwords or Passwords(services.entropy, context=context)
        encryption = Encryption(services.keys.hmac, services.keys.hmac_kid, services.entropy)
        self._devices = Devices(encryption, services.entropy)
        self._trail = Audit(services)

    def visitor(self, request: Request) -> Visitor:
        """Return the visitor, or raise HttpProblem 401."""
        if ON_BEHALF in request.scope:
            behalf: Visitor = request.scope[ON_BEHALF]
            return behalf
        try:
            session, account = resume_session(
                self._services.staff, request.cookies.get(COOKIE, ""), at=self._now(), limits=self._limits
            )
        except NotFound:
            raise HttpProblem(401, "您还没有登录，或者登录已经过期。请先登录") from None
        return Visitor(account, session)

    def settled(self, request: Request) -> Visitor:
        """Return the visitor, if the password is their own: else raise HttpProblem 401 or StepNeeded."""
        visitor = self.visitor(request)
        if visitor.account.must_change_password:
            raise StepNeeded("请先在经办台把一次性密码换成您自己的密码", "/desk/password")
        return visitor

    def admit(self, request: Request, permission: Permission) -> Visitor:
        """Return the visitor, if their role has this permission: else raise HttpProblem 401 or 403, or StepNeeded."""
        visitor = self.settled(request)
        if self.lacks_second_factor(visitor.account):
            raise StepNeeded("您的角色要两步登录。请先在经办台设好，再做别的", "/desk/totp")
        if not may(visitor.account.role, permission):
            raise HttpProblem(403, "您的角色没有这项权限。需要的话，请找本局的系统管理员")
        request.scope[ADMITTED] = visitor
        return visitor

    def demands_second_factor(self, account: Account) -> bool:
        """Whether the operator demands a second factor of this account's role."""
        return self._services.settings.demands_second_factor and account.role in NEEDS_SECOND_FACTOR

    def lacks_second_factor(self, account: Account) -> bool:
        """Whether a second factor is demanded and has not been set up."""
        return account.second_factor is None and self.demands_second_factor(account)

    def let_in(self, request: Request, account: Account) -> SignedIn:
        """Start a session with a new token; ends the one that the request came with."""
        self.sign_out(request)
        return self._open(request, account)

    def leave(self, request: Request, visitor: Visitor) -> None:
        """Sign out at the visitor's request."""
        self._trail.note("signed_out", visitor.account.name)
        self.sign_out(request)

    def sign_out(self, request: Request) -> None:
        """End the session of the request's cookie in the store, so that a copy of the cookie is worth nothing."""
        token = request.cookies.get(COOKIE)
        if token:
            self._services.staff.close_session(hash_token(token))

    def sessions(self, visitor: Visitor) -> tuple[Session, ...]:
        """Return the visitor's current sessions, newest first."""
        return living_sessions(self._services.staff, visitor.account, at=self._now(), limits=self._limits)

    def close(self, visitor: Visitor, session_id: str) -> None:
        """End one session of the visitor's own; it may be over already."""
        for session in self.sessions(visitor):
            if id_of(session) == session_id:
                self._trail.note("signed_out", visitor.account.name, where="elsewhere")
                self._services.staff.close_session(session.token_hash)

    def sign_out_everywhere(self, visitor: Visitor) -> Account:
        """End all sessions of the account, this one too; return the account as it is then."""
        self._trail.note("signed_out", visitor.account.name, where="everywhere")
        account = revise(self._services.staff, visitor.account.name, without_sessions)
        self._services.staff.close_sessions(account.name)
        return account

    def sign_out_elsewhere(self, request: Request, visitor: Visitor) -> SignedIn:
        """End all sessions of the account, and continue here with a new one."""
        return self._open(request, self.sign_out_everywhere(visitor))

    def change_password(self, request: Request, visitor: Visitor, answers: Mapping[str, str]) -> SignedIn:
        """Change the password, end all sessions of the account and open a new one.

        Raises PasswordRefused, and HttpProblem 429 when the old password was tried too often.
        """
        old, new, again = (answers.get(name, "") for name in ("old", "new", "again"))
        name, staff = visitor.account.name, self._services.staff
        self.count_try(request, name, "confirm")
        account = change_password(staff, self.passwords, visitor.account, old=old, new=new, again=again)
        self._trail.note("password_changed", name)
        self._throttle.forgive(staff, name=name, steps=("confirm",))
        return self._open(request, account)

    def confirm(self, request: Request, visitor: Visitor, password: str) -> None:
        """Return when this is the visitor's password; else PasswordRefused, or HttpProblem 429."""
        name = visitor.account.name
        self.count_try(request, name, "confirm")
        if not self.passwords.fits(visitor.account.password_hash, password):
            raise PasswordRefused("密码不对，没有照办。请重填，注意大小写", field="password")
        self._throttle.forgive(self._services.staff, name=name, steps=("confirm",))

    def count_try(self, request: Request, name: str, step: Step) -> None:
        """Count a try before it is checked, or raise HttpProblem 429."""
        address, device = self._address(request), self._device(request, name) if step != "confirm" else ""
        with _refusals():
            self._throttle.admit(
                self._services.staff, name=name, address=address, at=self._now(), step=step, device=device
            )

    def count_one_time(self, request: Request) -> None:
        """Count a try with what looks like a one-time password, only for the address; or raise HttpProblem 429.

        It cannot be guessed, so its owner can use it even while strangers use up the account's tries.
        """
        with _refusals():
            self._throttle.admit_address(self._services.staff, address=self._address(request), at=self._now())

    def forgive(self, request: Request, name: str) -> None:
        """Reset the counts after a successful sign-in."""
        self._throttle.forgive(self._services.staff, name=name, device=self._device(request, name))

    def form_token(self, request: Request) -> str:
        """Return a token for the sign-in page, which has no session yet: cookie and form must both bring it back.

        A browser that has one keeps it, so that a second open sign-in page does not invalidate the first.
        """
        return request.cookies.get(FORM_COOKIE) or self._services.entropy(TOKEN_BYTES).hex()

    def _open(self, request: Request, account: Account) -> SignedIn:
        token, session = open_session(
            self._services.staff,
            account,
            at=self._now(),
            entropy=self._services.entropy,
            limits=self._limits,
            client=name_client(request.headers.get("user-agent", "")),
        )
        return SignedIn(Visitor(account, session), token, self._devices.token(account.name, self._now()))

    def _address(self, request: Request) -> str:
        return client_address(request.scope, self._services.settings.trusted_hops)

    def _device(self, request: Request, name: str) -> str:
        return self._devices.recognise(request.cookies.get(_device_cookie(name), ""), name, self._now())

    def _now(self) -> datetime:
        return self._services.clock()


def id_of(session: Session) -> str:
    """Return a public id for a session: it tells sessions apart, and does not allow signing in."""
    return session.token_hash[:16]


def require_csrf(visitor: Visitor, given: str) -> None:
    """Return when the form was made for this session, else raise StaleForm."""
    _require_same(visitor.session.csrf, given)


def require_form_token(request: Request, given: str) -> str:
    """Return the token, when the sign-in form came from the page that set the cookie; else raise StaleForm."""
    _require_same(request.cookies.get(FORM_COOKIE, ""), given)
    return given


def _require_same(expected: str, given: str) -> None:
    if not expected or not hmac.compare_digest(expected.encode(), given.encode()):
        raise StaleForm


def set_cookie(response: Response, name: str, value: str, *, lasting: timedelta | None = None) -> None:
    """Set a cookie that only this host gets back, over HTTPS, and that no script can read.

    It ends with the browser unless it is `lasting`.
    """
    seconds = None if lasting is None else int(lasting.total_seconds())
    response.set_cookie(name, value, seconds, path="/", secure=True, httponly=True, samesite="strict")


def drop_cookie(response: Response, name: str) -> None:
    """Delete the cookie."""
    response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="strict")


def _device_cookie(name: str) -> str:
    """One cookie for each account: officers who share a computer are each known there."""
    return DEVICE_COOKIE + name_hash(name)[:16]


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except TooManyAttempts as refusal:
        raise HttpProblem(429, str(refusal), headers={"Retry-After": str(refusal.retry_after)}) from None
