"""One unit as officers see it: where it is listed, what it owes, what it ever filed; decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from functions.bootstrap import Services
from functions.desk.audit import Audit
from functions.desk.due.log import LogEntry, filings_log, newest_first, reminders_log, roster_log
from functions.desk.due.reading import Reading
from functions.desk.due.received import received_by
from functions.desk.due.reminded import Reminders
from functions.desk.due.view import Day, DueRow, FiledRow, OnRoster, UnitView, row_of
from functions.desk.frame import Pages
from functions.desk.sessions import Sessions, Visitor
from functions.errors import NotFound
from functions.records.ledger import chain_name
from functions.records.pinned import PinnedForms
from functions.records.store import Selection, Summary
from functions.records.words import TIMELINESS, mark_of
from functions.staff.permissions import may
from functions.staff.store import Role
from functions.supervision.board import due_of, read_rows, rows_of
from functions.supervision.deadlines import add_months, day_in_shanghai
from functions.supervision.inputs import codes_of, inputs_of
from functions.supervision.obligations.values import Listed, Obligation
from functions.supervision.obligations.words import ACT, STATES, WORDS
from functions.supervision.orders.judging import allowed_letters, standing_for, why_no_extension
from functions.supervision.orders.reading import read_extensions, read_letters
from functions.supervision.orders.values import Letter, subject_of
from functions.supervision.rosters.changes import changes_of
from functions.supervision.rosters.state import KIND
from functions.web.filing.moments import moment_of
from functions.web.http.endpoints import reading
from functions.web.http.routes import Route

MOST_FILINGS: Final = 200
MONTHS_AHEAD: Final = 12
MOST_COMING: Final = 5
CONTACT: Final = ("contact_name", "contact_phone", "contact_email")


class UnitPages:
    """Calls block: run them in a worker thread."""

    def __init__(self, services: Services, sessions: Sessions, pages: Pages) -> None:
        self._services = services
        self._sessions = sessions
        self._pages = pages
        self._forms = PinnedForms(services.records, services.catalogue)
        self._reminders = Reminders(services.ledger)
        self._trail = Audit(services)

    def routes(self) -> list[Route]:
        """Return the route of this handler."""
        return [Route("/desk/units/{uscc}", reading(self.show))]

    def show(self, request: Request) -> Response:
        """Show the page; NotFound for a unit that is on no roster and has filed nothing."""
        visitor = self._sessions.admit(request, "read")
        uscc = request.path_params["uscc"]
        today = day_in_shanghai(self._services.clock())
        listed = rows_of(read_rows(self._services), uscc)
        page = self._services.records.page(Selection(unit=uscc), limit=MOST_FILINGS)
        filings = [item for item in page.items if item.uscc == uscc]
        if not listed and not filings:
            raise NotFound("没有这个单位：不在任何名册上，也没有填报过。请核对统一社会信用代码")
        self._trail.note_soon("listed", visitor.account.name, where="due_unit")
        view = self._view(uscc, listed, filings, today, visitor, more=page.older is not None)
        return self._pages.page(request, view, visitor)

    def _view(
        self,
        uscc: str,
        listed: Sequence[Listed],
        filings: Sequence[Summary],
        on: date,
        visitor: Visitor,
        *,
        more: bool,
    ) -> UnitView:
        services, role = self._services, visitor.account.role
        letters = read_letters(services.ledger)
        coming = due_of(services, on=on, uscc=uscc, rows=listed, until=add_months(on, MONTHS_AHEAD))
        owed = [one for one in coming if one.since <= on]
        found = Reading(services.catalogue, listed, owed)
        waiting = Counter(one.state for one in owed if WORDS[one.state].group == ACT)
        rosters = services.catalogue.rosters
        return UnitView(
            name=listed[-1].unit_name if listed else filings[0].unit_name,
            uscc=uscc,
            category=found.strata.get(uscc, ""),
            contact=_contact(listed),
            day=Day(on.isoformat(), is_today=True),
            now=[(WORDS[state].mark, waiting[state]) for state in STATES if waiting[state]],
            next=self._next(coming, on),
            coming=self._coming(coming, on),
            rosters=[_on_roster(rosters[row.roster].title, row, uscc, on) for row in listed],
            rows=[row_of(services.catalogue, one, on) for one in owed],
            filings=[self._filed(summary) for summary in filings],
            more=more,
            log=self._log(uscc, listed),
            received=received_by(uscc, letters, read_extensions(services.ledger), on),
            steps={subject_of(one).key: self._steps(one, letters, role) for one in owed},
        )

    def _steps(self, one: Obligation, letters: Sequence[Letter], role: Role) -> list[tuple[str, str]]:
        """Return what this officer may do about it now: the letters that it allows, an extension."""
        wording, standing, key = self._services.catalogue.letters, standing_for(one, letters), subject_of(one).key
        kinds = allowed_letters(one, standing, wording) if may(role, "order") else []
        steps = [(f"/desk/orders/new?do={kind}&row={key}", wording.kinds[kind].short) for kind in kinds]
        if may(role, "serve") and not why_no_extension(one, standing, ()):
            steps.append((f"/desk/extensions/new?row={key}", "延期"))
        return steps

    def _log(self, uscc: str, listed: Sequence[Listed]) -> list[LogEntry]:
        """Return all that happened with the unit, and with those that it took over."""
        services = self._services
        codes = {uscc, *(code for row in listed for code in codes_of(row) if row.uscc == uscc or row.into == uscc)}
        self._reminders.catch_up()
        rosters = (
            roster_log(form, changes_of(form, services.ledger.read(chain_name(KIND, form.id)), codes))
            for form in services.catalogue.rosters.values()
        )
        return newest_first(
            filings_log(inputs_of(services).filings.of_units(codes), self._title),
            *rosters,
            reminders_log(self._reminders.of_units(codes), self._title),
        )

    def _title(self, form: str, period: str) -> str:
        short = self._services.catalogue.get(form).short if self._in_use(form) else form
        return f"{short} {self._forms.period_title(form, period)}"

    def _coming(self, owed: Sequence[Obligation], on: date) -> list[DueRow]:
        """Return the next deadlines, the first one first."""
        coming = sorted((one for one in owed if one.filed is None and one.last_day >= on), key=lambda one: one.last_day)
        return [row_of(self._services.catalogue, one, on) for one in coming[:MOST_COMING]]

    def _next(self, owed: Sequence[Obligation], on: date) -> DueRow | None:
        coming = [one for one in owed if one.filed is None and one.last_day >= on]
        first = min(coming, key=lambda one: one.last_day, default=None)
        return row_of(self._services.catalogue, first, on) if first else None

    def _filed(self, summary: Summary) -> FiledRow:
        form = self._services.catalogue.get(summary.form) if self._in_use(summary.form) else None
        return FiledRow(
            number=summary.number,
            form=form.short if form else summary.form,
            period=self._forms.period_title(summary.form, summary.period),
            at=summary.received_on or moment_of(summary.submitted_at).minute,
            timeliness=TIMELINESS[summary.timeliness],
            status=mark_of(summary),
        )

    def _in_use(self, form: str) -> bool:
        return any(definition.id == form for definition in self._services.catalogue)


def _contact(listed: Sequence[Listed]) -> list[str]:
    """Return the contact of the row that names one; the last one listed counts."""
    for row in reversed(listed):
        if words := [row.columns[name] for name in CONTACT if row.columns.get(name)]:
            return words
    return []


def _on_roster(title: str, row: Listed, uscc: str, on: date) -> OnRoster:
    ended = row.until.isoformat() if row.until is not None and (row.until < on or row.into) else ""
    unit = row.unit_name if row.uscc != uscc else ""
    return OnRoster(title, row.project, row.since.isoformat(), ended, unit, row.into if row.into != uscc else "")
