"""The rosters as pages: which there are, the rows of one on any day, and its workbooks; changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages
from functions.desk.rosters.words import (
    Done,
    RosterName,
    RowWords,
    last_import,
    matches,
    read_day,
    read_search,
    row_words,
)
from functions.desk.sessions import Sessions
from functions.exports.formats import FORMATS
from functions.forms.roster_form import RosterForm
from functions.imports.roster_file import template
from functions.staff.permissions import may
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.state import Roster, in_effect, roster_on
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import disposition

PAGE_SIZE: Final = 100
XLSX: Final = FORMATS["xlsx"].kind.media_type
DONE: Final = {
    "imported": "名册已经导入",
    "same": "和名册一样，什么都没有改",
    "added": "已经列入名册",
    "changed": "已经改好",
    "ended": "已经移出名册。以前的填报、文书和没办完的事都在",
}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One roster in the list: how many rows are on it now, and its last import."""

    roster: RosterName
    count: int
    imported: Done | None


@dataclass(frozen=True, slots=True)
class RosterList:
    """All rosters."""

    template: ClassVar = "rosters.html"
    rosters: Sequence[RosterLine]


@dataclass(frozen=True, slots=True)
class OneRoster:
    """Rows of one roster. `on` is the day that was asked for, "" for now; `before` and `after` are queries of pages.

    `valid` asks for the rows that counted on that day by their own dates; without it they are those on the roster.
    """

    template: ClassVar = "roster.html"
    roster: RosterName
    rows: Sequence[RowWords]
    found: int
    count: int
    words: str
    on: str
    valid: str
    first: int
    before: str
    after: str
    query: str
    imported: Done | None
    manages: bool
    notice: str


class RosterPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._audit = Audit(services)
        self._rosters = Rosters(services.ledger, services.entropy)

    def routes(self) -> list[Route]:
        """The addresses of all this."""
        one = "/desk/rosters/{roster}"
        return [
            Route("/desk/rosters", reading(self.show_all)),
            Route(one, reading(self.show_one)),
            Route(f"{one}/template.xlsx", reading(self.template)),
            Route(f"{one}/rows.xlsx", reading(self.rows)),
        ]

    def show_all(self, request: Request) -> Response:
        """All rosters with their counts."""
        visitor = self._sessions.admit(request, "read")
        lines = [self._line(form) for form in self._services.catalogue.rosters.values()]
        return self._pages.page(request, RosterList(lines), visitor)

    def show_one(self, request: Request) -> Response:
        """The rows of one roster, now or on a day, those with the words that were sought."""
        visitor = self._sessions.admit(request, "read")
        form, query = self._form(request), request.query_params
        words, on = read_search(query.get("q", "")), read_day(query.get("on", ""))
        valid = read_day(query.get("valid", ""))
        events = self._rosters.events(form)
        roster = roster_on(form, events, on)
        current = in_effect(form, roster, valid) if valid else roster.current()
        rows = [row_words(form, key, row) for key, row in current.items()]
        found = [row for row in rows if matches(row, words)] if words else rows
        first = _first(query.get("from"), len(found))
        asked = {"q": words, "on": on.isoformat() if on else "", "valid": valid.isoformat() if valid else ""}
        self._audit.note_soon("listed", visitor.account.name, roster=form.id, rows=len(found))
        return self._pages.page(
            request,
            OneRoster(
                roster=RosterName.of(form),
                rows=found[first : first + PAGE_SIZE],
                found=len(found),
                count=len(current),
                words=words,
                on=asked["on"],
                valid=asked["valid"],
                first=first,
                before=_query(**asked, **{"from": str(max(0, first - PAGE_SIZE))}) if first else "",
                after=_query(**asked, **{"from": str(first + PAGE_SIZE)}) if first + PAGE_SIZE < len(found) else "",
                query=_query(on=asked["on"]),
                imported=last_import(events),
                manages=may(visitor.account.role, "manage_rosters"),
                notice=DONE.get(query.get("done", ""), ""),
            ),
            visitor,
        )

    def template(self, request: Request) -> Response:
        """An empty workbook to fill in."""
        self._sessions.admit(request, "export")
        form = self._form(request)
        return workbook(template(form), f"{form.title}-空白模板.xlsx")

    def rows(self, request: Request) -> Response:
        """The rows as a workbook, which can be changed and imported again, once it is noted who took them."""
        visitor = self._sessions.admit(request, "export")
        form, on = self._form(request), read_day(request.query_params.get("on", ""))
        roster: Roster = self._rosters.read(form, on)
        count = len(roster.current())
        self._audit.note("exported", visitor.account.name, roster=form.id, format="xlsx", rows=count)
        return workbook(template(form, roster), f"{form.title}-{on or '现在'}.xlsx")

    def _line(self, form: RosterForm) -> RosterLine:
        events = self._rosters.events(form)
        return RosterLine(RosterName.of(form), len(roster_on(form, events).current()), last_import(events))

    def _form(self, request: Request) -> RosterForm:
        return self._services.catalogue.roster(request.path_params["roster"])


def workbook(content: bytes, name: str) -> Response:
    """An XLSX file to keep."""
    return Response(content, media_type=XLSX, headers={"Content-Disposition": disposition(name)})


def _query(**parts: str) -> str:
    pairs = {name: value for name, value in parts.items() if value}
    return "?" + urlencode(pairs) if pairs else ""


def _first(text: str | None, count: int) -> int:
    """Which row the page begins with; HttpProblem 400 for what is no number."""
    if not text:
        return 0
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise HttpProblem(400, "from 要填从第几行起，是整数。请回到名册的第一页")
    return min(int(text), max(0, count - 1)) // PAGE_SIZE * PAGE_SIZE
