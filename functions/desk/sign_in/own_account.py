"""An officer's own account at the desk: sessions and second factor; knows no other account."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.confirmation import Confirmation
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import COOKIE, Sessions, Visitor, drop_cookie, id_of, require_csrf
from functions.desk.sign_in.pages import go_on
from functions.forms.page.element import Markup
from functions.staff.encryption import Unreadable
from functions.staff.passwords import PasswordRefused
from functions.staff.second_factor import CodeRefused, SecondFactors, enrolment_address
from functions.staff.store import Session
from functions.web.filing.moments import Moment, moment_of
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import Writing, reading, writing
from functions.web.http.qr import qr_code
from functions.web.http.routes import Route
from functions.web.http.site_addresses import own_page

DONE: Final[Mapping[str, str]] = {
    "password": "密码已经改了，别处的登录都已退出",
    "session": "那一处已经退出",
    "elsewhere": "别处的登录都已退出",
    "totp-off": "两步登录已经关掉",
}
SETUP_ENDED: Final = "这一页放得太久，二维码换了新的。请重新扫一次"
FEW_CODES: Final = 2


@dataclass(frozen=True, slots=True)
class FactorWords:
    """The date of the phone's setup, the number of recovery codes left, and whether that is few."""

    since: Moment
    left: int
    few: bool


@dataclass(frozen=True, slots=True)
class SessionWords:
    """One session of the account; `here` says that it is this one."""

    id: str
    client: str
    opened: Moment
    seen: Moment
    here: bool


@dataclass(frozen=True, slots=True)
class AccountView:
    """The account and its sessions; `others` counts the sessions except this one."""

    template: ClassVar = "account.html"
    notice: str
    factor: FactorWords | None
    sessions: list[SessionWords]
    others: int


@dataclass(frozen=True, slots=True)
class PhoneSetup:
    """Instructions for setting up a phone; `setup` is its secret, encrypted until the form comes back.

    `asked` says that the viewer must prove who they are as well. `next` is the page to go on to.
    """

    template: ClassVar = "totp_setup.html"
    error: str
    field: str
    asked: bool
    next: str
    demanded: bool
    address: str
    qr: Markup
    secret: str
    issuer: str
    setup: str


@dataclass(frozen=True, slots=True)
class PhoneView:
    """The state of the second factor; `error` is the problem at `field`."""

    template: ClassVar = "totp.html"
    error: str
    field: str
    factor: FactorWords | None
    demanded: bool


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """The recovery codes, shown only this once; `first` says that the phone was set up just now."""

    template: ClassVar = "recovery.html"
    codes: tuple[str, ...]
    first: bool
    next: str


