"""Whether a unit has filed since a list was made; reads only the filings that came meanwhile."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from functions.bootstrap import Services
from functions.records.store import Selection
from functions.supervision.board import due_of
from functions.supervision.deadlines import day_in_shanghai
from functions.supervision.obligations.values import Listed, Obligation
from functions.supervision.reminders.values import matter_of

AT_ONCE: Final = 20
# Filings are stored a moment after the instant that they are dated with.
MARGIN: Final = timedelta(minutes=1)


class NewFilings:
    """Looks back to when it was made. Calls block and may raise StoreUnavailable."""

    def __init__(self, services: Services, rows: Iterable[Listed]) -> None:
        self._services = services
        made: datetime = services.clock() - MARGIN
        self._since: defaultdict[str, datetime] = defaultdict(lambda: made)
        self._units: set[tuple[str, str]] = set()
        self._rows: defaultdict[str, list[Listed]] = defaultdict(list)
        for row in rows:
            self._rows[row.uscc].append(row)

    def settle(self, one: Obligation) -> bool:
        """Whether the obligation is not owed any more: judged anew when its unit has filed something meanwhile."""
        self._look(one.form)
        return (one.form, one.uscc) in self._units and not self._is_owed(one)

    def _look(self, form: str) -> None:
        """Note the units of the filings of a form since the last look, newest first."""
        since, now, cursor = self._since[form], self._services.clock(), None
        while True:
            page = self._services.records.page(Selection(form=form), limit=AT_ONCE, cursor=cursor)
            for summary in page.items:
                if datetime.fromisoformat(summary.submitted_at) < since:
                    break
                self._units.add((form, summary.uscc))
            else:
                if page.older is not None:
                    cursor = page.older
                    continue
            break
        self._since[form] = now - MARGIN

    def _is_owed(self, one: Obligation) -> bool:
        on: date = max(day_in_shanghai(self._services.clock()), one.since)
        rows = self._rows[one.uscc]
        found = due_of(self._services, on=on, form=one.form, uscc=one.uscc, rows=rows)
        return any(matter_of(other) == matter_of(one) and other.filed is None for other in found)
