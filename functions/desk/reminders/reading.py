"""Reads the reminders with what is still owed and whom to call; knows no page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from functions.bootstrap import Services
from functions.supervision.board import due_of, read_rows
from functions.supervision.contacts import Contact
from functions.supervision.obligations.values import Obligation
from functions.supervision.obligations.words import days_text
from functions.supervision.reminders.history import Entry
from functions.supervision.reminders.ledger import history_of
from functions.supervision.reminders.values import matter_of
from functions.supervision.reminders.who import ContactBook


@dataclass(frozen=True, slots=True)
class Line:
    """One unit to call about one obligation; `days` is how far its last day is, as the board says it."""

    entry: Entry
    about: Obligation
    contact: Contact | None
    days: str


class Reading:
    """The reminders and calls that are due on one day; every call blocks."""

    def __init__(self, services: Services, on: date, *, contacts: bool) -> None:
        rows = read_rows(services)
        self._on = on
        self._find: Callable[[Obligation], Contact | None] = lambda one: None
        if contacts:
            book = ContactBook(services, rows)
            self._find = lambda one: book(one).contact
        ahead = timedelta(days=max(*services.settings.reminders.days, 0, 0))
        self._owed = {
            matter_of(one): one for one in due_of(services, on=on, until=on + ahead, rows=rows) if one.filed is None
        }
        self.history = history_of(services.ledger)

    @cached_property
    def _calls(self) -> list[tuple[Entry, Obligation]]:
        """Who has not filed and was not reached, by the last reminder of each; the earliest last day first."""
        found = []
        for matter, entry in self.history.last().items():
            one = self._owed.get(matter)
            if one is not None and entry.to_call and entry.reminder.last_day == one.last_day.isoformat():
                found.append((entry, one))
        return sorted(found, key=lambda each: (each[1].last_day, each[1].unit_name))

    def calls(self, words: Sequence[str] = ()) -> list[tuple[Entry, Obligation]]:
        """Those to call, whose unit or project has all the words."""
        return [each for each in self._calls if has_all(words, each[0])]

    def line(self, each: tuple[Entry, Obligation]) -> Line:
        """With contact and days."""
        entry, one = each
        return Line(entry, one, self._find(one), days_text(one, self._on))

    def past(self, words: Sequence[str]) -> list[Entry]:
        """Return what was recorded, newest first."""
        return [entry for entry in reversed(self.history.entries.values()) if has_all(words, entry)]


def has_all(words: Sequence[str], entry: Entry) -> bool:
    """Whether unit, code or project have all the words."""
    one = entry.reminder
    return all(any(word in text for text in (one.unit_name, one.uscc, one.project)) for word in words)
