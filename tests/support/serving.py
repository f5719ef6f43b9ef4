"""Starts and stops the real server as an operator does: a process, by the command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from tests.support import clock
from tests.support.stores import STORES

ROOT = Path(__file__).parents[2]
_START = "from functions.local.commands.cli import main; main()"
_AT_SET_TIME = "from tests.support.clock import go_by_it; go_by_it(); "
COMMAND = (sys.executable, "-c", _AT_SET_TIME + _START if clock.is_set() else _START)
STOP_SECONDS = 30


@dataclass
class Server:
    """A server process. `url` ends without a slash; `password` is the first one of `admin`, "" when not made."""

    process: subprocess.Popen[str]
    url: str
    data: Path
    password: str
    errors: IO[str]
    words: str = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def workers(self) -> list[int]:
        """The ids of the processes that it has forked, which take the requests."""
        own = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()]

    def stop(self) -> int:
        """Ask it to stop as an operator would, and give its exit code."""
        return self.end(signal.SIGTERM)

    def kill(self) -> None:
        """Take it away in the middle of what it does."""
        self.end(signal.SIGKILL)

    def end(self, number: int) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(STOP_SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.words = self.log()
        self.errors.close()
        return code

    def log(self) -> str:
        """Everything it has written to stderr, also when it has ended."""
        if self.errors.closed:
            return self.words
        self.errors.seek(0)
        return self.errors.read()


def environment(changes: Mapping[str, str] | None = None, *, arguments: Sequence[str] = ()) -> dict[str, str]:
    """This process's variables without any setting of ours, with `changes` and the store that the `arguments` name."""
    clock.now()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QINGDAN_")}
    return {**kept, "PYTHONUNBUFFERED": "1", **STORES.variables_of(arguments), **(changes or {})}


def start_server(
    *, site: Path, data: Path, arguments: tuple[str, ...] = (), variables: Mapping[str, str] | None = None
) -> Server:
    """A server on a free port, once it has said that it can be used; AssertionError with its words when it does not."""
    errors = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 (closed by Server.end)
    command = ["serve", "--port", "0", "--data", str(data), "--site", str(site), *arguments]
    process = subprocess.Popen(
        [*COMMAND, *command],
        cwd=ROOT,
        env=environment({"QINGDAN_RATE_LIMIT": "off", "QINGDAN_WORKERS": "2", **(variables or {})}, arguments=command),
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    running = Server(process, "", data, "", errors)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"一次性密码：(\S+)", line):
            running.password = found.group(1)
        if found := re.search(r"已经可以使用：(https?://\S+)/", line):
            running.url = found.group(1)
            return running
    running.stop()
    raise AssertionError(f"the server did not start: {running.log()}")
