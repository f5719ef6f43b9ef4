"""Says who owes what on a day, from the rosters and filings in the stores; knows no adapter, page or clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import zip_longest
from threading import Lock
from typing import Final, NamedTuple

from functions.records.store import RecordStore, Selection, Summary
from functions.supervision.deadlines import add_months
from functions.supervision.inputs import Inputs, Ports, codes_of, inputs_of, without_collection
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Extension, Filed, Listed, Obligation, Order
from functions.supervision.obligations.words import place_of
from functions.supervision.orders.reading import read_papers

MOST_DAYS: Final = 4
MOST_UNITS: Final = 500
AT_ONCE: Final = 1000
Papers = tuple[list[Extension], list[Order]]


def due_of(
    ports: Ports,
    *,
    on: date,
    form: str | None = None,
    period: str | None = None,
    uscc: str | None = None,
    until: date | None = None,
    inputs: Inputs | None = None,
    rows: Sequence[Listed] | None = None,
    papers: Papers | None = None,
) -> tuple[Obligation, ...]:
    """Return what is owed on the day `on`, of one form and period or of all, in the order of every list; blocks.

    A year that is asked for by its number is also found up to one year before it is owed; `until` brings all that is
    owed up to then. With `uscc` only the filings of that unit count, and `rows` should be its own; else all rows do.
    `inputs` and `papers` are what the caller has just read. NotFound where there is no such form.
    """
    forms = [ports.catalogue.get(form)] if form else list(ports.catalogue)
    if period and period.isdecimal() and on.year < date.max.year:
        until = add_months(on, 12)
    with without_collection():
        inputs = inputs or inputs_of(ports)
        filings: Iterable[Filed] = inputs.filings.on(on)
        if rows is None:
            rows = rows_of(inputs.rows, uscc) if uscc else inputs.rows
        if uscc:
            codes = _codes(uscc, rows)
            filings = [filed for filed in filings if filed.uscc in codes]
        extensions, orders = papers or read_papers(ports.ledger, on)
        found = owed(
            {one.id: one.rules for one in forms},
            rows,
            filings,
            extensions,
            orders,
            on,
            until,
        )
        return tuple(sorted((one for one in found if period in (None, one.period)), key=place_of))


class DueDay(NamedTuple):
    """Hold what is owed on a day, and what it was worked out from."""

    inputs: Inputs
    filings: Sequence[Filed]
    papers: Papers
    obligations: tuple[Obligation, ...]


class Board:
    """Says what is owed on a day, and keeps the last few days; safe for threads.

    What a unit owes follows from its rows, and from filings under the codes that these name: when a few filings have
    come, only what such units owe is worked out again.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports, self._lock = ports, Lock()
        self._days: dict[date, DueDay] = {}

    def day(self, on: date) -> DueDay:
        """Return everything that is owed on the day; blocks."""
        with without_collection():
            inputs, papers = inputs_of(self._ports), read_papers(self._ports.ledger, on)
            with self._lock:
                known = self._days.pop(on, None)
            if known is None or known.inputs.version != inputs.version or known.papers != papers:
                known = self._read(on, inputs, papers, known)
            with self._lock:
                self._days[on] = known
                while len(self._days) > MOST_DAYS:
                    del self._days[next(iter(self._days))]
            return known

    def _read(self, on: date, inputs: Inputs, papers: Papers, known: DueDay | None) -> DueDay:
        filings = inputs.filings.on(on)
        if known is not None and known.inputs.rows_are(inputs) and known.papers == papers:
            pairs = zip_longest(known.filings, filings)
            units = {one.uscc for pair in pairs if pair[0] is not pair[1] for one in pair if one is not None}
            if len(units) <= MOST_UNITS:
                again = self._again(on, inputs, filings, papers, known.obligations, units)
                return DueDay(inputs, filings, papers, again)
        return DueDay(inputs, filings, papers, due_of(self._ports, on=on, inputs=inputs, papers=papers))

    def _again(
        self,
        on: date,
        inputs: Inputs,
        filings: Iterable[Filed],
        papers: Papers,
        known: Iterable[Obligation],
        units: set[str],
    ) -> tuple[Obligation, ...]:
        rules = {form.id: form.rules for form in self._ports.catalogue}
        hit = {row.uscc for row in inputs.rows if not units.isdisjoint(codes_of(row))}
        rows = [row for row in inputs.rows if row.uscc in hit]
        codes = {code for row in rows for code in codes_of(row)}
        anew = owed(rules, rows, [filed for filed in filings if filed.uscc in codes], *papers, on)
        return tuple(sorted([*(one for one in known if one.uscc not in hit), *anew], key=place_of))


def read_rows(ports: Ports) -> list[Listed]:
    """Return the rows of every roster as they are known now, those that ended too: each says from when to when."""
    return inputs_of(ports).rows


def rows_of(rows: Iterable[Listed], uscc: str) -> list[Listed]:
    """Return the rows of units that were merged into this one, those that had its code earlier, and last its own."""
    found = (row for row in rows if uscc in codes_of(row))
    return sorted(found, key=lambda row: row.uscc == uscc)


def _codes(uscc: str, rows: Iterable[Listed]) -> set[str]:
    """Return under which codes the filings of a unit stand, those of its rows too."""
    return {uscc, *(code for row in rows for code in codes_of(row))}


def summaries(records: RecordStore, selection: Selection) -> Iterator[Summary]:
    """Yield every summary of the selection, newest first; blocks."""
    cursor = None
    while True:
        page = records.page(selection, limit=AT_ONCE, cursor=cursor)
        yield from page.items
        if page.older is None:
            return
        cursor = page.older


__all__ = ["Board", "DueDay", "Inputs", "Ports", "due_of", "read_rows", "rows_of", "summaries"]
