"""How long the due board takes for 10,000 units and five years, from a store of one machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from starlette.testclient import TestClient

from benchmarks.report import Table
from benchmarks.sample import FORM
from benchmarks.seed import steps, store_all
from functions.bootstrap import Services, open_services, reopen
from functions.desk.app import create_app
from functions.desk.due.search import initials
from functions.desk.sessions import COOKIE
from functions.settings import Settings
from functions.staff.sessions import SessionLimits, open_session
from functions.staff.store import Account
from functions.supervision.board import Board, due_of, read_rows
from functions.supervision.obligations.values import Listed
from functions.supervision.rosters.ledger import Rosters
from functions.supervision.rosters.plan import plan_import
from tests.support.filings import make_uscc

UNITS, YEARS, FILED, ROUNDS = 10_000, 5, 9_000, 5
ROSTER = "professional-archives"
SITE = Path("build/site")


def run(folder: Path, year: int) -> Table:
    """Nine of ten units filed in each year; figures in processor time of this process."""
    settings = replace(Settings(), data=folder / "board", schemas=Path("schemas"), site=SITE)
    services = open_services(settings, lock=True)
    try:
        _seed(services, folder / "board", year)
        return _measured(services, folder / "board", date(year, 11, 1))
    finally:
        services.close()


def _measured(services: Services, data: Path, on: date) -> Table:
    table = Table(f"the due board, {UNITS * YEARS:,} obligations, {FILED * YEARS:,} filings")
    anew = reopen(services)
    table.add("the first one in a process", _least(lambda: Board(anew).day(on), rounds=1), "ms")
    anew.close()
    board = Board(services)
    board.day(on)
    more = count(FILED)
    days = count(1)

    def after_one_more() -> None:
        definition = services.catalogue.get(FORM)
        store_all(services.records, steps(data, definition, 1, first=next(more), year=on.year - 1))
        board.day(on)

    page = _officer(services)
    unit = make_uscc(5)
    for name, work, bar in (
        ("after one more filing", after_one_more, 300),
        ("as of another day", lambda: board.day(date(on.year, 10, next(days))), 300),
        ("its first page again, as a browser gets it", lambda: page.get(f"/desk/due?on={on}"), 100),
        ("its rows by a word", lambda: page.get(f"/desk/due?on={on}&q=slxd5"), 100),
        ("what one unit owes", lambda: due_of(services, on=on, uscc=unit, rows=_own(services, unit)), 100),
    ):
        table.add(name, _least(work), "ms", "below", bar)
    names = [f"示例县第{n}单位" for n in range(UNITS)]
    initials.cache_clear()
    table.add(f"the initials of {UNITS:,} names, the first time", _least(lambda: list(map(initials, names)), 1), "ms")
    return table


def _own(services: Services, uscc: str) -> list[Listed]:
    return [row for row in read_rows(services) if row.uscc == uscc]


def _officer(services: Services) -> TestClient:
    """A signed-in viewer."""
    account = Account("bench", "viewer", "no password", False, False, services.clock())
    services.staff.add_account(account)
    token, _ = open_session(
        services.staff, account, at=services.clock(), entropy=services.entropy, limits=SessionLimits()
    )
    browser = TestClient(create_app(services), base_url="https://testserver")
    browser.cookies.set(COOKIE, token, domain="testserver.local")
    return browser


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


def _least(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Milliseconds of processor time: what others do on the machine is not in it."""
    took = []
    for _ in range(rounds):
        before = time.process_time()
        work()
        took.append(time.process_time() - before)
    return min(took) * 1000
