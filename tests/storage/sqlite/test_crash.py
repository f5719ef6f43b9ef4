"""A server killed in the middle of load loses nothing that it acknowledged, and leaves nothing half written."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from functions.records.event import event_is_whole
from functions.records.store import Record, Selection
from functions.storage.sqlite import open_store

ROOT = Path(__file__).parents[3]
ROUNDS = 5
ENOUGH = 300


def test_every_acknowledged_filing_survives_five_kills(tmp_path: Path) -> None:
    acknowledged: set[str] = set()
    for load_round in range(1, ROUNDS + 1):
        acknowledged |= kill_under_load(tmp_path / "data", load_round)
        store = open_store(tmp_path / "data", lock=True)
        records = {record.summary.number: record for record in store.stream(Selection())}
        store.close()
        assert acknowledged <= records.keys()
        assert all(is_whole(record) for record in records.values())
        assert integrity(tmp_path / "data") == "ok"
    assert len(acknowledged) >= ROUNDS * ENOUGH


def test_the_connection_that_writes_syncs_each_commit_to_the_disk(tmp_path: Path) -> None:
    """A killed process loses nothing either way; only this makes a power cut lose nothing."""

    def look(connection: sqlite3.Connection) -> list[object]:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")]

    store = open_store(tmp_path / "data")
    assert store.writer.submit(look).result(60) == [2, "wal"], "2 is FULL"
    store.close()


def kill_under_load(folder: Path, load_round: int) -> set[str]:
    """The numbers that were acknowledged before SIGKILL came."""
    command = [sys.executable, "-m", "tests.support.store.load", str(folder), str(load_round)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(ENOUGH)]
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}


def is_whole(record: Record) -> bool:
    """Every digest follows from what is stored, and each event names the one before."""
    previous = ["", *(event.digest for event in record.events)]
    chained = all(event.previous == before for event, before in zip(record.events, previous, strict=False))
    return bool(record.events) and chained and all(map(event_is_whole, record.events))


def integrity(folder: Path) -> str:
    connection = sqlite3.connect(folder / "qingdan.sqlite3")
    verdict: str = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return verdict
