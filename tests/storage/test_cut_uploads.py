"""An upload whose process is killed at any point can be resumed, and a sweep leaves nothing of it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.records.attachments.store import PART_BYTES, Upload
from functions.storage.files import FileBlobs
from tests.conftest import ROOT
from tests.support.store.blobs import begin, file_of, part_of

CONTENT = file_of(3 * PART_BYTES + 12345)
# Parts, whole and mark are each synced, named, and synced by name; two folders are made, and the
# reservation is renamed: so many steps there are.
STEPS = 21
POINTS = sorted(random.Random(20260918).sample(range(1, STEPS + 1), 10))
SENDER = """
import os, signal, sys
from pathlib import Path
from functions.records.attachments.store import PART_BYTES, Upload
from functions.storage.files import FileBlobs

folder, source, id, digest, point = sys.argv[1:]
content, left = Path(source).read_bytes(), int(point)

def counted(do):
    def step(*arguments):
        global left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return do(*arguments)
    return step

os.fsync, Path.rename = counted(os.fsync), counted(Path.rename)
blobs, upload = FileBlobs(Path(folder)), Upload(id, len(content), digest, "")
for part in upload.parts:
    blobs.put_part(upload, part, content[(part - 1) * PART_BYTES : part * PART_BYTES])
blobs.finish(upload)
"""


def send_until(point: int, upload: Upload, folder: Path) -> int:
    """Send the file from another process, which is killed before this step; how it ended."""
    (folder / "source").write_bytes(CONTENT)
    arguments = [str(folder / "data"), str(folder / "source"), upload.id, upload.digest, str(point)]
    return subprocess.run([sys.executable, "-c", SENDER, *arguments], cwd=ROOT, timeout=60).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_killed_and_resumed_upload_is_complete_and_leaves_no_draft(tmp_path: Path, point: int) -> None:
    (tmp_path / "data").mkdir()
    blobs = FileBlobs(tmp_path / "data")
    upload = begin(blobs, CONTENT)
    assert send_until(point, upload, tmp_path) == -signal.SIGKILL
    arrived = blobs.arrived(upload)
    for part in upload.parts:
        if part not in arrived and (tmp_path / "data" / "incoming" / upload.id).exists():
            blobs.put_part(upload, part, part_of(CONTENT, part))
    blobs.finish(upload)
    assert b"".join(blobs.stream("quarantine", upload.digest)) == CONTENT
    blobs.sweep(before=datetime.now(UTC) + timedelta(hours=1))
    left = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert left == [tmp_path / "data" / "quarantine" / upload.digest]
    assert list((tmp_path / "data" / "incoming").iterdir()) == []


def test_the_points_are_drawn_from_all_steps(tmp_path: Path) -> None:
    for point, ended in ((STEPS, -signal.SIGKILL), (STEPS + 1, 0)):
        folder = tmp_path / str(point)
        (folder / "data").mkdir(parents=True)
        assert send_until(point, begin(FileBlobs(folder / "data"), CONTENT), folder) == ended
