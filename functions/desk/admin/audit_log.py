"""The audit log at the desk: the page and the JSON to search it, and its export; for those who may read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Final, cast
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.filings.filters import FILTER_WORDS
from functions.desk.frame import Pages
from functions.desk.sessions import Sessions
from functions.exports.audit_log import LOG_FORMATS, stream_trail
from functions.exports.formats import FORMATS, FileKind
from functions.forms.characters import plain_code
from functions.forms.formats import is_date
from functions.forms.normalise import odd_in_date, plain_date, plain_line
from functions.records.event import Event
from functions.records.pinned import PinnedForms
from functions.staff.account_names import normal_name
from functions.staff.audit_log import ACTIONS, CONSOLE, Action, Sought, body_of, detail_words
from functions.staff.permissions import ROLE_TITLES
from functions.web.filing.moments import BEIJING, Moment, moment_of
from functions.web.http.endpoints import reading
from functions.web.http.problems import HttpProblem
from functions.web.http.routes import Route
from functions.web.http.streaming import Download

PAGE_SIZE: Final = 50
LONGEST: Final = 100
# Outside these years, midnight in Beijing may be out of the calendar's range.
YEARS: Final = range(2000, 2100)


@dataclass(frozen=True, slots=True)
class AuditLogFilters:
    """The filters of the audit log; empty text means no filter. Days are in Asia/Shanghai, both included."""

    actor: str = ""
    action: str = ""
    number: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> AuditLogFilters:
        """Read the filters from a query string; HttpProblem 400 for a value that can never match."""
        filters = cls(**{field.name: _plain(field.name, query.get(field.name, "")) for field in fields(cls)})
        if any(len(value) > LONGEST for _, value in filters.pairs):
            raise HttpProblem(400, f"筛选的文字最多 {LONGEST} 个字。请写短一些再找")
        if filters.action and filters.action not in ACTIONS:
            raise HttpProblem(400, f"筛选条件 action 只能是 {'、'.join(ACTIONS)} 之一。请回到操作记录重新选")
        if "" not in (filters.since, filters.until) and _day(filters.since) > _day(filters.until):
            raise HttpProblem(400, "开始的日期在结束的日期以后。请把两个日期对调")
        return filters

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the filters that are set, as names and values."""
        named = ((field.name, cast(str, getattr(self, field.name))) for field in fields(self))
        return tuple((name, value) for name, value in named if value)

    def sought(self) -> Sought:
        """Return the store's query; HttpProblem 400 for an invalid date."""
        return Sought(
            actor=self.actor or None,
            action=cast(Action, self.action) or None,
            about=self.number or None,
            since=_midnight(_day(self.since)) if self.since else None,
            until=_midnight(_day(self.until) + timedelta(days=1)) if self.until else None,
        )

    def query(self, **more: str) -> str:
        """Return the query string of these filters followed by `more`, with its question mark; empty for none."""
        pairs = [*self.pairs, *((name, value) for name, value in more.items() if value)]
        return "?" + urlencode(pairs) if pairs else ""


@dataclass(frozen=True, slots=True)
class AuditLogRow:
    """One entry in words."""

    at: Moment
    actor: str
    action: str
    about: str
    details: str


@dataclass(frozen=True, slots=True)
class AuditLogView:
    """One page of the audit log; `older` is the query of the next one."""

    template: ClassVar = "trail.html"
    filters: AuditLogFilters
    rows: list[AuditLogRow]
    actions: list[tuple[str, str]]
    formats: list[FileKind]
    size: int
    older: str | None
    newest: bool


