"""How long it takes to work out what 10,000 units owe for five years, 50,000 obligations; no store, no page."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.report import Table
from functions.forms.authoring.reader import read_catalogue
from functions.supervision.obligations.owing import owed
from functions.supervision.obligations.values import Filed, Listed, Obligation
from functions.supervision.obligations.words import days_text, place_of

FORM = "annual-self-check"
UNITS, YEARS, ROUNDS = 10_000, 5, 5


def run(folder: Path, year: int) -> Table:
    """The figures as multiples of what it takes to make as many tuples of the same length."""
    rules = {FORM: read_catalogue(Path("schemas")).get(FORM).rules}
    on, rows, filings = date(year, 11, 1), _rows(year), _filings(year)
    obligations = owed(rules, rows, filings, [], [], on)
    floor = _least(lambda: [Obligation._make(one) for one in obligations])
    table = Table(f"{len(obligations):,} obligations of {UNITS:,} units, {len(filings):,} filings, in this process")
    table.add("floor: as many tuples", floor * 1000, "ms")
    for name, work, bar in (
        ("working them out", lambda: owed(rules, rows, filings, [], [], on), 25),
        ("those of one unit", lambda: owed(rules, rows[:1], filings[:YEARS], [], [], on), 1),
        ("putting them in order", lambda: sorted(obligations, key=place_of), 6),
        ("the days column of 100", lambda: [days_text(one, on) for one in obligations[:100]], 1),
    ):
        took = _least(work)
        table.add(f"{name}, times the floor", took / floor, "x", "at most", bar, f"{took * 1000:,.1f} ms")
    return table


def _rows(year: int) -> list[Listed]:
    since = date(year - YEARS + 1, 1, 1)
    return [Listed("professional-archives", f"{n:018}", f"示例单位 {n}", since) for n in range(UNITS)]


def _filings(year: int) -> list[Filed]:
    """Two of three came, some of them late."""
    return [
        Filed(f"SC-{n}-{period}", FORM, "yearly", str(period), f"{n:018}", date(period + 1, 9, 1 + n % 30), "accepted")
        for n in range(UNITS)
        for period in range(year - YEARS, year)
        if (n + period) % 3
    ]


def _least(work: Callable[[], object]) -> float:
    took = []  # processor time: what others do on the machine is not in it
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        took.append(time.process_time() - before)
    return min(took)
