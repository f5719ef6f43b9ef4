"""How fast valid self-check reports are taken in over loopback HTTP, durable before the answer, none lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.filing.floors import add_floors
from benchmarks.report import Table
from benchmarks.sample import FORM, count_answers, self_check
from benchmarks.server import running, serve
from functions.local.aws_local import free_port
from functions.records.store import Selection
from functions.storage.sqlite import open_store
from tests.support.filings import make_uscc

SECONDS = 20
SECONDS_ALONE = 8
SECONDS_BARE = 6


def run(folder: Path, year: int) -> Table:
    """The figures with 32 connections and with one, beside the floors."""
    answers = count_answers(self_check(year, make_uscc(1)))
    table = Table(f"filing a valid self-check report: {answers} answers and 3 database rows, durable before the answer")
    data = folder / "filing"
    with serve(data) as server:
        first = load(server.port, 4, 2, 5_000_000, year)  # neither side is measured while it warms up
        worked = server.processor()
        many = load(server.port, 32, SECONDS, 1, year)
        many["cost"] = (server.processor() - worked) / many["accepted"] * 1000
        alone = load(server.port, 1, SECONDS_ALONE, 6_000_000, year)
    _add(table, many, alone)
    _add_kept(table, data, sum(seen["accepted"] for seen in (first, many, alone)))
    port = free_port()
    with running(
        [sys.executable, "-m", "benchmarks.filing.bare", str(port)], port, "/healthz", folder / "bare.log", {}
    ):
        bare = load(port, 32, SECONDS_BARE, 1, year)
        bare_alone = load(port, 1, SECONDS_BARE, 1, year)
    table.add("floor: Starlette, 32 connections", bare["rate"], "/s", note=f"p99 {bare['p99']:.1f} ms")
    table.add("floor: Starlette, 1 connection, p50", bare_alone["p50"], "ms")
    inserts = add_floors(table, folder, year)
    table.add("32 connections, against bare Starlette", many["rate"] / bare["rate"], "x", "at least", 0.19)
    table.add("32 connections, against SQLite, one a transaction", many["rate"] / inserts, "x", "at least", 0.27)
    return table


def load(port: int, connections: int, seconds: int, first: int, year: int) -> dict[str, Any]:
    """What the load process saw; every refusal is an error, since every filing is valid."""
    arguments = [str(argument) for argument in (port, connections, seconds, first, year)]
    command = [sys.executable, "-m", "benchmarks.filing.load", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=seconds + 120)
    seen: dict[str, Any] = json.loads(done.stdout)
    if seen["other"]:
        raise RuntimeError(f"valid filings were not taken: {seen['other']}\n{seen['refusal']}")
    return seen


def _add(table: Table, many: dict[str, Any], alone: dict[str, Any]) -> None:
    table.add(f"32 connections, {SECONDS} s", many["rate"], "/s", note=f"{many['accepted']:,} filings")
    table.add("32 connections, slowest second", many["slowest_second"], "/s", note="no bar")
    table.add("32 connections, processor time of the server a filing", many["cost"], "ms")
    table.add("32 connections, p50", many["p50"], "ms")
    table.add("32 connections, p99", many["p99"], "ms", "below", 100, f"longest {many['most']:.0f} ms")
    table.add("1 connection, p50", alone["p50"], "ms", "below", 4, f"{alone['rate']:,.0f}/s")
    table.add("1 connection, p99", alone["p99"], "ms")


def _add_kept(table: Table, data: Path, acknowledged: int) -> None:
    """Count what the store has: every filing that was answered with 201, the warm-up's too, and no other."""
    store = open_store(data)
    try:
        kept = store.count(Selection(form=FORM))
    finally:
        store.close()
    difference = abs(acknowledged - kept)
    table.add("acknowledged and counted after, difference", difference, "filings", "at most", 0, f"{kept:,} kept")
