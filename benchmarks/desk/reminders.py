"""How long a night takes that mails 10,000 units, against a mail server in another process; one machine's store."""

from __future__ import annotations

import gc
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.report import Table
from functions.bootstrap import Services, open_services
from functions.records.ledger import Step, chain_name
from functions.remind_settings import RemindSettings
from functions.reminding.night import Night
from functions.settings import Settings
from functions.supervision.board import read_rows
from functions.supervision.reminders.ledger import reminders_of
from tests.support.filings import make_uscc
from tests.support.site.bare_site import write_bare_site

UNITS = 10_000
ROSTER = "professional-archives"
MB = 2**20


def run(folder: Path, year: int) -> Table:
    """Every unit gets one mail, the day before its last day; wall time: store and server are waited for."""
    at = datetime(year, 9, 29, 1, tzinfo=UTC)
    command = [sys.executable, "-m", "benchmarks.desk.mail_child"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        settings = replace(
            Settings(),
            data=folder / "data",
            schemas=Path("schemas"),
            site=write_bare_site(folder / "site"),
            mail_server=child.stdout.readline().strip(),
            reminders=RemindSettings(sender="daj@county.example"),
        )
        services = replace(open_services(settings, lock=True), clock=lambda: at)
        try:
            _list_units(services, at)
            table = _measured(services, at.date())
        finally:
            services.close()
        told, _ = child.communicate("")
    mails, recipients = map(int, told.split())
    table.add("mails that arrived", mails, "", "at least", UNITS)
    table.add("second mails", mails - recipients, "", "at most", 0)
    return table


def _measured(services: Services, on: date) -> Table:
    table = Table(f"a night that reminds {UNITS:,} units by mail")
    read_rows(services)
    held = _resident()
    night, before = Night(services, on), time.perf_counter()
    planned = len(night.plan())
    table.add("the plan", time.perf_counter() - before, "s", "at most", 5, f"{planned:,} units")
    before = time.perf_counter()
    sent = night.send().counts["sent"]
    table.add("the night", time.perf_counter() - before, "s", "at most", 60, f"{sent:,} sent")
    before = time.perf_counter()
    again = Night(services, on).send().counts.total()
    table.add("the same night again", time.perf_counter() - before, "s", "at most", 5, f"{again} sent")
    before = time.perf_counter()
    reminders_of(services.ledger)
    table.add("the last reminder of each", (time.perf_counter() - before) * 1000, "ms", "at most", 1000)
    del night
    gc.collect()
    table.add("memory kept afterwards", (_resident() - held) / MB, "MB")
    return table


def _list_units(services: Services, at: datetime) -> None:
    rows = [
        {
            "unit_name": f"示例单位 {n}",
            "uscc": make_uscc(n),
            "since": f"{at.year}-01-01",
            "contact_email": f"u{n}@unit.example",
        }
        for n in range(UNITS)
    ]
    step = Step("imported", "主管", at, {"added": rows}, services.entropy(32))
    services.ledger.append(chain_name("roster", ROSTER), [step], expect=0)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096
