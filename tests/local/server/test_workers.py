"""Several workers act as one server: one count, one answer to one key, one stop, no orphans."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.local.conftest import Start
from tests.local.server.test_crash import stored_digests
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import COMMAND, Server, environment
from tests.support.web.raw_http import connect, post_bytes, read_answer

RACERS = 20
PATIENCE = 20.0
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


def until(holds: Callable[[], bool]) -> None:
    """Return as soon as it holds; AssertionError when it does not come true."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Whether the process exists and has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


def race(server: Server, request: bytes) -> list[tuple[int, bytes]]:
    """The answers to one request sent on twenty connections at once."""
    connections = [connect(server.port, request[:-1]) for _ in range(RACERS)]
    try:
        for connection in connections:
            connection.sendall(request[-1:])
        return [read_answer(connection) for connection in connections]
    finally:
        for connection in connections:
            connection.close()


def ask(server: Server, request: bytes = HEALTH) -> int:
    """The status of the answer on a connection of its own."""
    with connect(server.port, request) as connection:
        return read_answer(connection)[0]


def accepted(pid: int, port: int) -> int:
    """How many connections to the port the process has taken in."""
    sockets = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" and f"socket:[{row[9]}]" in sockets for row in rows)


def test_every_worker_takes_requests(start: Start) -> None:
    server = start(workers="3")
    busy: list[socket.socket] = []

    def one_more() -> bool:
        busy.append(connect(server.port, HEALTH))
        assert read_answer(busy[-1])[0] == 200
        return all(accepted(pid, server.port) for pid in server.workers())

    try:
        until(one_more)
        assert sum(accepted(pid, server.port) for pid in server.workers()) == len(busy)
    finally:
        for connection in busy:
            connection.close()


def test_one_key_on_20_connections_makes_one_record_and_one_answer(start: Start) -> None:
    server = start(workers="3")
    for n in range(5):
        answers = race(server, post_bytes(valid_self_check(uscc=make_uscc(n)), key=f"key-{n}"))
        assert {status for status, _ in answers} == {201}
        assert len({body for _, body in answers}) == 1


def test_one_unit_on_20_connections_is_filed_once(start: Start) -> None:
    server = start(workers="3")
    for n in range(5):
        answers = race(server, post_bytes(valid_self_check(uscc=make_uscc(n))))
        assert Counter(status for status, _ in answers) == {201: 1, 409: RACERS - 1}


def test_no_two_filings_share_random_values(start: Start) -> None:
    server = start(workers="4", access_log="off")

    def file(n: int) -> str:
        with connect(server.port, post_bytes(valid_self_check(uscc=make_uscc(n)))) as connection:
            return str(json.loads(read_answer(connection)[1])["number"])

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(file, range(200)))
    assert len(set(numbers)) == 200


def test_an_address_has_one_rate_however_many_processes_count_it(start: Start) -> None:
    server = start(workers="3", rate_limit="on", rate_per_minute="30")
    begun, refused = time.monotonic(), post_bytes({})
    statuses = Counter(ask(server, refused) for _ in range(60))
    back = (time.monotonic() - begun) / 2  # a token comes back every two seconds
    assert statuses.keys() == {422, 429}
    assert 30 <= statuses[422] <= 30 + back + 1


def test_a_worker_that_is_killed_is_replaced_and_nothing_acknowledged_is_lost(start: Start, tmp_path: Path) -> None:
    server = start(access_log="off")
    before = server.workers()
    acknowledged: list[dict[str, str]] = []
    for n in range(40):
        if n == 20:
            os.kill(before[0], signal.SIGKILL)
        with connect(server.port, post_bytes(valid_self_check(uscc=make_uscc(n)))) as connection:
            try:
                status, body = read_answer(connection)
            except ConnectionError:
                continue
        if status == 201:
            acknowledged.append(json.loads(body))
    until(lambda: len(server.workers()) == 2 and before[0] not in server.workers())
    assert before[1] in server.workers()
    assert len(acknowledged) >= 38, "at most one request was in the hands of the one that died"
    until(lambda: any("replaced" in line for line in server.log().splitlines()))
    (told,) = [json.loads(line) for line in server.log().splitlines() if "replaced" in line]
    assert (told["level"], told["code"]) == ("error", -signal.SIGKILL)
    assert ask(server) == 200
    assert server.stop() == 0
    digests = {answer["number"]: answer["digest"] for answer in acknowledged}
    assert stored_digests(tmp_path / "data", list(digests)) == digests


