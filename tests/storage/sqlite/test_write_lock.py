"""Processes that write to one folder share a lock: fair, released by a dead process, bounded in waiting."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from functions.errors import StoreUnavailable
from functions.records.store import Selection
from functions.storage.sqlite import open_store
from functions.storage.sqlite.write_lock import NAMES, WriteLock
from tests.support.store.steps import first_step

ROOT = Path(__file__).parents[3]
WRITING = """
import sys, time
from pathlib import Path
from functions.storage.sqlite.write_lock import WriteLock
with WriteLock(Path(sys.argv[1])).turn(10):
    print("writing", flush=True)
    time.sleep(60)
"""


@contextmanager
def writing(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", WRITING, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        try:
            yield other
        finally:
            other.kill()


def test_waiting_for_the_lock_times_out(tmp_path: Path) -> None:
    with writing(tmp_path), pytest.raises(StoreUnavailable, match="另一个程序"), WriteLock(tmp_path).turn(0.05):
        raise AssertionError("it was not our turn")


def test_a_killed_writer_releases_its_lock(tmp_path: Path) -> None:
    with writing(tmp_path) as other:
        os.kill(other.pid, signal.SIGKILL)
        with WriteLock(tmp_path).turn(10):
            pass


def test_timed_out_writer_releases_its_lock(tmp_path: Path) -> None:
    ours = WriteLock(tmp_path)
    with writing(tmp_path), pytest.raises(StoreUnavailable), ours.turn(0.05):
        pass
    with WriteLock(tmp_path).turn(1):
        pass
    with ours.turn(1):
        pass


def someone_is_next(folder: Path) -> bool:
    """Whether the first of the two locks is held."""
    with (folder / NAMES[0]).open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_the_last_writer_does_not_overtake_a_waiting_one(tmp_path: Path) -> None:
    order: list[str] = []

    def write(name: str, turns: WriteLock) -> None:
        with turns.turn(30):
            order.append(name)

    ours, theirs = WriteLock(tmp_path), WriteLock(tmp_path)
    for _ in range(20):
        with ours.turn(30):
            other = Thread(target=write, args=("theirs", theirs))
            other.start()
            while not someone_is_next(tmp_path):
                time.sleep(0.001)
        write("ours", ours)
        other.join()
    assert order == ["theirs", "ours"] * 20


def test_a_store_waits_for_another_process_and_then_stores(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    with writing(tmp_path / "data"):
        futures = [store.append(first_step(n)) for n in range(20)]
        assert futures[0].cancel(), "what waits for its turn has not begun"
        assert not any(future.done() for future in futures[1:])
    assert [future.result(30).replayed for future in futures[1:]] == [False] * 19
    assert store.count(Selection()) == 19, "what was given up in time is not stored"
    store.close()
