"""The steps of signing in: the password, then the second factor if the account has one; knows no page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from starlette.requests import Request

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.sessions import Sessions, SignedIn
from functions.errors import NotFound
from functions.forms.problem import Problem
from functions.staff.account_names import normal_name
from functions.staff.accounts import check_password
from functions.staff.audit_log import NOBODY
from functions.staff.encryption import Encryption, Unreadable
from functions.staff.passwords import is_one_time
from functions.staff.second_factor import CodeRefused, SecondFactors
from functions.staff.store import Account
from functions.web.http.problems import HttpProblem

TICKET_LIFE: Final = timedelta(minutes=10)
WRONG_PAIR: Final = "账号或者密码不对。请重填一次，注意大小写"
KEY_GONE: Final = (
    "手机的验证码现在核对不了：本局换过密钥，或者数据恢复时少了密钥。"
    "请填一个恢复码登录，再重新设两步登录；没有恢复码，请找本局的系统管理员"
)
NEEDS_CODE: Final = "这个账号要两步登录。请再填手机上的验证码，或者一个恢复码"


class CodeProblem(HttpProblem):
    """The password is right and the code is missing or wrong; `errors` are for programs, `rule` names the reason."""

    def __init__(self, detail: str, *, rule: str) -> None:
        super().__init__(401, detail, errors=(Problem("/totp", "验证码", detail, rule),))


class TicketEnded(HttpProblem):
    """The password was right too long ago, or before the account was changed: it must be given again."""

    def __init__(self) -> None:
        super().__init__(401, "登录隔得太久，或者账号刚刚改过。请从账号和密码重新登录")


@dataclass(frozen=True, slots=True)
class Ticket:
    """The password of `name` was right at `at`, while the account's sessions were those of `epoch`."""

    name: str
    epoch: int
    at: datetime


class SignInSteps:
    """Signs staff in. All calls block, and a password check takes long on purpose: use worker threads."""

    def __init__(self, services: Services, sessions: Sessions, factors: SecondFactors) -> None:
        self._services = services
        self._sessions = sessions
        self._factors = factors
        self._trail = Audit(services)

    def check(self, request: Request, *, name: str, password: str) -> Account:
        """Return the account with this password; else HttpProblem 401, identical for all reasons, or 429."""
        one_time = is_one_time(password)
        if one_time:
            self._sessions.count_one_time(request)
        else:
            self._sessions.count_try(request, name, "password")
        account = check_password(self._services.staff, self._sessions.passwords, name=name, password=password)
        if account is not None and one_time and not account.must_change_password:
            # The password was chosen before such passwords were refused: a chosen one of this kind can be guessed.
            self._sessions.count_try(request, name, "password")
        if account is None:
            self._trail.note("sign_in_failed", self._known(name))
            raise HttpProblem(401, WRONG_PAIR)
        return account

    def sign_in(self, request: Request, account: Account, code: str) -> SignedIn:
        """Start a session after the right password, if the code is right too; HttpProblem 401 or 429."""
        if account.second_factor is not None:
            if not code.strip():
                raise CodeProblem(NEEDS_CODE, rule="required")
            self._sessions.count_try(request, account.name, "code")
            try:
                account = self._factors.use(account, code, at=self._services.clock())
            except CodeRefused as refusal:
                self._trail.note("sign_in_failed", account.name, step="code")
                raise CodeProblem(str(refusal), rule="wrong") from None
            except Unreadable:
                raise HttpProblem(503, KEY_GONE) from None
        self._sessions.forgive(request, account.name)
        self._trail.note("signed_in", account.name)
        return self._sessions.let_in(request, account)

    def ticket(self, account: Account, form_token: str) -> str:
        """Return what the page for the code carries in place of name and password; valid only in this browser."""
        ticket = {"name": account.name, "epoch": account.epoch, "at": self._services.clock().isoformat()}
        return self._factors.encryption.lock(json.dumps(ticket), purpose=_purpose(form_token))

    def redeem(self, ticket: str, form_token: str) -> Account:
        """Return the account that the ticket was made for, as it is now; or raise TicketEnded."""
        try:
            read = _read_ticket(self._factors.encryption, ticket, form_token)
            account = self._services.staff.account(read.name)
        except (Unreadable, NotFound):
            raise TicketEnded from None
        ended = account.disabled or account.epoch != read.epoch
        if ended or not timedelta() <= self._services.clock() - read.at < TICKET_LIFE:
            raise TicketEnded
        return account

    def _known(self, name: str) -> str:
        """Return the account's name, NOBODY for an unknown one: people type passwords into the name field."""
        try:
            return self._services.staff.account(normal_name(name)).name
        except NotFound:
            return NOBODY


def _read_ticket(encryption: Encryption, ticket: str, form_token: str) -> Ticket:
    content = json.loads(encryption.unlock(ticket, purpose=_purpose(form_token)))
    return Ticket(content["name"], content["epoch"], datetime.fromisoformat(content["at"]))


def _purpose(form_token: str) -> str:
    return f"sign-in {form_token}"