def test_a_killed_server_leaves_no_process_and_its_data_can_be_served_at_once(start: Start) -> None:
    for _ in range(3):
        server = start(workers="3")
        workers = server.workers()
        assert len(workers) == 3
        server.kill()
        other = start(workers="1")
        assert not any(map(is_running, workers))
        assert ask(other) == 200
        other.stop()


def test_a_stop_lets_every_worker_finish_its_requests(start: Start) -> None:
    server = start(workers="3")
    requests = [post_bytes(valid_self_check(uscc=make_uscc(n))) for n in range(30)]
    begun = [connect(server.port, request[:-10]) for request in requests]
    idle = connect(server.port, HEALTH)
    assert read_answer(idle)[0] == 200
    workers = server.workers()
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(server.stop)
        assert idle.recv(1) == b"", "idle connections are closed at once: the stop has begun"
        for connection, request in zip(begun, requests, strict=True):
            connection.sendall(request[-10:])
        assert {read_answer(connection)[0] for connection in begun} == {201}
        for connection in (idle, *begun):
            connection.close()
        assert stopped.result(30) == 0
    assert not any(map(is_running, workers))


def test_one_worker_needs_no_other_process(start: Start) -> None:
    server = start(workers="1")
    assert server.workers() == []
    assert ask(server) == 200
    assert server.stop() == 0


def test_log_lines_of_several_workers_stay_whole(start: Start) -> None:
    server = start(workers="4")
    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(lambda _: ask(server), range(800))) == {200}
    server.stop()
    # The first line tells the operator, before anything is served, that no address of the site is set.
    _, *lines = server.log().splitlines()
    assert sum(json.loads(line)["path"] == "/healthz" for line in lines) == 800


def test_a_server_whose_workers_cannot_start_reports_it_and_leaves_no_process(tmp_path: Path) -> None:
    program = """
import sys
from functions.errors import SettingError
from functions.local.server.workers import run_workers
def work(place, ready):
    raise SettingError("示例：钥匙不见了")
try:
    run_workers(work, 3, lambda: print("started"))
except Exception as error:
    sys.exit(str(error))
"""
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=30
    )
    assert told.returncode == 1
    assert "started" not in told.stdout
    assert told.stderr.count("示例：钥匙不见了") == 3
    assert "服务没有启动起来" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_replacement_takes_the_place_of_the_one_that_died() -> None:
    """The task that a single worker runs, such as the nightly one, moves to its replacement and to no other."""
    program = """
import os, signal, sys
from functions.local.server.workers import run_workers
def work(place, ready):
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    ready()
    os.write(1, f"{place} {os.getpid()}\\n".encode())
    while True:
        signal.pause()
run_workers(work, 3, lambda: None)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, text=True) as crew:
        assert crew.stdout is not None
        first = dict(crew.stdout.readline().split() for _ in range(3))
        assert first.keys() == {"0", "1", "2"}
        for place in ("1", "0"):
            os.kill(int(first[place]), signal.SIGKILL)
            again, pid = crew.stdout.readline().split()
            assert (again, pid != first[place]) == (place, True)
        crew.terminate()
        assert crew.wait(PATIENCE) == 0


@pytest.mark.parametrize("workers", ["0", "33"])
def test_a_number_of_workers_that_makes_no_sense_is_refused(workers: str, tmp_path: Path) -> None:
    by_option = subprocess.run(
        [*COMMAND, "serve", "--workers", workers], cwd=ROOT, env=environment(), capture_output=True, timeout=30
    )
    assert by_option.returncode == 2
    variables = environment({"QINGDAN_WORKERS": workers, "QINGDAN_DATA": str(tmp_path)})
    by_setting = subprocess.run(
        [*COMMAND, "serve"], cwd=ROOT, env=variables, capture_output=True, text=True, timeout=30
    )
    assert by_setting.returncode == 1
    assert "QINGDAN_WORKERS" in by_setting.stderr
