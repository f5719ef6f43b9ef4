"""A function under Lambda's own runtime client: a Runtime API on loopback that hands it events, and a bound processor.

While a function starts, Lambda gives it whole processors; from its first event on, the share that its memory buys.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

# A function of 1,769 MB has one processor (AWS).
SHARE: Final = 1024 / 1769
_PERIOD: Final = 20_000
_SECONDS: Final = 120.0
_GROUPS: Final = Path("/sys/fs/cgroup")
_PROGRAM: Final = """
import sys
sys.path[:0] = sys.argv[2:]
del sys.argv[2:]
from awslambdaric.__main__ import main
main(sys.argv)
"""


@dataclass(frozen=True, slots=True)
class Started:
    """Milliseconds until the function asked for its first event, and until it answered that; and the answer."""

    start: float
    first: float
    answer: Any


class _Api(HTTPServer):
    """Gives one event and takes its answer. `asked` and `answered` are moments, `share` what binds the process then."""

    timeout = 1.0

    def __init__(self, event: Any, share: Path | None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.event, self.share = json.dumps(event).encode(), share
        self.pid, self.asked, self.answered = 0, 0.0, 0.0
        self.answer: Any = None


class _Handler(BaseHTTPRequestHandler):
    server: _Api
    protocol_version = "HTTP/1.1"
    timeout = _SECONDS

    def do_GET(self) -> None:
        if self.server.share is not None:
            (self.server.share / "cgroup.procs").write_text(str(self.server.pid))
        self.server.asked = time.perf_counter()
        self.send_response(200)
        deadline = int((time.time() + 29) * 1000)
        # The client ends without a word when one of them is missing.
        told = {
            "Aws-Request-Id": "bench",
            "Deadline-Ms": deadline,
            "Invoked-Function-Arn": "bench",
            "Trace-Id": "bench",
        }
        for name, value in told.items():
            self.send_header(f"Lambda-Runtime-{name}", str(value))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.event)))
        self.end_headers()
        self.wfile.write(self.server.event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.answered, self.server.answer = time.perf_counter(), json.loads(body)
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        # One answer is all that is wanted; the next connection would wait for an event that does not come.
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        pass


def start(
    python: str, handler: str, paths: list[Path], variables: Mapping[str, str], event: Any, share: Path | None
) -> Started:
    """Start a function in a fresh interpreter, give it one event, and stop it once it has answered."""
    with _Api(event, share) as api:
        places = {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}", "LAMBDA_TASK_ROOT": str(paths[0])}
        began = time.perf_counter()
        process = subprocess.Popen(
            [python, "-I", "-S", "-c", _PROGRAM, handler, *map(str, paths)],
            cwd=paths[0],
            env={"PATH": os.environ["PATH"], **variables, **places},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        api.pid = process.pid
        try:
            until = began + _SECONDS
            while not api.answered and process.poll() is None and time.perf_counter() < until:
                api.handle_request()
        finally:
            process.kill()
            _, said = process.communicate()
        if not api.asked or not api.answered:
            raise RuntimeError(said.decode(errors="replace"))
        return Started((api.asked - began) * 1000, (api.answered - api.asked) * 1000, api.answer)


@contextmanager
def bound(share: float = SHARE) -> Iterator[Path | None]:
    """A group of processes that has this share of one processor; None where this machine lets nobody make one."""
    old, group = _GROUPS / "cpu", None
    parent = old if old.is_dir() else _GROUPS
    try:
        group = parent / f"qingdan-bench-{os.getpid()}"
        group.mkdir()
        if old.is_dir():
            (group / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (group / "cpu.cfs_quota_us").write_text(str(int(_PERIOD * share)))
        else:
            (group / "cpu.max").write_text(f"{int(_PERIOD * share)} {_PERIOD}")
    except OSError:
        yield None
        return
    try:
        yield group
    finally:
        group.rmdir()
