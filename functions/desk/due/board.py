"""The due board: who must file until when and who has not, as a page, for programs, as a file; decides nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.due.figures import Counts, counted_by
from functions.desk.due.filters import EVERY, DueFilters, WrongDay
from functions.desk.due.reading import Reading, read_matter
from functions.desk.due.reminded import Reminders, told_of
from functions.desk.due.view import Day, DueView, Line, chips_of, row_of
from functions.desk.frame import Pages
from functions.desk.sessions import Sessions, Visitor
from functions.exports.formats import CSV, XLSX, FileKind
from functions.exports.plain_table import plain_csv, plain_xlsx
from functions.staff.permissions import may
from functions.supervision.board import Board, DueDay
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.obligations.values import Obligation
from functions.supervision.obligations.words import ACT, NOT_DUE, days_text, facts_of
from functions.supervision.workdays import unannounced_text
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import Download

PAGE_SIZE: Final = 50
TITLE: Final = "应报事项"
HEADERS: Final = ("单位", "统一社会信用代码", "类别", "项目", "表", "期", "依据", "状态", "期限", "天数", "编号")
KINDS: Final = {kind.name: kind for kind in (XLSX, CSV)}


class DueBoard:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._board = Board(services)
        self._reminders = Reminders(services.ledger)
        self._last: tuple[DueDay, Reading] | None = None
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [
            Route("/desk/due", reading(self.show)),
            Route("/desk/due.{format}", reading(self.download)),
            Route("/api/desk/due", reading(self.give)),
        ]

    def show(self, request: Request) -> Response:
        """Show the page; with today's board and the reason where the day that was asked for cannot be shown."""
        visitor = self._sessions.admit(request, "read")
        filters, today = DueFilters.read(request.query_params), self._today()
        error = ""
        try:
            on = filters.day(today)
        except WrongDay as problem:
            on, error = today, problem.detail
        self._note(visitor, filters)
        found = self._read(on)
        view = self._view(found, filters, Day(on.isoformat(), on == today), on, error, request, visitor)
        return self._pages.page(request, view, visitor, status=400 if error else 200)

    def give(self, request: Request) -> Response:
        """Give what is owed as JSON; without form and period, that of the current periods."""
        visitor = self._sessions.admit(request, "read")
        filters = DueFilters.read(request.query_params)
        on = filters.day(self._today())
        found = read_matter(self._services, filters, on).chosen(filters)
        self._note(visitor, filters)
        items = [{**facts_of(one), "form": one.form} for one in found]
        body = json.dumps({"on": on.isoformat(), "items": items}, ensure_ascii=False, separators=(",", ":"))
        return Response(body.encode(), media_type="application/json")

    def download(self, request: Request) -> Response:
        """Give the rows that the filters leave, as a file."""
        visitor = self._sessions.admit(request, "export")
        kind = KINDS.get(request.path_params["format"])
        if kind is None:
            raise HttpProblem(404, f"没有这种格式。可以下载 {'、'.join(known.label for known in KINDS.values())}")
        filters = DueFilters.read(request.query_params)
        on = filters.day(self._today())
        found = read_matter(self._services, filters, on)
        chosen = found.chosen(filters)
        noted = filters.noted([form.id for form in self._services.catalogue])
        self._trail.note("exported", visitor.account.name, format=kind.name, rows=len(chosen), **noted)
        return Download(
            self._file(kind, self._lines(found, chosen, on)),
            filename=f"{TITLE}-截至{on:%Y%m%d}{kind.suffix}",
            media_type=kind.media_type,
        )

    def _file(self, kind: FileKind, lines: Iterator[Sequence[str]]) -> Iterator[bytes]:
        return plain_csv(HEADERS, lines) if kind is CSV else plain_xlsx(TITLE, HEADERS, lines)

    def _lines(self, found: Reading, chosen: Sequence[Obligation], on: date) -> Iterator[Sequence[str]]:
        for one in chosen:
            row = row_of(self._services.catalogue, one, on)
            who = (row.unit_name, row.uscc, found.stratum(one), row.project, row.form, row.period, row.basis)
            yield (*who, row.mark.word, row.due, days_text(one, on), row.number)

    def _read(self, on: date) -> Reading:
        """Return the day's obligations; what was counted of them stays for as long as they do."""
        day, last = self._board.day(on), self._last
        if last is not None and last[0] is day:
            return last[1]
        found = Reading(self._services.catalogue, day.inputs.rows, day.obligations)
        self._last = day, found
        return found

    def _today(self) -> date:
        return day_in_shanghai(self._services.clock())

    def _note(self, visitor: Visitor, filters: DueFilters) -> None:
        noted = filters.noted([form.id for form in self._services.catalogue])
        self._trail.note_soon("listed", visitor.account.name, **noted)

    def _view(
        self, found: Reading, filters: DueFilters, day: Day, on: date, error: str, request: Request, visitor: Visitor
    ) -> DueView:
        self._reminders.catch_up()
        scope, chosen = found.scope(filters), found.chosen(filters)
        pages = max(1, -(-len(chosen) // PAGE_SIZE))
        page = _page(request.query_params.get("page", ""), pages)
        matters = self._matters(found)
        strata = [(name, name) for name in dict.fromkeys(map(found.stratum, found.obligations))]
        catalogue = self._services.catalogue
        shown = chosen[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
        return DueView(
            filters=filters,
            day=day,
            error=error,
            counts=Counts.of(scope),
            by_form=self._by_form(scope, filters),
            by_category=_by_category(found, scope, filters),
            earlier=0 if filters.form == EVERY else found.earlier,
            unannounced=unannounced_text(tuple(sorted({year for one in scope for year in one.unannounced}))),
            matters=matters,
            strata=strata,
            chips=chips_of(filters, {**{form.id: form.short for form in catalogue}, **dict([*matters, *strata])}),
            rows=[row_of(catalogue, one, on, told_of(self._reminders.of(one, on))) for one in shown],
            found=len(chosen),
            page=page,
            pages=pages,
            size=PAGE_SIZE,
            exports=may(visitor.account.role, "export"),
            acts=self._acts(visitor) if day.is_today else [],
        )

    def _acts(self, visitor: Visitor) -> list[tuple[str, str]]:
        kinds = self._services.catalogue.letters.kinds.items()
        return [(kind, wording.short) for kind, wording in kinds if may(visitor.account.role, "order")]

    def _matters(self, found: Reading) -> list[tuple[str, str]]:
        """Return forms and periods to choose from: the current ones, all of them, then earlier ones, newest first."""
        cases = dict.fromkeys((one.form, one.period) for one in found.current)
        older = {(one.form, one.period) for one in found.obligations} - set(cases)
        every = [(EVERY, "各期全部")] if older else []
        return [*map(self._matter, cases), *every, *map(self._matter, sorted(older, reverse=True))]

    def _matter(self, case: tuple[str, str]) -> tuple[str, str]:
        form, period = case
        definition = self._services.catalogue.get(form)
        return f"{form}/{period}", f"{definition.short} {definition.period_title(period)}"

    def _by_form(self, scope: Sequence[Obligation], filters: DueFilters) -> list[Line]:
        lines = []
        for (form, period, _), counts, those in counted_by(scope, lambda one: (one.form, one.period, one.rule.id)):
            definition, rule = self._services.catalogue.get(form), those[0].rule
            days = Counter(one.due for one in those)
            yearly = days.most_common(1)[0][0].isoformat() if rule.due.rule == "day_of_year" else ""
            lines.append(
                Line(
                    title=f"{definition.short}　{definition.period_title(period)}",
                    note=yearly or f"各项目{rule.words.removesuffix('内')}",
                    basis=rule.basis,
                    total=counts.total,
                    act=counts.group(ACT),
                    not_due=counts.group(NOT_DUE),
                    segments=counts.segments,
                    query=filters.whole(form=form, period=period, state="act"),
                )
            )
        return lines


def _by_category(found: Reading, scope: Sequence[Obligation], filters: DueFilters) -> list[Line]:
    return [
        Line(
            title=name,
            note="",
            basis="",
            total=counts.total,
            act=counts.group(ACT),
            not_due=counts.group(NOT_DUE),
            segments=counts.segments,
            query=filters.whole(stratum=name, state="act"),
        )
        for name, counts, _ in counted_by(scope, found.stratum)
    ]


def _page(value: str, pages: int) -> int:
    """Return the page that was asked for; the first where that is none, the last where there are fewer."""
    return min(max(int(value), 1), pages) if value.isascii() and value.isdecimal() and len(value) < 7 else 1
