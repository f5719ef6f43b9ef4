"""Files on one machine beyond the contract: private, complete, and without leftovers."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from functions.errors import StoreUnavailable
from functions.storage.files import FileBlobs
from functions.storage.reservations import KEPT_FREE
from tests.support.store.blobs import begin, digest_of, file_of, part_of, put

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def test_contents_are_private_and_named_by_their_digest(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    upload = begin(blobs, b"content")
    put(blobs, upload, b"content", 1)
    modes = {path: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    blobs.finish(upload)
    mark = f"{upload.id}.{upload.digest}"
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
        digest_of(b"content"),
        mark,
        f"{upload.id}.7.{upload.digest}.in",
    }
    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_dir()} == {0o700}
    assert stat.S_IMODE((tmp_path / "quarantine" / digest_of(b"content")).stat().st_mode) == 0o600


def test_a_half_written_draft_is_not_a_content_and_is_swept(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    blobs.keep("attachments", digest_of(b"whole"), b"whole")
    draft = tmp_path / "attachments" / f".{digest_of(b'half')}.123.tmp"
    draft.write_bytes(b"ha")
    assert set(blobs.digests("attachments", before=NOW + HOUR)) == {digest_of(b"whole")}
    blobs.sweep(before=NOW - HOUR)
    assert draft.exists(), "it may still be being written"
    blobs.sweep(before=NOW + HOUR)
    assert [path.name for path in (tmp_path / "attachments").iterdir()] == [digest_of(b"whole")]


def test_a_truncated_part_is_not_counted_as_arrived(tmp_path: Path) -> None:
    blobs, content = FileBlobs(tmp_path), file_of(6 * 1024 * 1024)
    upload = begin(blobs, content)
    put(blobs, upload, content, 1, 2)
    os.truncate(tmp_path / "incoming" / upload.id / "00002", 5)
    assert blobs.arrived(upload) == {1}
    blobs.put_part(upload, 2, part_of(content, 2))
    blobs.finish(upload)
    assert blobs.read("quarantine", upload.digest) == content


def test_content_sent_again_gets_a_new_time(tmp_path: Path) -> None:
    blobs, digest = FileBlobs(tmp_path), digest_of(b"again")

    def age() -> None:
        for path in tmp_path.rglob(digest):
            os.utime(path, (0, 0))

    for n, area in enumerate(("attachments", "quarantine")):
        blobs.keep(area, digest, b"again")  # type: ignore[arg-type]
        age()
        upload = begin(blobs, b"again", f"{n:032x}")
        put(blobs, upload, b"again", 1)
        blobs.finish(upload)
        blobs.move(digest, "quarantine", "attachments")
        assert list(blobs.digests("attachments", before=NOW - HOUR)) == []
        age()
        blobs.keep("attachments", digest, b"again")
        assert list(blobs.digests("attachments", before=NOW - HOUR)) == []


def test_content_sent_again_during_removal_stays(tmp_path: Path) -> None:
    blobs, digest = FileBlobs(tmp_path), digest_of(b"again")
    blobs.keep("quarantine", digest, b"again")
    os.utime(tmp_path / "quarantine" / digest, (0, 0))
    assert list(blobs.digests("quarantine", before=NOW - HOUR)) == [digest]
    held = os.open(tmp_path / "quarantine", os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(held, fcntl.LOCK_EX)
    with ThreadPoolExecutor(1) as pool:
        removed = pool.submit(blobs.remove, "quarantine", digest, before=NOW - HOUR)
        os.utime(tmp_path / "quarantine" / digest)
        assert not removed.done(), "whoever removes waits for who sends"
        os.close(held)
        removed.result(30)
    assert blobs.read("quarantine", digest) == b"again"


def test_a_sweep_leaves_nothing_of_cut_or_finished_uploads(tmp_path: Path) -> None:
    blobs, content = FileBlobs(tmp_path), file_of(6 * 1024 * 1024)
    cut, done = begin(blobs, content, "a" * 32), begin(blobs, content, "b" * 32)
    put(blobs, cut, content, 1)
    (tmp_path / "incoming" / cut.id / ".00002.77.tmp").write_bytes(b"ha")
    put(blobs, done, content, 1, 2)
    blobs.finish(done)
    assert blobs.sweep(before=NOW + HOUR) == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "quarantine" / done.digest]
    assert not list((tmp_path / "incoming").iterdir())


def test_a_damaged_content_is_refused(tmp_path: Path) -> None:
    blobs, digest = FileBlobs(tmp_path), digest_of(b"as it was")
    blobs.keep("attachments", digest, b"as it was")
    (tmp_path / "attachments" / digest).write_bytes(b"as it is")
    with pytest.raises(StoreUnavailable, match="已损坏"):
        blobs.read("attachments", digest)


def test_an_unusable_folder_is_reported_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "attachments").write_text("in the way", encoding="utf-8")
    with pytest.raises(StoreUnavailable, match="请检查"):
        FileBlobs(tmp_path).keep("attachments", digest_of(b"x"), b"x")


def test_uploaded_files_leave_disk_space_for_filings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flood of uploads from many addresses cannot fill the disk."""
    blobs = FileBlobs(tmp_path)
    size = 50 * 1024 * 1024
    for free, taken in ((KEPT_FREE + size, True), (KEPT_FREE + size - 1, False)):
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: SimpleNamespace(free=free))
        if taken:
            blobs.begin("1" * 32, size=size, digest="0" * 64)
        else:
            with pytest.raises(StoreUnavailable, match="磁盘"):
                blobs.begin("2" * 32, size=size, digest="0" * 64)
    assert [path.name for path in (tmp_path / "incoming").iterdir()] == ["1" * 32]
