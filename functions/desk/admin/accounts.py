"""The admins' pages for the bureau's accounts: list, add, change, reset; knows nobody's password."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.confirmation import Confirmation
from functions.desk.frame import Pages, redirect
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import NotFound
from functions.records.words import Mark
from functions.staff.account_names import normal_name
from functions.staff.accounts import AccountRefused, make_account
from functions.staff.administration import (
    allow_sign_in,
    change_role,
    disable,
    enable,
    reset_password,
    reset_second_factor,
)
from functions.staff.audit_log import Action
from functions.staff.passwords import PasswordRefused
from functions.staff.permissions import ROLE_TITLES, duties_of
from functions.staff.store import Account, LastAdmin, Role
from functions.web.filing.moments import Moment, moment_of
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import Writing, reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

DONE: Final[Mapping[str, str]] = {
    "role": "角色已经改了，马上起作用",
    "disable": "账号已经停用，它的登录都已退出",
    "enable": "账号已经启用",
    "totp": "两步登录已经取消，它的登录都已退出",
    "unlock": "登录限制已经解除，可以马上再登录",
}
NOTED: Final[Mapping[str, Action]] = {
    "role": "role_changed",
    "disable": "account_disabled",
    "enable": "account_enabled",
    "totp": "second_factor_changed",
    "unlock": "account_unlocked",
}
OWN: Final = "这是您自己的账号，请另一位管理员来改。只有您一位管理员的，先增加一位"


@dataclass(frozen=True, slots=True)
class AccountWords:
    """One account in words."""

    id: str
    name: str
    role: Role
    role_title: str
    state: Mark
    disabled: bool
    totp: bool
    lacks_totp: bool
    created: Moment


# Each role with its title and what it may do.
RoleChoices = list[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class AccountList:
    """All accounts, and the form for a new one as it was typed."""

    template: ClassVar = "staff.html"
    rows: list[AccountWords]
    options: RoleChoices
    name: str
    role: str
    error: str
    asked: bool
    field: str


@dataclass(frozen=True, slots=True)
class OneAccount:
    """One account; `own` says that it is the viewer's. `asked` says that the viewer must prove who they are."""

    template: ClassVar = "staff_account.html"
    row: AccountWords
    own: bool
    options: RoleChoices
    notice: str
    error: str
    asked: bool


@dataclass(frozen=True, slots=True)
class IssuedPassword:
    """The one-time password of an account, shown only this once."""

    template: ClassVar = "issued.html"
    row: AccountWords
    given: str | None


