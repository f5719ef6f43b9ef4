"""The call list for returned filings: units and telephone numbers, as a page, XLSX and CSV; sends nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.frame import Pages
from functions.desk.sessions import Sessions
from functions.exports.csv import END, head_of
from functions.exports.csv_cells import quote
from functions.exports.formats import CSV, XLSX, FileKind
from functions.exports.table import Column
from functions.records.state import Erased
from functions.records.store import Record, Selection
from functions.records.transitions import OpenRecord
from functions.supervision.contacts import Contact, contact_of
from functions.web.filing.form_pages import local_day
from functions.web.filing.moments import BEIJING
from functions.web.filing.stepper import Stepper
from functions.web.http.endpoints import reading
from functions.web.http.routes import Route
from functions.web.http.streaming import Download

MOST_SHOWN: Final = 500
RETURNED: Final = Selection(status="returned")
COLUMNS: Final = (
    Column((), "编号", "text", 17),
    Column((), "单位", "text", 28),
    Column((), "表", "text", 12),
    Column((), "年度或阶段", "text", 13),
    Column((), "联系人", "text", 12),
    Column((), "联系电话", "text", 15),
    Column((), "电子邮箱", "text", 24),
    Column((), "补正期限", "date", 12),
    Column((), "是否过期", "text", 10),
    Column((), "意见", "text", 40, wrap=True),
    Column((), "要改的栏", "text", 40, wrap=True),
)


@dataclass(frozen=True, slots=True)
class Call:
    """One unit to call: the filing, the correction deadline, the opinion."""

    number: str
    unit_name: str
    form: str
    period: str
    contact: Contact | None
    correction_due: str
    overdue: bool
    opinion: str
    asked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallListView:
    """The units to call, in titled groups; a page shows at most `most` of `total`."""

    template: ClassVar = "calls.html"
    total: int
    most: int
    groups: list[tuple[str, list[Call]]]


class Calls:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages, stepper: Stepper) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._stepper = stepper
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the routes of these handlers."""
        return [
            Route("/desk/calls", reading(self.show)),
            Route("/desk/calls.xlsx", reading(self.workbook)),
            Route("/desk/calls.csv", reading(self.csv)),
        ]

    def show(self, request: Request) -> Response:
        """Show the list, earliest deadline first; units without a mail address come before those with one."""
        visitor = self._sessions.admit(request, "read")
        self._trail.note_soon("listed", visitor.account.name, status="returned")
        calls = sorted(self._calls(), key=lambda call: (call.correction_due, call.number))
        shown = calls[:MOST_SHOWN]
        without = [call for call in shown if not (call.contact and call.contact.email)]
        return self._pages.page(
            request,
            CallListView(
                total=len(calls),
                most=MOST_SHOWN,
                groups=[
                    ("没有留邮箱，请打电话", without),
                    ("留了邮箱，打电话或者写邮件", [call for call in shown if call not in without]),
                ],
            ),
            visitor,
        )

    def workbook(self, request: Request) -> Response:
        """Return the whole list as XLSX."""
        from functions.exports.xlsx import stream_list  # slow to import, and the page does not need it

        at = self._services.clock()
        return self._download(request, XLSX, at, stream_list("电话通知", COLUMNS, map(_cells, self._calls()), at=at))

    def csv(self, request: Request) -> Response:
        """Return the whole list as CSV."""
        return self._download(request, CSV, self._services.clock(), self._csv())

    def _download(self, request: Request, kind: FileKind, at: datetime, chunks: Iterator[bytes]) -> Response:
        visitor = self._sessions.admit(request, "export")
        filings = self._services.records.count(RETURNED)
        self._trail.note("exported", visitor.account.name, format=kind.name, status="returned", filings=filings)
        moment = at.astimezone(BEIJING).strftime("%Y%m%d-%H%M")
        return Download(chunks, filename=f"退回待补正-{moment}{kind.suffix}", media_type=kind.media_type)

    def _calls(self) -> Iterator[Call]:
        today = local_day(self._services.clock())
        for record in self._services.records.stream(RETURNED):
            call = self._call(record, today)
            if call:
                yield call

    def _call(self, record: Record, today: date) -> Call | None:
        try:
            open_record = OpenRecord.of(record, self._stepper.definition_of)
        except Erased:
            return None
        summary, state, definition = record.summary, open_record.state, open_record.definition
        return Call(
            summary.number,
            summary.unit_name,
            definition.short,
            definition.period_title(summary.period),
            contact_of(definition, state.data),
            state.correction_due,
            bool(state.correction_due) and today.isoformat() > state.correction_due,
            state.opinion,
            tuple(definition.label_at(at) for at in state.asked),
        )

    def _csv(self) -> Iterator[bytes]:
        yield head_of(COLUMNS)
        for call in self._calls():
            yield (",".join(map(quote, _cells(call))) + END).encode()


def _cells(call: Call) -> tuple[str, ...]:
    """Return the texts of a line, in the order of the columns."""
    contact = call.contact
    return (
        call.number,
        call.unit_name,
        call.form,
        call.period,
        contact.name if contact else "",
        contact.phone if contact else "",
        contact.email if contact else "",
        call.correction_due,
        "已过期" if call.overdue else "",
        call.opinion,
        "、".join(call.asked),
    )
