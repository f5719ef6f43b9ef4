"""Extensions for one unit: asked for with a reason, granted by an officer who may, by another where two are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages, redirect
from functions.desk.orders.issuing import Issuing
from functions.desk.orders.reading import Wrong, line, read_date, read_rows, why_not_words
from functions.desk.orders.views import AskView, ExtensionRow, ExtensionView, row_of
from functions.desk.sessions import Sessions, Visitor, require_csrf
from functions.errors import NotFound, SequenceTaken, StepRefused
from functions.staff.permissions import may
from functions.supervision.obligations.values import Obligation
from functions.supervision.orders.judging import standing_for, why_no_extension, why_not_until
from functions.supervision.orders.ledger import Orders
from functions.supervision.orders.reading import read_extension, read_extensions, read_letters
from functions.supervision.orders.values import Asked, ExtensionStatus, Noted, subject_of
from functions.supervision.orders.words import matter_of
from functions.web.filing.moments import moment_of
from functions.web.http.bodies import read_form
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route

NEW: Final = "/desk/extensions/new"
UNTIL: Final = "延期到"
ACTS: Final[Mapping[str, ExtensionStatus]] = {"grant": "granted", "decline": "declined", "revoke": "revoked"}
DONE: Final = {
    "asked": "已经申请延期，等审核员批准",
    "granted": "已经准予延期，看板按新的期限算",
    "declined": "没有准予延期",
    "revoked": "已经撤销延期，看板按原来的期限算",
}
OWN: Final = "这种填报要两个人办：申请延期的人自己不能批"


class Extending:
    """Asks for extensions and settles them, for pages and the API alike; every call blocks."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._orders = Orders(services.ledger, services.entropy)
        self.issuing = Issuing(services)

    def find(self, key: str) -> Obligation:
        """The obligation of this key as it is today; NotFound when nothing like it is owed."""
        for one in self.issuing.obligations([key]):
            return one
        raise NotFound("没有这件应报事项了：名册可能改过。请回到看板再选")

    def why_not(self, one: Obligation, *, waiting: bool = True) -> str:
        """Why it cannot be extended today; without `waiting`, what was asked for already is no reason."""
        ledger = self._services.ledger
        asked = read_extensions(ledger) if waiting else ()
        return why_no_extension(one, standing_for(one, read_letters(ledger)), asked)

    def judge(self, one: Obligation, typed: Mapping[str, str]) -> Wrong:
        """Return what is wrong with what was typed, by the names of the controls."""
        wrong: Wrong = []
        after = max(one.last_day, self.issuing.today())
        if why := why_not_until(read_date(typed.get("until", "")), after, UNTIL):
            wrong.append(("until", why))
        if why := why_not_words(line(typed.get("reason", "")), "延期的理由"):
            wrong.append(("reason", why))
        return wrong

    def grants_at_once(self, one: Obligation, visitor: Visitor) -> bool:
        """Whether this officer may grant it alone."""
        return may(visitor.account.role, "order") and not self._four_eyes(one.form)

    def ask(self, one: Obligation, typed: Mapping[str, str], visitor: Visitor) -> str:
        """Ask for it, and grant it where one officer may; the id."""
        until, today = read_date(typed["until"]), self.issuing.today()
        assert until is not None
        asked = Asked(
            year=today.year,
            sequence=0,
            subject=subject_of(one),
            unit_name=one.unit_name,
            matter=matter_of(self._services.catalogue, one),
            last_day=one.last_day,
            until=until,
            reason=line(typed["reason"]),
            asked=today,
            noted=Noted("", ""),
        )
        grant, actor = self.grants_at_once(one, visitor), visitor.account.name
        return self._orders.ask(asked, grant=grant, actor=actor, at=self._services.clock())

    def acts(self, asked: Asked, visitor: Visitor) -> frozenset[str]:
        """Return what this officer may do about it now."""
        if not may(visitor.account.role, "order"):
            return frozenset()
        if asked.status == "granted":
            return frozenset({"revoke"})
        if asked.status != "asked":
            return frozenset()
        return frozenset({"decline"} if self.is_own(asked, visitor) else {"grant", "decline"})

    def is_own(self, asked: Asked, visitor: Visitor) -> bool:
        """Whether two officers are wanted, and this is the one who asked."""
        return self._four_eyes(asked.subject.form) and asked.noted.by == visitor.account.name

    def settle(self, asked: Asked, act: str, reason: str, visitor: Visitor) -> None:
        """Grant, decline or revoke; StepRefused when that cannot be done now."""
        if act not in self.acts(asked, visitor):
            raise StepRefused(OWN if self.is_own(asked, visitor) else "这份延期申请刚才已经有人办了。请刷新后再看")
        if act == "grant" and (why := self.why_not(self.find(asked.subject.key), waiting=False)):
            raise StepRefused(why)
        actor = visitor.account.name
        self._orders.settle(asked, ACTS[act], reason, actor=actor, at=self._services.clock())

    def _four_eyes(self, form: str) -> bool:
        return self._services.catalogue.get(form).rules.four_eyes