class AuditLogPages:
    """Every call blocks: run them in worker threads."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._trail = Audit(services)
        self._forms = PinnedForms(services.records, services.catalogue)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [
            Route("/desk/trail", reading(self.show)),
            Route("/desk/trail.{format}", reading(self.export)),
            Route("/api/desk/trail", reading(self.list)),
            Route("/api/desk/trail.{format}", reading(self.export)),
        ]

    def show(self, request: Request) -> Response:
        """Show the matching entries, newest first; looking at them adds an entry too."""
        visitor = self._sessions.admit(request, "read_trail")
        filters, page, older = self._read(request, PAGE_SIZE)
        self._trail.note_soon("trail_viewed", visitor.account.name, filters.number)
        titles = self._titles()
        rows = [_row(event, titles) for event in page]
        return self._pages.page(
            request,
            AuditLogView(
                filters=filters,
                rows=rows,
                actions=list(ACTIONS.items()),
                formats=[format.kind for format in LOG_FORMATS.values()],
                size=PAGE_SIZE,
                older=filters.query(before=str(older)) if older else None,
                newest="before" not in request.query_params,
            ),
            visitor,
        )

    def list(self, request: Request) -> Response:
        """Return a page of entries as JSON; `next` is where the next older page begins, null at the end."""
        visitor = self._sessions.admit(request, "read_trail")
        filters, page, older = self._read(request, PAGE_SIZE)
        self._trail.note_soon("trail_viewed", visitor.account.name, filters.number)
        content = {"items": [entry_json(event) for event in page], "next": older}
        return Response(json.dumps(content, ensure_ascii=False), media_type="application/json")

    def export(self, request: Request) -> Response:
        """Return all matching entries as a file, oldest first, after logging who took them."""
        visitor = self._sessions.admit(request, "read_trail")
        format = LOG_FORMATS.get(request.path_params["format"])
        if format is None:
            known = "、".join(each.kind.label for each in LOG_FORMATS.values())
            raise HttpProblem(404, f"没有这种格式。可以下载 {known}")
        filters = AuditLogFilters.read(request.query_params)
        sought = filters.sought()
        self._trail.note("trail_exported", visitor.account.name, filters.number, format=format.kind.name)
        moment = self._services.clock().astimezone(BEIJING).strftime("%Y%m%d-%H%M")
        chunks = stream_trail(format, self._services.trail.stream(sought), self._titles())
        return Download(chunks, filename=f"操作记录-{moment}{format.kind.suffix}", media_type=format.kind.media_type)

    def _read(self, request: Request, limit: int) -> tuple[AuditLogFilters, tuple[Event, ...], int | None]:
        """Return the filters, one page, and where the next older one begins."""
        filters = AuditLogFilters.read(request.query_params)
        before = _before(request.query_params.get("before"))
        found = self._services.trail.page(filters.sought(), limit=limit + 1, before=before)
        page = found[:limit]
        return filters, page, page[-1].sequence if len(found) > limit else None

    def _titles(self) -> dict[str, str]:
        """Return the titles of ids, retired forms included, since old entries name them."""
        held = self._forms.held()
        filings = (filing for definition in held for filing in definition.rules.filings)
        return {
            **{definition.id: definition.short for definition in held},
            **{filing.period: filing.period_title for filing in filings if not filing.period.startswith("/")},
            **FILTER_WORDS,
            **{format.name: format.label for format in FORMATS.values()},
            **{str(role): title for role, title in ROLE_TITLES.items()},
        }


def _row(event: Event, titles: Mapping[str, str]) -> AuditLogRow:
    body = body_of(event)
    return AuditLogRow(
        at=moment_of(event.at),
        actor="命令行" if event.actor == CONSOLE else event.actor or "没有这个账号",
        action=ACTIONS.get(event.type, event.type),
        about=body["about"],
        details=detail_words(body["details"], titles),
    )


def entry_json(event: Event) -> dict[str, Any]:
    """Return an entry for programs, with its digests; times are UTC."""
    body = body_of(event)
    return {
        "sequence": event.sequence,
        "at": event.at,
        "actor": event.actor,
        "action": event.type,
        "number": body["about"],
        "details": body["details"],
        "previous": event.previous,
        "digest": event.digest,
    }


def _before(value: str | None) -> int | None:
    if not value:
        return None
    if value.isascii() and value.isdecimal() and len(value) <= 15:
        return int(value)
    raise HttpProblem(400, "before 要填操作记录的序号，是整数。请回到操作记录的第一页")


def _plain(name: str, typed: str) -> str:
    """Convert typed text to the form in which the log stores it: an account's name, a filing's number, a day."""
    kinds = {"actor": normal_name, "number": plain_code, "since": plain_date, "until": plain_date}
    return kinds.get(name, plain_line)(typed)


def _day(text: str) -> date:
    if odd := odd_in_date(text):
        raise HttpProblem(400, f"日期“{text}”{odd}")
    if not is_date(text) or text.startswith("0000"):
        raise HttpProblem(400, f"“{text}”不是日期。请写成 2026-09-30 这样")
    day = date.fromisoformat(text)
    if day.year not in YEARS:
        raise HttpProblem(400, f"“{text}”早于 {YEARS.start} 年，或者晚于 {YEARS.stop - 1} 年。请核对年份")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BEIJING)
