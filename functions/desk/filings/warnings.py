"""Warnings for an officer before a decision, each beside its field: from the form, last year's filing, other units."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from functions.desk.filings.listing import LIVE, what_is_so
from functions.errors import NotFound
from functions.forms.checking.validation import warnings
from functions.forms.problem import Problem
from functions.records.state import Erased
from functions.records.store import Page, RecordStore, Selection, Summary
from functions.records.transitions import OpenRecord
from functions.supervision.comparison import Filed, differs_by_half, is_same_matter, year_before
from functions.supervision.contacts import contact_of
from functions.web.filing.stepper import Stepper

MOST_LOOKED_AT: Final = 20
MOST_NAMED: Final = 3
SAME_PHONE: Final = "same_phone"


class Warnings:
    """Reads other filings of the same form. Calls block: run them in a worker thread."""

    def __init__(self, records: RecordStore, stepper: Stepper) -> None:
        self._records = records
        self._stepper = stepper

    def of(self, open_record: OpenRecord) -> list[Problem]:
        """Return the warnings, each at most one sentence that states a fact."""
        state, definition = open_record.state, open_record.definition
        found = [
            Problem(each.pointer, each.label, what_is_so(each.message), each.rule)
            for each in warnings(definition, state.data, state.version_day)
        ]
        before = self._year_before(open_record)
        if before is not None:
            found += differs_by_half(_filed(open_record), _filed(before))
        return [*found, *self._same_phone(open_record)]

    def _year_before(self, open_record: OpenRecord) -> OpenRecord | None:
        """Return last year's filing about this matter: the accepted one, else any that counts."""
        summary = open_record.record.summary
        period = year_before(summary.period)
        if period is None or not summary.uscc:
            return None
        selection = Selection(form=summary.form, period=period, unit=summary.uscc)
        page = self._records.page(selection, limit=MOST_LOOKED_AT)
        found = [item for item in _live(page) if item.uscc == summary.uscc]
        for item in sorted(found, key=lambda item: item.status != "accepted"):
            other = self._open(item.number)
            if other and is_same_matter(_filed(open_record), _filed(other)):
                return other
        return None

    def _same_phone(self, open_record: OpenRecord) -> Iterator[Problem]:
        """Return other units that gave this telephone number in this period."""
        summary, contact = open_record.record.summary, contact_of(open_record.definition, open_record.state.data)
        if contact is None or not contact.dial:
            return
        selection = Selection(form=summary.form, period=summary.period, words=(contact.sought,))
        names: dict[str, str] = {}
        page = self._records.page(selection, limit=MOST_LOOKED_AT)
        for item in _live(page):
            other = self._open(item.number) if item.uscc != summary.uscc else None
            theirs = contact_of(other.definition, other.state.data) if other else None
            if theirs and theirs.dial == contact.dial:
                # A unit that has filed more than once is named once.
                names.setdefault(item.uscc or item.number, f"“{item.unit_name}”")
        if names:
            least = "以上" if page.older else ""
            more = f"等 {len(names)} 个{least}单位" if len(names) > MOST_NAMED else ""
            label = open_record.definition.label_at(contact.phone_at)
            words = f"与{'、'.join(list(names.values())[:MOST_NAMED])}{more}相同，请核实"
            yield Problem(contact.phone_at, label, words, SAME_PHONE)

    def _open(self, number: str) -> OpenRecord | None:
        try:
            return self._stepper.open(number)
        except (Erased, NotFound):
            return None


def _filed(open_record: OpenRecord) -> Filed:
    return Filed(open_record.definition, open_record.state.data)


def _live(page: Page) -> list[Summary]:
    return [item for item in page.items if item.status in LIVE]


def in_full(warning: Problem) -> str:
    """Return the warning, with its field's name in front when its own words do not name it."""
    named = any(len(part) > 1 and part in warning.message for part in warning.label.split(" "))
    return warning.message if named else f"{warning.label}：{warning.message}"
