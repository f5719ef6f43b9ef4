"""With a scanner no file is released unscanned; when it comes back, waiting files are scanned."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions import nightly
from functions.bootstrap import Services, read_clock
from functions.local.server.nightly_tasks import SCAN_SECONDS, watch_waiting
from functions.local.server.server import create_app
from functions.records.attachments.inspection import standing_of
from functions.storage.clamd import Clamd
from tests.support.files import pdf_of, sha256
from tests.support.store.clamd import EICAR, FakeClamd
from tests.support.web.uploads import send


@pytest.fixture
def address(tmp_path: Path) -> Path:
    return tmp_path / "clamd.ctl"


@pytest.fixture
def guarded(services: Services, address: Path) -> Services:
    """The services with a scanner that is asked on a socket, where nobody listens yet, at the time that files bear."""
    return replace(services, scanner=Clamd(str(address), seconds=5), clock=read_clock)


@pytest.fixture
def client(guarded: Services) -> Iterator[TestClient]:
    client = TestClient(create_app(guarded), base_url="http://127.0.0.1", raise_server_exceptions=False)
    yield client
    client.close()


def infected() -> bytes:
    return b"%PDF-1.7 " + EICAR


def test_a_clean_file_is_reported_as_scanned_and_an_infected_one_is_refused(
    client: TestClient, guarded: Services, address: Path
) -> None:
    with FakeClamd(address):
        told = send(client, pdf_of(500)).json()
        assert (told["scanned"], told["waiting"]) == (True, False)
        refused = send(client, infected())
    assert refused.status_code == 422
    assert "病毒" in refused.json()["detail"]
    assert standing_of(guarded.blobs, sha256(infected())) == "infected"


def test_a_file_waits_and_gets_a_voucher_when_the_scanner_does_not_answer(
    client: TestClient, guarded: Services
) -> None:
    told = send(client, pdf_of(500)).json()
    assert (told["scanned"], told["waiting"], bool(told["voucher"])) == (False, True, True)
    assert standing_of(guarded.blobs, sha256(pdf_of(500))) == "waiting"


class Minutes:
    """Stands for sleeping: begins each minute as told, and stops after the last."""

    def __init__(self, *begin: Any) -> None:
        self.begin, self.slept = list(begin), list[float]()

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self.begin:
            raise asyncio.CancelledError
        self.begin.pop(0)()


def test_waiting_files_are_scanned_within_a_minute_of_the_scanners_return(
    client: TestClient, guarded: Services, address: Path
) -> None:
    for content in (pdf_of(500), infected()):
        assert send(client, content).json()["scanned"] is False
    fake = FakeClamd(address)
    minutes = Minutes(lambda: None, fake.__enter__)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(watch_waiting(guarded, minutes))
    fake.__exit__(None, None, None)
    assert minutes.slept == [SCAN_SECONDS] * 3
    assert standing_of(guarded.blobs, sha256(pdf_of(500))) == "ready"
    assert standing_of(guarded.blobs, sha256(infected())) == "infected"


def test_the_nightly_task_scans_waiting_files(client: TestClient, guarded: Services, address: Path) -> None:
    send(client, pdf_of(500))
    assert nightly.run(guarded).waiting == 1
    with FakeClamd(address):
        assert nightly.run(guarded).waiting == 0
    assert standing_of(guarded.blobs, sha256(pdf_of(500))) == "ready"


def test_without_a_scanner_the_watch_ends_at_once(services: Services) -> None:
    asyncio.run(watch_waiting(services, Minutes()))
