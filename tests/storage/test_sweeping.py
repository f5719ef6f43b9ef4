"""Sweeping on one machine, exact to the second: vouchers, a file sent again, and no leftovers."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.records.attachments.named import KEPT_UNNAMED, VOUCHED_FOR, vouch, vouched
from functions.records.attachments.sweep import sweep
from functions.storage.keys import load_keys
from functions.storage.sqlite import SqliteStore, open_store
from tests.support.store.blobs import begin, digest_of, put
from tests.support.store.named_files import naming, sha
from tests.support.store.steps import first_step

SENT = datetime(2026, 9, 18, 2, 24, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = open_store(tmp_path / "data")
    yield opened
    opened.close()


def send(store: SqliteStore, n: int, folder: Path, at: datetime) -> None:
    """Have the file arrive, and let it have been at that moment."""
    store.blobs.keep("attachments", sha(n), b"%d" % n)
    os.utime(folder / "data" / "attachments" / sha(n), (at.timestamp(), at.timestamp()))


def is_there(n: int, folder: Path) -> bool:
    return (folder / "data" / "attachments" / sha(n)).exists()


def test_a_file_stays_longer_than_any_voucher_for_it(store: SqliteStore, tmp_path: Path) -> None:
    send(store, 1, tmp_path, SENT)
    keys = load_keys(tmp_path / "keys", os.urandom)
    voucher = vouch(keys, sha(1), 1, SENT)
    last = SENT + VOUCHED_FOR
    assert vouched(keys, [voucher], last)
    assert not vouched(keys, [voucher], last + SECOND)
    sweep(store.named, store.blobs, last)
    store.append(naming(first_step(1), 1)).result(30)
    sweep(store.named, store.blobs, SENT + timedelta(days=9999))
    assert is_there(1, tmp_path)


@pytest.mark.parametrize(("late", "stays"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_an_orphan_is_swept_exactly_at_its_time(
    store: SqliteStore, tmp_path: Path, late: timedelta, stays: bool
) -> None:
    send(store, 1, tmp_path, SENT)
    swept = sweep(store.named, store.blobs, SENT + KEPT_UNNAMED + late)
    assert (swept.files, is_there(1, tmp_path)) == (0 if stays else 1, stays)


def test_a_file_that_is_sent_again_before_it_is_removed_stays(store: SqliteStore, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for n in (1, 2):
        send(store, n, tmp_path, now - KEPT_UNNAMED - SECOND)

    def named(digests: Collection[str]) -> frozenset[str]:
        assert sha(1) in digests, "it was found old"
        upload = begin(store.blobs, b"1")
        put(store.blobs, upload, b"1", 1)
        store.blobs.finish(upload)
        store.blobs.move(sha(1), "quarantine", "attachments")
        return store.named(digests)

    sweep(named, store.blobs, now)
    assert (is_there(1, tmp_path), is_there(2, tmp_path)) == (True, False)


def test_a_sweep_leaves_only_named_files_in_the_folder(store: SqliteStore, tmp_path: Path) -> None:
    store.append(naming(first_step(1), 1)).result(30)
    send(store, 1, tmp_path, SENT)
    whole = b"finished, never named"
    for id, ends in (("1" * 32, True), ("2" * 32, False)):
        upload = begin(store.blobs, whole, id)
        put(store.blobs, upload, whole, 1)
        if ends:
            store.blobs.finish(upload)
    data = tmp_path / "data"
    (data / "quarantine" / f".{'3' * 32}.tmp").write_bytes(b"fin")
    (data / "incoming" / ("2" * 32) / ".00002.9.tmp").write_bytes(b"fin")
    before = {path for path in data.rglob("*") if path.is_file()}
    sweep(store.named, store.blobs, datetime.now(UTC))
    assert {path for path in data.rglob("*") if path.is_file()} == before, "young"
    assert {path.name for path in before} >= {digest_of(whole), "00001"}
    sweep(store.named, store.blobs, datetime.now(UTC) + KEPT_UNNAMED + SECOND)
    rest = {path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file()}
    own = {path for path in rest if path.startswith("qingdan.sqlite3") or path.endswith(".lock")}
    assert rest - own == {f"attachments/{sha(1)}"}
    assert list((data / "incoming").iterdir()) == list((data / "finished").iterdir()) == []
