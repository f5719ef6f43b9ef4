"""How long it takes to import a roster of 10,000 rows: file read, compared, stored durably; no page."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.report import Table
from functions.forms.authoring.reader import read_catalogue
from functions.forms.roster_form import RosterForm
from functions.imports.roster_file import template
from functions.imports.roster_rows import read_rows
from functions.imports.sheet import read_sheet
from functions.storage.sqlite import open_store
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import plan_import
from tests.support.filings import make_uscc

ROSTER, ROWS, SECONDS = "backup-registration", 10_000, 5


def run(folder: Path, year: int) -> Table:
    """Seconds of processor time, of a CSV and of a workbook with the same rows."""
    form = read_catalogue(Path("schemas")).roster(ROSTER)
    store = open_store(folder)
    rosters = Rosters(store.ledger, lambda count: b"s" * count)
    table = Table(f"a roster of {ROWS:,} rows, on SQLite, in this process")
    took = _timed(lambda: _import(form, rosters, _csv(), year))
    table.add("a first CSV", took, "s", "at most", SECONDS)
    book = template(form, rosters.read(form))
    took = _timed(lambda: _import(form, rosters, book, year))
    table.add("the same rows as XLSX", took, "s", "at most", SECONDS)
    store.close()
    return table


def _import(form: RosterForm, rosters: Rosters, content: bytes, year: int) -> None:
    read = read_rows(form, read_sheet(content), date(year, 10, 1))
    plan = plan_import(form, rosters.read(form), read.rows)
    assert len(read.rows) == ROWS, read.faults[:1]
    file, at = {"name": "roster", "rows": ROWS}, datetime(year, 10, 1, tzinfo=UTC)
    rosters.carry_out(form, plan, file=file, reason="", actor="bench", at=at)


def _csv() -> bytes:
    rows = (f"示例单位{n},{make_uscc(n)},县直单位,示例甲,0000-1234567,2020-01-05" for n in range(ROWS))
    return "\n".join(("单位名称,统一社会信用代码,类别,联系人,联系电话,列入日期", *rows)).encode()


def _timed(work: Callable[[], object]) -> float:
    before = time.process_time()  # what others do on the machine is not in it
    work()
    return time.process_time() - before