class StaffPages:
    """Every call blocks; a new password takes long on purpose. Run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages, confirmation: Confirmation) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._confirmation = confirmation
        self._trail = Audit(services)

    def routes(self, slow: Writing) -> list[Route]:
        """Return the routes; `slow` makes the endpoints of handlers that check a password."""
        every, one = "/desk/staff", "/desk/staff/{id}"
        return [
            Route(every, reading(self.show_all)),
            Route(every, slow(self.add), methods=["POST"], step="增加账号", back=every),
            Route(one, reading(self.show_one)),
            Route(one, slow(self.change), methods=["POST"], step="改账号", back=one),
        ]

    def show_all(self, request: Request) -> Response:
        """Show all accounts, and the form for a new one."""
        return self._list_page(request, self._sessions.admit(request, "manage_accounts"))

    def add(self, request: Request, body: bytes) -> Response:
        """Add an account; only this answer shows its one-time password."""
        visitor, answers = self._posted(request, body)
        name, role = answers.get("name", ""), answers.get("role", "")
        try:
            proved = self._confirmation.require(request, visitor, answers.get("proof", ""))
        except PasswordRefused as refusal:
            return self._list_page(request, visitor, name=name, role=role, error=str(refusal), field="proof")
        try:
            given = make_account(
                self._services.staff,
                self._sessions.passwords,
                name=name,
                role=role,
                password=None,
                at=self._services.clock(),
            )
        except AccountRefused as refusal:
            return self._list_page(request, visitor, name=name, role=role, error=str(refusal))
        account = self._services.staff.account(normal_name(name))
        self._trail.note("account_added", visitor.account.name, account=account.name, role=account.role)
        return self._kept(self._issued_page(request, visitor, account, given), visitor, proved)

    def show_one(self, request: Request) -> Response:
        """Show one account and the actions on it."""
        visitor = self._sessions.admit(request, "manage_accounts")
        return self._account_page(request, visitor, self._asked_for(request))

    def change(self, request: Request, body: bytes) -> Response:
        """Carry out the action of the pressed button: `do` is one of the names below."""
        visitor, answers = self._posted(request, body)
        account = self._asked_for(request)
        if account.name == visitor.account.name:
            return self._account_page(request, visitor, account, error=OWN)
        try:
            proved = self._confirmation.require(request, visitor, answers.get("proof", ""))
        except PasswordRefused as refusal:
            return self._account_page(request, visitor, account, error=str(refusal), status=422)
        return self._kept(self._act(request, visitor, account, answers), visitor, proved)

    def _act(self, request: Request, visitor: Visitor, account: Account, answers: Mapping[str, str]) -> Response:
        act = answers.get("do", "")
        if act == "password":
            given = reset_password(self._services.staff, self._sessions.passwords, account.name)
            self._trail.note("account_reset", visitor.account.name, account=account.name)
            return self._issued_page(request, visitor, account, given)
        acts = self._acts(answers)
        if act not in acts:
            raise HttpProblem(400, "没有认出按的是哪个按钮。请回到账号的页面再按一次")
        try:
            changed = acts[act](account.name)
        except LastAdmin as refusal:
            return self._account_page(request, visitor, account, error=str(refusal))
        details = {"change": "off"} if act == "totp" else {"role": changed.role} if act == "role" else {}
        self._trail.note(NOTED[act], visitor.account.name, account=account.name, **details)
        return redirect(request, f"/desk/staff/{id_of(account.name)}?done={act}")

    def _kept(self, response: Response, visitor: Visitor, proved: bool) -> Response:
        return self._confirmation.keep(response, visitor) if proved else response

    def _acts(self, answers: Mapping[str, str]) -> Mapping[str, Callable[[str], Account]]:
        staff = self._services.staff
        return {
            "role": lambda name: change_role(staff, name, _role(answers)),
            "disable": lambda name: disable(staff, name),
            "enable": lambda name: enable(staff, name),
            "totp": lambda name: reset_second_factor(staff, name),
            "unlock": lambda name: allow_sign_in(staff, name),
        }

    def _posted(self, request: Request, body: bytes) -> tuple[Visitor, Mapping[str, str]]:
        visitor = self._sessions.admit(request, "manage_accounts")
        answers = read_form(request, body)
        require_csrf(visitor, answers.get("csrf", ""))
        return visitor, answers

    def _asked_for(self, request: Request) -> Account:
        wanted = request.path_params["id"]
        for account in self._services.staff.accounts():
            if id_of(account.name) == wanted:
                return account
        raise NotFound("没有这个账号。请回到账号列表再选")

    def _list_page(
        self,
        request: Request,
        visitor: Visitor,
        *,
        name: str = "",
        role: str = "officer",
        error: str = "",
        field: str = "name",
    ) -> Response:
        return self._pages.page(
            request,
            AccountList(
                rows=[self._words(account) for account in self._services.staff.accounts()],
                options=_roles(),
                name=name,
                role=role,
                error=error,
                asked=not self._confirmation.is_recent(request, visitor),
                field=field,
            ),
            visitor,
            status=422 if error else 200,
        )

    def _account_page(
        self, request: Request, visitor: Visitor, account: Account, *, error: str = "", status: int = 409
    ) -> Response:
        return self._pages.page(
            request,
            OneAccount(
                row=self._words(account),
                own=account.name == visitor.account.name,
                options=_roles(),
                notice=DONE.get(request.query_params.get("done", ""), ""),
                error=error,
                asked=not self._confirmation.is_recent(request, visitor),
            ),
            visitor,
            status=status if error else 200,
        )

    def _issued_page(self, request: Request, visitor: Visitor, account: Account, given: str | None) -> Response:
        return self._pages.page(request, IssuedPassword(self._words(account), given), visitor)

    def _words(self, account: Account) -> AccountWords:
        return AccountWords(
            id=id_of(account.name),
            name=account.name,
            role=account.role,
            role_title=ROLE_TITLES[account.role],
            state=_state(account),
            disabled=account.disabled,
            totp=account.second_factor is not None,
            lacks_totp=self._sessions.lacks_second_factor(account),
            created=moment_of(account.created_at.isoformat()),
        )


def id_of(name: str) -> str:
    """Return an account's id for addresses: addresses are logged, so they must not contain people's names."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _state(account: Account) -> Mark:
    if account.disabled:
        return Mark("已停用", "void")
    return Mark("等本人换密码", "wait") if account.must_change_password else Mark("可用", "ok")


def _roles() -> RoleChoices:
    return [(role, title, "、".join(duties_of(role))) for role, title in ROLE_TITLES.items()]


def _role(answers: Mapping[str, str]) -> Role:
    role = answers.get("role", "")
    if role not in ROLE_TITLES:
        raise HttpProblem(400, "没有选角色。请回到账号的页面选一个")
    return cast(Role, role)
