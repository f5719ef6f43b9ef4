"""The real server as a process of its own: started, asked, weighed and stopped by its process id."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from functions.local.aws_local import free_port

SITE = Path("build/site")
QINGDAN = [sys.executable, "-c", "from functions.local.commands.cli import main; main()"]
SETTINGS = {"QINGDAN_RATE_LIMIT": "off"}
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers; `seconds` from its start to the first answer."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float

    def processes(self) -> list[int]:
        """The process that was started and those it has forked."""
        own = self.process.pid
        return [own, *map(int, Path(f"/proc/{own}/task/{own}/children").read_text().split())]

    def processor(self) -> float:
        """Seconds of processor time so far, all threads of all processes."""
        return sum(map(_processor, self.processes()))

    def memory(self) -> float:
        """Memory in MB (10^6 bytes) of all processes; what several share is counted once (PSS)."""
        return sum(map(_memory, self.processes()))


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("no Pss")


@contextmanager
def serve(data: Path) -> Iterator[Running]:
    """The product's own server on a free port; ended with SIGTERM, and with SIGKILL should that not do."""
    port = free_port()
    command = [*QINGDAN, "serve", "--host", "127.0.0.1", "--port", str(port), "--data", str(data), "--site", str(SITE)]
    with running(command, port, "/healthz", data.with_suffix(".log"), SETTINGS) as started:
        yield started


@contextmanager
def running(command: list[str], port: int, path: str, log: Path, settings: Mapping[str, str]) -> Iterator[Running]:
    """Any server that answers `path` with 200, from its first answer on."""
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, **settings})
        try:
            _await_answer(process, port, path, log)
            yield Running(process, port, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await_answer(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    until = time.perf_counter() + PATIENCE
    while time.perf_counter() < until:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.005)
        finally:
            connection.close()
    raise RuntimeError(f"the server did not start: {log.read_text(errors='replace')[-2000:]}")
