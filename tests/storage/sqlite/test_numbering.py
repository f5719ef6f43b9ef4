"""A process killed twenty times while it numbers orders leaves no gap and no double in the numbers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from functions.storage.sqlite import open_store
from functions.supervision.orders.reading import read_letters
from tests.conftest import ROOT

KILLS = 20
ENOUGH = 6


@pytest.mark.proves("K1", "K8")
def test_numbers_have_no_gap_and_no_double_after_twenty_kills(tmp_path: Path) -> None:
    told: set[str] = set()
    for _ in range(KILLS):
        told |= kill_while_numbering(tmp_path / "data")
        store = open_store(tmp_path / "data", lock=True)
        letters = read_letters(store.ledger)
        store.close()
        assert [one.sequence for one in letters] == list(range(1, len(letters) + 1))
        assert [one.number for one in letters] == [f"涉〔2026〕{place}号" for place in range(1, len(letters) + 1)]
        assert len({one.draft.unit_name for one in letters}) == len(letters), "one number each"
        assert told <= {f"{one.id} {one.draft.unit_name}" for one in letters}
    assert len(told) >= KILLS * ENOUGH


def kill_while_numbering(folder: Path) -> set[str]:
    """The numbers that were told before SIGKILL came."""
    command = [sys.executable, "-m", "tests.support.store.numbering", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(ENOUGH)]
        os.kill(child.pid, signal.SIGKILL)
        lines += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return {line.decode().strip() for line in lines if line.endswith(b"\n")}
