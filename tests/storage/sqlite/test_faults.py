"""A full or failing disk is answered with StoreUnavailable; nothing is half written, and it recovers by itself."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from functions.errors import StoreUnavailable
from functions.records.event import event_is_whole
from functions.records.store import Selection
from functions.storage.sqlite import SqliteStore, open_store
from functions.storage.sqlite.store import DATABASE_NAME
from tests.support.store.steps import digest_of, first_step

BIG = "示例县第一中学档案室" * 2000


@contextmanager
def small_files(most: int) -> Iterator[None]:
    """No file of this process may grow past so many bytes: the system refuses the write, as a failing disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A real file system of 4 MiB, on which the reserve of a real disk would never be free; only root may make one."""
    monkeypatch.setattr("functions.storage.sqlite.store.LEAST_FREE", 0)
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("mounting a small disk takes root")
    yield folder
    subprocess.run(["umount", folder], check=True)


def append_until_refused(store: SqliteStore, start: int) -> tuple[list[str], list[str]]:
    """The numbers that were acknowledged, and those that were refused, when twenty at once met the fault."""
    stored: list[str] = []
    for first in range(start, start + 2000, 20):
        steps = [first_step(n, text=BIG, key=f"key {n}") for n in range(first, first + 20)]
        futures = [store.append(step) for step in steps]
        errors = [future.exception(60) for future in futures]
        assert all(error is None or isinstance(error, StoreUnavailable) for error in errors)
        stored += [step.summary.number for step, error in zip(steps, errors, strict=True) if error is None]
        if any(errors):
            refused = [step.summary.number for step, error in zip(steps, errors, strict=True) if error is not None]
            assert "请稍后再试" in str(next(error for error in errors if error))
            return stored, refused
    raise AssertionError("the disk never filled")


def check_recovery(store: SqliteStore, make_room: Callable[[], None]) -> None:
    stored, refused = append_until_refused(store, 0)
    make_room()
    store.check_writable()
    found = {record.summary.number: record for record in store.stream(Selection())}
    assert set(stored) <= found.keys()
    assert not set(refused) & found.keys()
    assert all(event_is_whole(event) for record in found.values() for event in record.events)
    # The refused come again with their keys: nothing had been remembered of them.
    for number in refused:
        n = int(number.rpartition("-")[2])
        assert store.append(first_step(n, text=BIG, key=f"key {n}")).result(60).replayed is False


def test_a_full_disk_refuses_and_recovers(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(2 * 1024 * 1024))
    with closing(open_store(small_disk / "data")) as store:
        check_recovery(store, ballast.unlink)


def test_a_failing_write_refuses_and_recovers(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    with small_files(1024 * 1024):
        stored, refused = append_until_refused(store, 0)
        assert {record.summary.number for record in store.stream(Selection())} == set(stored)
    for number in refused:
        assert store.append(first_step(int(number[-6:]), text=BIG)).result(60).replayed is False
    assert store.count(Selection()) == len(stored) + len(refused)
    store.close()


def test_a_document_that_does_not_fit_on_the_disk_leaves_no_file(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    document = bytes(100_000)
    with small_files(50_000), pytest.raises(StoreUnavailable):
        store.keep_document(digest_of(document), document)
    assert list((tmp_path / "data" / "forms").iterdir()) == []
    store.keep_document(digest_of(document), document)
    assert store.document(digest_of(document)) == document
    store.close()


def test_a_damaged_document_is_not_served(tmp_path: Path) -> None:
    store = open_store(tmp_path / "data")
    document = b'{"title":"x"}'
    store.keep_document(digest_of(document), document)
    (tmp_path / "data" / "forms" / digest_of(document)).write_bytes(b"{}")
    with pytest.raises(StoreUnavailable, match="已损坏"):
        store.document(digest_of(document))
    store.close()


def test_a_corrupt_database_names_restore_as_the_cure(tmp_path: Path) -> None:
    (tmp_path / DATABASE_NAME).write_text("示例" * 2000, encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="qingdan restore") as refused:
        open_store(tmp_path)
    assert "请稍后再试" not in str(refused.value)