class OwnAccount:
    """Every call blocks; a password check takes long on purpose. Run them in worker threads."""

    def __init__(
        self, services: Services, sessions: Sessions, factors: SecondFactors, pages: Pages, confirmation: Confirmation
    ) -> None:
        self._services = services
        self._sessions = sessions
        self._factors = factors
        self._pages = pages
        self._confirmation = confirmation
        self._trail = Audit(services)

    def routes(self, slow: Writing) -> list[Route]:
        """Return the routes; `slow` makes the endpoints of handlers that check a password."""
        return [
            Route("/desk/account", reading(self.show)),
            Route("/desk/account/sessions", writing(self.sign_out), methods=["POST"]),
            Route("/desk/totp", reading(self.show_totp)),
            Route("/desk/totp", slow(self.turn_on), methods=["POST"]),
            Route("/desk/totp/recovery", slow(self.renew_recovery), methods=["POST"]),
            Route("/desk/totp/off", slow(self.turn_off), methods=["POST"]),
        ]

    def show(self, request: Request) -> Response:
        """Show the account and its sessions."""
        visitor = self._sessions.admit(request, "own_account")
        sessions = self._sessions.sessions(visitor)
        here = visitor.session.token_hash
        return self._pages.page(
            request,
            AccountView(
                notice=DONE.get(request.query_params.get("done", ""), ""),
                factor=_factor_words(visitor),
                sessions=[_session_words(each, here) for each in sessions],
                others=sum(each.token_hash != here for each in sessions),
            ),
            visitor,
        )

    def sign_out(self, request: Request, body: bytes) -> Response:
        """End one session, all others, or all."""
        visitor, answers = self._posted(request, body)
        chosen = answers.get("session", "")
        if chosen == "all":
            self._sessions.sign_out_everywhere(visitor)
            response = redirect(request, "/desk/sign-in?out=all")
            drop_cookie(response, COOKIE)
            return response
        if chosen == "elsewhere":
            return go_on(request, self._sessions.sign_out_elsewhere(request, visitor), "/desk/account?done=elsewhere")
        self._sessions.close(visitor, chosen)
        return redirect(request, "/desk/account?done=session")

    def show_totp(self, request: Request) -> Response:
        """Show the second factor: its setup, or its state."""
        visitor = self._sessions.settled(request)
        if visitor.account.second_factor is None:
            return self._setup_page(request, visitor, self._factors.new_secret())
        return self._factor_page(request, visitor)

    def turn_on(self, request: Request, body: bytes) -> Response:
        """Store the phone that shows the right code; only this answer shows the recovery codes."""
        visitor = self._sessions.settled(request)
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        if visitor.account.second_factor is not None:
            return redirect(request, "/desk/totp")
        try:
            secret = self._factors.encryption.unlock(answers.get("setup", ""), purpose=_purpose(visitor))
        except Unreadable:
            return self._setup_page(request, visitor, self._factors.new_secret(), SETUP_ENDED)
        name, at = visitor.account.name, self._services.clock()
        try:
            self._confirmation.require(request, visitor, answers.get("proof", ""))
            codes = self._factors.turn_on(name, secret=secret, code=answers.get("code", ""), at=at)
        except PasswordRefused as refusal:
            return self._setup_page(request, visitor, secret, str(refusal), field="proof")
        except CodeRefused as refusal:
            return self._setup_page(request, visitor, secret, str(refusal))
        self._trail.note("second_factor_changed", name, change="on")
        return self._recovery_page(
            request, visitor, codes, first=True, after=own_page(request, answers.get("next", "/desk/account"))
        )

    def renew_recovery(self, request: Request, body: bytes) -> Response:
        """Make new recovery codes, shown only this once; needs the password."""
        return self._with_password(request, body, "renew", self._show_new_recovery)

    def turn_off(self, request: Request, body: bytes) -> Response:
        """Remove the phone; needs the password."""
        return self._with_password(request, body, "off", self._forget_phone)

    def _with_password(
        self, request: Request, body: bytes, field: str, act: Callable[[Request, Visitor], Response]
    ) -> Response:
        visitor, answers = self._posted(request, body)
        if visitor.account.second_factor is None:
            return redirect(request, "/desk/totp")
        try:
            self._sessions.confirm(request, visitor, answers.get("password", ""))
            return act(request, visitor)
        except (PasswordRefused, CodeRefused) as refusal:
            return self._factor_page(request, visitor, str(refusal), field)

    def _show_new_recovery(self, request: Request, visitor: Visitor) -> Response:
        codes = self._factors.renew_recovery(visitor.account.name)
        self._trail.note("second_factor_changed", visitor.account.name, change="recovery")
        return self._recovery_page(request, visitor, codes, first=False, after="/desk/account")

    def _forget_phone(self, request: Request, visitor: Visitor) -> Response:
        self._factors.turn_off(visitor.account.name)
        self._trail.note("second_factor_changed", visitor.account.name, change="off")
        demanded = self._sessions.demands_second_factor(visitor.account)
        return redirect(request, "/desk/totp" if demanded else "/desk/account?done=totp-off")

    def _posted(self, request: Request, body: bytes) -> tuple[Visitor, Mapping[str, str]]:
        visitor = self._sessions.admit(request, "own_account")
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        return visitor, answers

    def _setup_page(
        self, request: Request, visitor: Visitor, secret: str, error: str = "", *, field: str = "code"
    ) -> Response:
        name = visitor.account.name
        address = enrolment_address(secret, name=name, issuer=self._pages.name)
        return self._pages.page(
            request,
            PhoneSetup(
                error=error,
                field=field,
                asked=not self._confirmation.is_recent(request, visitor),
                next=own_page(request, request.query_params.get("next", "/desk/account")),
                demanded=self._sessions.demands_second_factor(visitor.account),
                address=address,
                qr=qr_code(address, label="用手机验证器扫的二维码"),
                secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
                issuer=self._pages.name,
                setup=self._factors.encryption.lock(secret, purpose=_purpose(visitor)),
            ),
            visitor,
            status=422 if error else 200,
        )

    def _factor_page(self, request: Request, visitor: Visitor, error: str = "", field: str = "") -> Response:
        return self._pages.page(
            request,
            PhoneView(
                error=error,
                field=field,
                factor=_factor_words(visitor),
                demanded=self._sessions.demands_second_factor(visitor.account),
            ),
            visitor,
            status=422 if error else 200,
        )

    def _recovery_page(
        self, request: Request, visitor: Visitor, codes: tuple[str, ...], *, first: bool, after: str
    ) -> Response:
        return self._pages.page(request, RecoveryCodes(codes, first, after), visitor)


def _factor_words(visitor: Visitor) -> FactorWords | None:
    factor = visitor.account.second_factor
    if factor is None:
        return None
    left = len(factor.recovery)
    return FactorWords(moment_of(factor.since.isoformat()), left, left <= FEW_CODES)


def _session_words(session: Session, here: str) -> SessionWords:
    return SessionWords(
        id=id_of(session),
        client=session.client or "没有记下",
        opened=moment_of(session.created_at.isoformat()),
        seen=moment_of(session.seen_at.isoformat()),
        here=session.token_hash == here,
    )


def _purpose(visitor: Visitor) -> str:
    """A page for setting up a phone is valid only for the account and session that it was made for."""
    return f"enrolment {visitor.session.token_hash} {visitor.account.name}"
