"""What was announced has its room before it comes, and whoever never sends it takes room from no filing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.errors import NoRoom, StoreUnavailable
from functions.records.attachments.store import Upload
from functions.storage.files import FileBlobs
from functions.storage.reservations import IDLE_SECONDS, KEPT_FREE, LOOK_SECONDS
from functions.storage.sqlite import open_store
from functions.storage.sqlite.store import LEAST_FREE
from tests.support.store.blobs import digest_of, put

MB = 1024 * 1024
NOW = datetime.now(UTC)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Says how much of the disk is free."""

    def set_free(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))

    return set_free


def announce(blobs: FileBlobs, place: int, size: int, digest: str = "0" * 64) -> Upload:
    return blobs.begin(f"{place:032x}", size=size, digest=digest)


def send(blobs: FileBlobs, place: int, content: bytes) -> Upload:
    upload = announce(blobs, place, len(content), digest_of(content))
    put(blobs, upload, content, 1)
    blobs.finish(upload)
    return upload


def test_room_is_kept_for_what_was_announced_and_has_not_come(tmp_path: Path, disk: Callable[[int], None]) -> None:
    """1,000 announcements of 50 MB do not get the same room 1,000 times."""
    disk(KEPT_FREE + 120 * MB)
    blobs, other_process = FileBlobs(tmp_path), FileBlobs(tmp_path)
    first = announce(blobs, 1, 50 * MB)
    announce(other_process, 2, 50 * MB)
    for place in range(3, 1003):
        with pytest.raises(NoRoom, match="填报照常"):
            announce(blobs, place, 50 * MB)
    announce(blobs, 3, 20 * MB)
    blobs.abandon(first)
    announce(blobs, 4, 50 * MB)
    assert len(list((tmp_path / "incoming").iterdir())) == 3


def test_no_part_is_written_into_the_room_that_filings_have(tmp_path: Path, disk: Callable[[int], None]) -> None:
    disk(KEPT_FREE + MB)
    blobs = FileBlobs(tmp_path)
    upload = announce(blobs, 1, 5, digest_of(b"small"))
    disk(KEPT_FREE - 1)
    with pytest.raises(NoRoom):
        blobs.put_part(upload, 1, b"small")
    disk(KEPT_FREE)
    blobs.put_part(upload, 1, b"small")


def test_all_that_no_filing_names_has_a_total(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path, most=100 * MB, ticks=lambda: 0)
    announce(blobs, 1, 60 * MB)
    send(blobs, 2, b"a small file counts as a megabyte")
    announce(blobs, 3, 39 * MB)
    with pytest.raises(NoRoom, match="还没有写进填报"):
        announce(blobs, 4, 1)


def test_what_a_filing_names_counts_no_more(tmp_path: Path) -> None:
    named: set[str] = set()
    now = [0.0]
    blobs = FileBlobs(tmp_path, named=named.intersection, most=2 * MB, ticks=lambda: now[0])
    done = [send(blobs, place, b"%d" % place) for place in (1, 2)]
    with pytest.raises(NoRoom):
        announce(blobs, 3, 1)
    named.update(upload.digest for upload in done)
    now[0] = LOOK_SECONDS - 0.1
    with pytest.raises(NoRoom):
        announce(blobs, 3, 1)  # looked up a moment ago
    now[0] = LOOK_SECONDS
    announce(blobs, 3, 2 * MB)


def test_an_upload_of_which_nothing_comes_gives_way_where_room_is_short(tmp_path: Path) -> None:
    now = [0.0]
    blobs = FileBlobs(tmp_path, most=3 * MB, ticks=lambda: now[0])
    idle, busy = announce(blobs, 1, MB), announce(blobs, 2, MB)
    for upload, ago in ((idle, 2 * IDLE_SECONDS), (busy, IDLE_SECONDS / 2)):
        changed = NOW.timestamp() - ago
        os.utime(tmp_path / "incoming" / upload.id, (changed, changed))
    announce(blobs, 3, MB)
    assert (tmp_path / "incoming" / idle.id).exists(), "there was room"
    announce(blobs, 4, MB)
    left = {path.name for path in (tmp_path / "incoming").iterdir()}
    assert left == {f"{place:032x}" for place in (2, 3, 4)}


def test_a_sweep_forgets_what_was_announced_and_never_came(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path, most=MB)
    announce(blobs, 1, MB)
    blobs.sweep(before=NOW - timedelta(hours=1))
    with pytest.raises(NoRoom):
        announce(blobs, 2, MB)
    blobs.sweep(before=NOW + timedelta(hours=1))
    announce(blobs, 2, MB)


def test_a_disk_that_is_nearly_full_is_told_before_it_is_full(tmp_path: Path, disk: Callable[[int], None]) -> None:
    store = open_store(tmp_path / "data")
    disk(LEAST_FREE)
    store.check_writable()
    disk(LEAST_FREE - 1)
    with pytest.raises(StoreUnavailable, match="磁盘空间不够"):
        store.check_writable()
    store.close()
