"""Acknowledged filings survive kill -9 under load, a full disk, and an ordered stop."""

from __future__ import annotations

import asyncio
import resource
import select
import signal
import subprocess
import threading
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from functions.bootstrap import open_services
from functions.records.event import event_is_whole
from functions.records.store import Selection
from functions.settings import Settings
from tests.conftest import ROOT
from tests.local.conftest import Start
from tests.support.filings import make_uscc, valid_self_check
from tests.support.serving import COMMAND, Server, environment
from tests.support.stores import STORES
from tests.support.web.raw_http import connect, file_until_cut, post_bytes, read_answer

CONNECTIONS = 16
ROUNDS = 5
ACKNOWLEDGED_BEFORE_THE_KILL = 40
SMALLEST_FILE = 4096


def stored_digests(data: Path, numbers: list[str]) -> dict[str, str]:
    """The digest of each record, once its events have proved whole."""
    services = open_services(Settings(data=data, schemas=ROOT / "schemas", cloud=STORES.cloud(data)), lock=False)
    try:
        found = {}
        for number in numbers:
            record = services.records.read(number)
            assert all(event_is_whole(event) for event in record.events)
            assert services.records.document(record.summary.form_digest)
            found[number] = record.events[0].digest
        assert services.records.count(Selection()) >= len(numbers)
        return found
    finally:
        services.close()


async def load_and_kill(server: Server, numbers: count[int]) -> list[dict[str, Any]]:
    """Files on many connections; the server is killed once enough has been acknowledged, with more under way."""
    enough = asyncio.Event()
    seen = 0

    def requests() -> Any:
        nonlocal seen
        while True:
            yield post_bytes(valid_self_check(uscc=make_uscc(next(numbers))))
            seen += 1
            if seen >= ACKNOWLEDGED_BEFORE_THE_KILL:
                enough.set()

    tasks = [asyncio.create_task(file_until_cut(server.port, requests())) for _ in range(CONNECTIONS)]
    await asyncio.wait_for(enough.wait(), 60)
    server.process.send_signal(signal.SIGKILL)
    return [answer for answers in await asyncio.gather(*tasks) for answer in answers]


def test_kill_9_in_the_middle_of_load_loses_nothing_that_was_acknowledged(start: Start, tmp_path: Path) -> None:
    numbers, acknowledged = count(1), []
    for _ in range(ROUNDS):
        server = start(access_log="off")
        try:
            acknowledged += asyncio.run(load_and_kill(server, numbers))
        finally:
            server.kill()
    assert len(acknowledged) >= ROUNDS * ACKNOWLEDGED_BEFORE_THE_KILL
    digests = {answer["number"]: answer["digest"] for answer in acknowledged}
    assert stored_digests(tmp_path / "data", list(digests)) == digests


def test_a_filing_that_has_begun_is_answered_when_the_server_is_told_to_stop(start: Start, tmp_path: Path) -> None:
    server = start()
    request = post_bytes(valid_self_check())
    connection = connect(server.port, request[:-10])
    idle = connect(server.port, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert read_answer(idle)[0] == 200
    stopped: list[int] = []
    stopper = threading.Thread(target=lambda: stopped.append(server.stop()))
    stopper.start()
    assert idle.recv(1) == b"", "idle connections are closed at once: the stop has begun"
    assert not select.select([connection], [], [], 0.5)[0], "what has begun is given its time"
    connection.sendall(request[-10:])
    status, body = read_answer(connection)
    stopper.join()
    connection.close()
    idle.close()
    assert (status, stopped) == (201, [0])
    assert b"access_code" in body


@pytest.mark.one_machine
def test_a_second_server_on_the_same_data_refuses_to_start(start: Start, site: Path, tmp_path: Path) -> None:
    first = start()
    try:
        second = subprocess.run(
            [*COMMAND, "serve", "--port", "0", "--data", str(tmp_path / "data"), "--site", str(site)],
            cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=30,
        )  # fmt: skip
        assert second.returncode == 1
        assert "数据" in second.stderr
        assert "请" in second.stderr
        assert "Traceback" not in second.stderr
    finally:
        first.stop()


def limit_files(server: Server, most: int, hard: int) -> None:
    """No file of the server's processes may grow past so many bytes."""
    for pid in (server.process.pid, *server.workers()):
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))


@pytest.mark.one_machine
def test_a_full_disk_is_503_with_nothing_half_written_and_recovers(start: Start, tmp_path: Path) -> None:
    server = start()
    numbers = count(1)

    def file() -> tuple[int, bytes]:
        connection = connect(server.port, post_bytes(valid_self_check(uscc=make_uscc(next(numbers)))))
        try:
            return read_answer(connection)
        finally:
            connection.close()

    try:
        assert file()[0] == 201
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        limit_files(server, SMALLEST_FILE, hard)
        assert [file()[0] for _ in range(3)] == [503] * 3
        connection = connect(server.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_answer(connection)[0] == 503
        connection.close()
        limit_files(server, hard, hard)
        assert file()[0] == 201
    finally:
        server.stop()
    services = open_services(Settings(data=tmp_path / "data", schemas=ROOT / "schemas"), lock=False)
    try:
        records = list(services.records.stream(Selection()))
        assert len(records) == 2, "what was answered with 503 is not there"
        assert all(event_is_whole(event) for record in records for event in record.events)
    finally:
        services.close()


@pytest.mark.one_machine
def test_only_the_owner_can_read_the_data_folder(start: Start, tmp_path: Path) -> None:
    server = start()
    server.stop()
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
