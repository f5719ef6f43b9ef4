"""The list to telephone as a page and a workbook, and the history of reminders; officers note what was said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.filters import LONGEST
from functions.desk.frame import Pages, redirect
from functions.desk.reminders.reading import Reading
from functions.desk.reminders.words import (
    HEADERS,
    NOTICES,
    CallLine,
    PastLine,
    call_line,
    cells_of,
    past_line,
    read_said,
)
from functions.desk.sessions import Sessions, require_csrf
from functions.exports.formats import XLSX
from functions.exports.plain_table import plain_xlsx
from functions.forms.normalise import plain_line
from functions.staff.permissions import may
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.reminders.ledger import Chain, NotSent, chain_with
from functions.web.http.bodies import FORM_TYPE, parse_pairs, require_type
from functions.web.http.endpoints import reading, writing
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import Download

MOST_SHOWN: Final = 100
TITLE: Final = "催报电话"
PLACE: Final = "/desk/reminders"


@dataclass(frozen=True, slots=True)
class RemindersView:
    """Whom to call, and what was done; `sees` says whether contacts are shown, `error` belongs to the row `wrong`."""

    template: ClassVar = "reminders.html"
    on: str
    lines: Sequence[CallLine]
    found: int
    past: Sequence[PastLine]
    past_found: int
    most: int
    words: str
    sees: bool
    notice: str
    wrong: str
    said: str
    error: str


class ReminderPages:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = f"{PLACE}/{{reminder}}"
        return [
            Route(PLACE, reading(self.show)),
            Route(f"{PLACE}.xlsx", reading(self.workbook)),
            Route(one, writing(self.note), methods=["POST"], step="记下催报的结果", back=PLACE),
        ]

    def show(self, request: Request) -> Response:
        """The page; who shows contacts is noted."""
        return self._page(request, NOTICES.get(request.query_params.get("done", ""), ""))

    def workbook(self, request: Request) -> Response:
        """The whole list as XLSX, with contacts, once it is noted who took it."""
        self._sessions.admit(request, "export")
        visitor = self._sessions.admit(request, "see_contacts")
        on = self._today()
        found = Reading(self._services, on, contacts=True)
        calls = found.calls()
        self._trail.note("exported", visitor.account.name, where="reminders", format=XLSX.name, contacts=len(calls))
        lines: Iterator[Sequence[str]] = (
            cells_of(call_line(self._services.catalogue, found.line(each))) for each in calls
        )
        return Download(
            plain_xlsx(TITLE, HEADERS, lines),
            filename=f"{TITLE}-{on:%Y%m%d}{XLSX.suffix}",
            media_type=XLSX.media_type,
        )

    def note(self, request: Request, body: bytes) -> Response:
        """Note that the unit was called and what was said, or that the mail came back."""
        visitor = self._sessions.admit(request, "see_contacts")
        require_type(request.headers.get("content-type", ""), FORM_TYPE)
        given = dict(reversed(parse_pairs(body)))
        require_csrf(visitor, given.get("csrf", ""))
        id, act, actor = request.path_params["reminder"], given.get("do", ""), visitor.account.name
        chain = self._chain(id)
        if act == "called":
            said, error = read_said(given.get("said", ""))
            if error:
                return self._page(request, "", wrong=id, said=said, error=error)
            chain.called(id, said, actor)
        elif act == "bounced":
            bounce(chain, id, actor)
        else:
            raise HttpProblem(400, "没有认出按的是哪个按钮。请回到催报名单再按一次")
        self._trail.note("reminded", actor, outcome=act)
        return redirect(request, f"{PLACE}?done={act}")

    def _chain(self, id: str) -> Chain:
        services = self._services
        return chain_with(services.ledger, id, services.clock, services.entropy)

    def _today(self) -> date:
        return day_in_shanghai(self._services.clock())

    def _page(self, request: Request, notice: str, *, wrong: str = "", said: str = "", error: str = "") -> Response:
        visitor = self._sessions.admit(request, "read")
        words = plain_line(request.query_params.get("q", ""))
        if len(words) > LONGEST:
            raise HttpProblem(400, f"要找的文字最多 {LONGEST} 个字。请写短一些再找")
        on, sees = self._today(), may(visitor.account.role, "see_contacts")
        found = Reading(self._services, on, contacts=sees)
        calls, past = found.calls(words.split()), found.past(words.split())
        shown = [call_line(self._services.catalogue, found.line(each)) for each in calls[:MOST_SHOWN]]
        contacts = sum(line.contact is not None for line in shown)
        self._trail.note_soon("listed", visitor.account.name, where="reminders", contacts=contacts or None)
        view = RemindersView(
            on=on.isoformat(),
            lines=shown,
            found=len(calls),
            past=[past_line(self._services.catalogue, entry) for entry in past[:MOST_SHOWN]],
            past_found=len(past),
            most=MOST_SHOWN,
            words=words,
            sees=sees,
            notice=notice,
            wrong=wrong,
            said=said,
            error=error,
        )
        return self._pages.page(request, view, visitor, status=422 if error else 200)


def bounce(chain: Chain, id: str, actor: str) -> None:
    """Note that a mail came back; HttpProblem 409 for one that nobody sent."""
    try:
        chain.bounced(id, actor)
    except NotSent as problem:
        raise HttpProblem(409, str(problem)) from None
