"""How long the due board takes to read and count what 10,000 units owe for five years, from a store of one machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.report import Table
from benchmarks.sample import FORM
from benchmarks.seed import steps, store_all
from functions.bootstrap import Services, open_services
from functions.desk.due.figures import Counts
from functions.desk.due.filters import DueFilters
from functions.desk.due.reading import read_day
from functions.desk.due.search import initials
from functions.settings import Settings
from functions.supervision.board import due_of, read_rows
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import plan_import
from tests.support.filings import make_uscc

UNITS, YEARS, FILED, ROUNDS = 10_000, 5, 9_000, 3
ROSTER = "professional-archives"


def run(folder: Path, year: int) -> Table:
    """Nine of ten units filed in each year; figures in processor time of this process."""
    settings = replace(Settings(), data=folder / "board", schemas=Path("schemas"))
    services = open_services(settings, lock=True)
    try:
        _seed(services, folder / "board", year)
        return _measured(services, date(year, 11, 1))
    finally:
        services.close()


def _measured(services: Services, on: date) -> Table:
    reading = read_day(services, on)
    table = Table(f"the due board, {len(reading.obligations):,} obligations, {FILED * YEARS:,} filings")
    unit = make_uscc(5)
    own = [row for row in read_rows(services) if row.uscc == unit]
    for name, work, bar in (
        ("reading the roster", lambda: read_rows(services), 500),
        ("reading all of it", lambda: read_day(services, on), 3000),
        ("counting it", lambda: Counts.of(reading.obligations), 100),
        ("choosing the current rows", lambda: reading.chosen(DueFilters()), 100),
        ("what one unit owes", lambda: due_of(services, on=on, uscc=unit, rows=own), 100),
    ):
        table.add(name, _least(work), "ms", "at most", bar)
    names = [f"示例县第{n}单位" for n in range(UNITS)]
    began = time.process_time()
    for text in names:
        initials(text)
    table.add(f"the initials of {UNITS:,} names, the first time", (time.process_time() - began) * 1000, "ms")
    return table


def _seed(services: Services, data: Path, year: int) -> None:
    form, rosters = services.catalogue.roster(ROSTER), Rosters(services.ledger, services.entropy)
    since = f"{year - YEARS + 1}-01-01"
    rows = [{"unit_name": f"示例县第{n}单位", "uscc": make_uscc(n), "since": since} for n in range(UNITS)]
    plan = plan_import(form, rosters.read(form), rows)
    at = datetime(year - YEARS + 1, 1, 1, tzinfo=UTC)
    rosters.carry_out(form, plan, file={"name": "bench"}, reason="", actor="bench", at=at)
    definition = services.catalogue.get(FORM)
    for period in range(year - YEARS, year):
        store_all(services.records, steps(data, definition, FILED, year=period))


def _least(work: Callable[[], object]) -> float:
    """Milliseconds of processor time: what others do on the machine is not in it."""
    took = []
    for _ in range(ROUNDS):
        before = time.process_time()
        work()
        took.append(time.process_time() - before)
    return min(took) * 1000
