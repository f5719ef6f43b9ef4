"""The clamd client over a real socket: whatever clamd does, no unscanned file is called clean."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.errors import SettingError
from functions.records.attachments.inspection import ScannerUnavailable
from functions.storage.clamd import Clamd
from tests.support.store.clamd import EICAR, FakeClamd

MB = 1024 * 1024


@pytest.fixture(params=["unix", "tcp"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FakeClamd]:
    with FakeClamd(tmp_path / "clamd.ctl" if request.param == "unix" else None) as fake:
        yield fake


def test_a_clean_file_is_clean_and_an_infected_one_is_not(clamd: FakeClamd) -> None:
    scanner = Clamd(clamd.address)
    assert not scanner.finds_virus([b"%PDF-1.7 ", b"", bytes(3 * MB)])
    assert scanner.finds_virus([b"%PDF-1.7 ", EICAR])
    assert scanner.answers()
    assert clamd.seen == [9 + 3 * MB, 9 + len(EICAR)]


def test_a_file_that_clamd_does_not_scan_whole_is_not_clean(clamd: FakeClamd) -> None:
    clamd.most = 1000
    with pytest.raises(ScannerUnavailable):
        Clamd(clamd.address).finds_virus([bytes(MB)] * 8)


@pytest.mark.parametrize("answer", [b"", b"stream: OK", b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0"])
def test_an_incomplete_or_unknown_answer_is_unavailable(clamd: FakeClamd, answer: bytes) -> None:
    clamd.answer = answer
    with pytest.raises(ScannerUnavailable):
        Clamd(clamd.address, seconds=1).finds_virus([b"%PDF-"])
    assert not Clamd(clamd.address, seconds=1).answers()


def test_a_slow_clamd_times_out(clamd: FakeClamd) -> None:
    clamd.silent = True
    with pytest.raises(ScannerUnavailable):
        Clamd(clamd.address, seconds=0.05).finds_virus([b"%PDF-"])


def test_a_missing_clamd_is_unavailable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for address in (str(tmp_path / "none.ctl"), f"127.0.0.1:{port}"):
        with pytest.raises(ScannerUnavailable, match="QINGDAN_CLAMD"):
            Clamd(address).finds_virus([b"%PDF-"])
        assert not Clamd(address).answers()


@pytest.mark.parametrize("address", ["clamd", "localhost", ":3310", "localhost:0", "localhost:99999", "run/clamd.ctl"])
def test_an_invalid_address_names_the_setting(address: str) -> None:
    with pytest.raises(SettingError, match="QINGDAN_CLAMD"):
        Clamd(address)