class _Sent(NamedTuple):
    """The values of a page that comes back refused: what was typed, and what is wrong with it."""

    typed: Mapping[str, str]
    wrong: Wrong
    notice: str
    status: int


_NOTHING: Final = _Sent({}, [], "", 200)


class ExtensionPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._extending = Extending(services)
        self._audit = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/desk/extensions/{extension}"
        return [
            Route(NEW, reading(self.look)),
            Route(NEW, writing(self.ask), methods=["POST"], step="申请延期", back=NEW),
            Route(one, reading(self.show)),
            Route(one, writing(self.settle), methods=["POST"], step="办延期 {extension}", back=one),
        ]

    def look(self, request: Request) -> Response:
        """The obligation, and what to fill in."""
        visitor = self._sessions.admit(request, "serve")
        page = self._ask_page(request, visitor, request.query_params.getlist("row"), _NOTHING)
        self._audit.note_soon("listed", visitor.account.name, where="letters")
        return page

    def ask(self, request: Request, body: bytes) -> Response:
        """Ask for it, or grant it at once."""
        visitor = self._sessions.admit(request, "serve")
        typed = read_form(request, body)
        require_csrf(visitor, typed.get("csrf", ""))
        row = [typed.get("row", "")]
        one = self._extending.find(_only(row))
        if wrong := self._extending.judge(one, typed):
            return self._ask_page(request, visitor, row, _Sent(typed, wrong, "", 422))
        if why := self._extending.why_not(one):
            return self._ask_page(request, visitor, row, _Sent(typed, [], why, 409))
        id = self._extending.ask(one, typed, visitor)
        done = "granted" if self._extending.grants_at_once(one, visitor) else "asked"
        self._audit.note("extension_changed", visitor.account.name, change=done, extension=id)
        return redirect(request, f"/desk/extensions/{id}?done={done}")

    def show(self, request: Request) -> Response:
        """The extension and who decided."""
        visitor = self._sessions.admit(request, "read")
        asked = read_extension(self._services.ledger, request.path_params["extension"])
        notice = DONE.get(request.query_params.get("done", ""), "")
        page = self._page(request, visitor, asked, _Sent({}, [], notice, 200))
        self._audit.note_soon("listed", visitor.account.name, where="letters", extension=asked.id)
        return page

    def settle(self, request: Request, body: bytes) -> Response:
        """Grant, decline or revoke."""
        visitor = self._sessions.admit(request, "order")
        typed = read_form(request, body)
        require_csrf(visitor, typed.get("csrf", ""))
        asked = read_extension(self._services.ledger, request.path_params["extension"])
        act, reason = typed.get("do", ""), line(typed.get("reason", ""))
        if act not in ACTS:
            raise HttpProblem(400, "没有认出按的是哪个按钮。请回到延期申请再选一次")
        if act != "grant" and (why := why_not_words(reason, "理由")):
            return self._page(request, visitor, asked, _Sent(typed, [("reason", why)], "", 422))
        try:
            self._extending.settle(asked, act, reason, visitor)
        except (StepRefused, SequenceTaken) as refusal:
            asked = read_extension(self._services.ledger, asked.id)
            return self._page(request, visitor, asked, _Sent(typed, [], f"没有照办：{refusal}", 409))
        self._audit.note("extension_changed", visitor.account.name, change=ACTS[act], extension=asked.id)
        return redirect(request, f"/desk/extensions/{asked.id}?done={ACTS[act]}")

    def _ask_page(self, request: Request, visitor: Visitor, rows: list[str], sent: _Sent) -> Response:
        one = self._extending.find(_only(rows))
        today = self._extending.issuing.today()
        key, why = subject_of(one).key, self._extending.why_not(one)
        view = AskView(
            row=row_of(self._services.catalogue, one, today, key=key, why=why),
            until=sent.typed.get("until", ""),
            earliest=(max(one.last_day, today) + timedelta(days=1)).isoformat(),
            reason=sent.typed.get("reason", ""),
            grants=self._extending.grants_at_once(one, visitor),
            wrong=dict(sent.wrong),
            notice=sent.notice,
        )
        return self._pages.page(request, view, visitor, status=sent.status)

    def _page(self, request: Request, visitor: Visitor, asked: Asked, sent: _Sent) -> Response:
        said = asked.settled
        view = ExtensionView(
            row=ExtensionRow.of(asked),
            uscc=asked.subject.uscc,
            project=asked.subject.project,
            at=moment_of(asked.noted.at),
            decided=(said.noted.by, moment_of(said.noted.at).minute, said.words) if said else None,
            acts=self._extending.acts(asked, visitor),
            reason=sent.typed.get("reason", ""),
            wrong=dict(sent.wrong),
            notice=sent.notice,
        )
        return self._pages.page(request, view, visitor, status=sent.status)


def _only(rows: list[str]) -> str:
    keys = read_rows(rows)
    if len(keys) != 1:
        raise HttpProblem(400, "延期一次办一行。请回到看板，只勾选一行")
    return keys[0]
