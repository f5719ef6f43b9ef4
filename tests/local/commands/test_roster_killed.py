"""An import that is killed leaves the roster whole, as it was or as it should be; the next import works (F2)."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from functions.bootstrap import open_services
from functions.records.event import event_is_whole
from functions.settings import Settings
from functions.supervision.rosters.ledger import Rosters
from tests.conftest import ROOT
from tests.support.command_line import run
from tests.support.filings import make_uscc
from tests.support.serving import COMMAND, environment

pytestmark = pytest.mark.one_machine

ROWS = 3000
TIMES = 20
ROSTER = "backup-registration"
LONGEST_SECONDS = 60


class Bureau:
    """A data folder, and files of one roster in which every row differs from the file before."""

    def __init__(self, folder: Path) -> None:
        self.data, self._file = folder / "data", folder / "名册.csv"

    def command(self, version: int) -> list[str]:
        rows = (f"示例单位{n}第{version}版,{make_uscc(n)}" for n in range(ROWS))
        self._file.write_text("\n".join(("单位名称,统一社会信用代码", *rows)), encoding="utf-8")
        return ["roster", "import", ROSTER, str(self._file), "--yes", "--data", str(self.data)]

    def version(self) -> int:
        """Which file the whole roster is from; AssertionError when it is from two, or has lost a row."""
        services = open_services(Settings(data=self.data, schemas=ROOT / "schemas"), lock=False)
        try:
            rosters, form = Rosters(services.ledger, services.entropy), services.catalogue.roster(ROSTER)
            assert all(map(event_is_whole, rosters.events(form)))
            rows = rosters.read(form).current().values()
        finally:
            services.close()
        (version,) = {row.values["unit_name"].partition("第")[2] for row in rows}
        assert len(rows) == ROWS
        return int(version.removesuffix("版"))

    def written(self) -> int:
        """How many bytes SQLite has appended to its log."""
        try:
            return (self.data / "qingdan.sqlite3-wal").stat().st_size
        except FileNotFoundError:  # it goes with the last connection
            return 0


def kill_when(command: list[str], moment: Callable[[], bool]) -> int:
    """Run it until then and kill it; its exit code, which is 0 when it ended before."""
    process = subprocess.Popen(
        [*COMMAND, *command], cwd=ROOT, env=environment(arguments=command),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        until = time.monotonic() + LONGEST_SECONDS
        while process.poll() is None and not moment() and time.monotonic() < until:
            os.sched_yield()
    finally:
        process.kill()
    return process.wait(LONGEST_SECONDS)


def moments(bureau: Bureau, seconds: float) -> Iterator[Callable[[], bool]]:
    """Half of them spread over the time that an import takes, half while its pages are being written."""
    for n in range(TIMES // 2):
        yield at(time.monotonic() + seconds * n / (TIMES // 2))
    for n in range(TIMES // 2):
        yield past(bureau, bureau.written() + n * 40_000)


def at(end: float) -> Callable[[], bool]:
    return lambda: time.monotonic() >= end


def past(bureau: Bureau, size: int) -> Callable[[], bool]:
    return lambda: bureau.written() > size


def test_an_import_that_is_killed_leaves_the_whole_old_or_the_whole_new_roster(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path)
    begun = time.monotonic()
    assert run(*bureau.command(0)).returncode == 0
    now, killed = 0, 0
    for version, moment in enumerate(moments(bureau, time.monotonic() - begun), 1):
        ended = kill_when(bureau.command(version), moment)
        assert ended in (0, -9)
        killed += ended == -9
        was, now = now, bureau.version()
        assert now == version if ended == 0 else now in (was, version)
    assert killed, "the first is killed as soon as it has begun"
    done = run(*bureau.command(TIMES + 1))
    assert done.returncode == 0, done.stderr
    assert bureau.version() == TIMES + 1
    assert run("verify", str(bureau.data)).returncode == 0
