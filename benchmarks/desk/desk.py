"""How soon the server answers, what it holds at rest, and how fast the desk's list is with 200,000 filings stored."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks.report import Table, quantile
from benchmarks.sample import FORM
from benchmarks.seed import seed
from benchmarks.server import QINGDAN, Running, serve
from functions.desk.filings.listing import PAGE_SIZE

FILINGS = 200_000
PAGES = 1_000
TIMES = 40
SETTLING_SECONDS = 2.0


def run(folder: Path, year: int) -> Table:
    """A server on a fresh folder, then one on a folder with all those filings, signed in as an officer."""
    del year
    table = Table(f"the server at rest, and the desk with {FILINGS:,} filings")
    with serve(folder / "fresh") as server:
        table.add("start to first answer, fresh folder", server.seconds, "s", "below", 1)
        time.sleep(SETTLING_SECONDS)
        table.add("memory at rest, fresh folder", server.memory(), "MB", "below", 120)
    data = folder / "data"
    seed(data, FILINGS)
    password = add_officer(data)
    with serve(data) as server:
        table.add(f"start to first answer, {FILINGS:,} filings", server.seconds, "s", "below", 1)
        time.sleep(SETTLING_SECONDS)
        table.add(f"memory at rest, {FILINGS:,} filings", server.memory(), "MB", "below", 120)
        _add_lists(table, Officer(server, password))
    return table


def add_officer(data: Path) -> str:
    """The password of a new officer named bench."""
    password = os.urandom(12).hex()
    command = [*QINGDAN, "staff", "add", "bench", "--role", "officer", "--password-stdin", "--data", str(data)]
    subprocess.run(command, input=password.encode() + b"\n", check=True, capture_output=True, timeout=60)
    return password


class Officer:
    """A signed-in officer with one connection that stays open."""

    def __init__(self, server: Running, password: str) -> None:
        self.server = server
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        body = json.dumps({"username": "bench", "password": password})
        self._connection.request("POST", "/api/desk/session", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        answer.read()
        if answer.status != 201:
            raise RuntimeError(f"the officer could not sign in: {answer.status}")
        self._cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]

    def get(self, path: str) -> bytes:
        """The body of a page that must be there."""
        answer = self.open(path)
        return answer.read()

    def open(self, path: str) -> http.client.HTTPResponse:
        """The answer from its headers on."""
        self._connection.request("GET", path, headers={"Cookie": self._cookie, "Accept": "text/html"})
        answer = self._connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{path.partition('?')[0]} answered {answer.status}: {answer.read()[:300]!r}")
        return answer

    def times(self, path: str) -> list[float]:
        """Milliseconds of many requests for the whole page, sorted."""
        seen = []
        for _ in range(TIMES):
            began = time.perf_counter()
            self.get(path)
            seen.append((time.perf_counter() - began) * 1000)
        return sorted(seen)


def _add_lists(table: Table, officer: Officer) -> None:
    first = officer.times("/desk/submissions")
    cursor = cursor_of(officer, PAGES)
    last = officer.times("/desk/submissions?" + urlencode({"cursor": cursor}))
    form = officer.times("/desk/submissions?" + urlencode({"form": FORM, "timeliness": "late"}))
    table.add("desk list, first page, median", median(first), "ms", "below", 50, f"p90 {quantile(first, 0.9):.1f} ms")
    note = f"p90 {quantile(last, 0.9):.1f} ms, {PAGE_SIZE} filings a page"
    table.add(f"desk list, page {PAGES:,}, median", median(last), "ms", "below", 50, note)
    table.add("page 1,000 against the first", median(last) / median(first), "x", "at most", 1.25)
    table.add("desk list filtered by form and timeliness, median", median(form), "ms")
    began = time.perf_counter()
    answer = officer.open("/desk/export?" + urlencode({"format": "csv", "form": FORM}))
    answer.read(1)
    table.add("CSV of all of them over HTTP, first byte", (time.perf_counter() - began) * 1000, "ms", "below", 300)
    size = len(answer.read())
    table.add("CSV of all of them over HTTP, last byte", time.perf_counter() - began, "s", note=f"{size / 1e6:,.0f} MB")
    table.add("memory after it", officer.server.memory(), "MB")


def cursor_of(officer: Officer, page: int) -> str:
    """The cursor that leads to this page, followed from page to page as a person would."""
    cursor = ""
    for _ in range(page - 1):
        query = urlencode({"limit": PAGE_SIZE, **({"cursor": cursor} if cursor else {})})
        cursor = json.loads(officer.get("/api/desk/submissions?" + query))["next"]
    return cursor
