"""When a byte of a backup is changed, restore either refuses it or restores exactly the original data."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.errors import QingdanError
from functions.local.backup.archive import MANIFEST
from functions.local.backup.backup import make_backup, restore_backup
from functions.local.backup.restore import Backup
from functions.storage.sqlite import open_store

FLIPS = 300
CUTS = 60


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small backup."""
    folder = tmp_path_factory.mktemp("whole")
    store = open_store(folder / "data")
    store.close()
    (folder / "data" / "forms").mkdir(mode=0o700, exist_ok=True)
    (folder / "data" / "forms" / "note").write_bytes(b"a note")
    made = folder / "backup.zip"
    make_backup(folder / "data", made, at=datetime(2026, 9, 18, tzinfo=UTC), advance=lambda done: None)
    return made.read_bytes()


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here has to outlive a power cut."""
    monkeypatch.setattr(os, "sync", lambda: None)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def restored(content: bytes, folder: Path) -> dict[str, bytes] | None:
    """The restored files; None when restore refuses, which must leave nothing."""
    file, data = folder / "backup.zip", folder / "data"
    file.write_bytes(content)
    try:
        with Backup(file) as backup:
            restore_backup(backup, data, advance=lambda done: None)
    except QingdanError:
        assert not data.exists()
        return None
    found = contents(data)
    shutil.rmtree(data)
    return found


def test_a_flipped_byte_never_restores_other_data(whole: bytes, tmp_path: Path, unsynced: None) -> None:
    chance = random.Random(20260918)
    expected = restored(whole, tmp_path)
    assert expected is not None
    refused = 0
    # The last hundreds of bytes are the zip's own index, where a reader is easiest to confuse.
    places = [chance.randrange(len(whole)) for _ in range(FLIPS // 2)]
    places += [len(whole) - 1 - chance.randrange(700) for _ in range(FLIPS // 2)]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        found = restored(bytes(changed), tmp_path)
        refused += found is None
        assert found in (None, expected), f"byte {place}"
    assert refused > FLIPS // 2


def test_a_truncated_backup_is_never_restored(whole: bytes, tmp_path: Path, unsynced: None) -> None:
    chance = random.Random(20260919)
    for length in [chance.randrange(len(whole)) for _ in range(CUTS)]:
        assert restored(whole[:length], tmp_path) is None, f"{length} bytes"


@pytest.mark.parametrize("field", ["path", "size", "sha256"])
@pytest.mark.parametrize("value", [None, 1.5, -1, [], {}, "a\0b", "\ud800"])
def test_no_manifest_with_odd_values_brings_back_anything(
    whole: bytes, tmp_path: Path, unsynced: None, field: str, value: object
) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as held, zipfile.ZipFile(out, "w") as made:
        for name in held.namelist():
            content = held.read(name)
            if name == MANIFEST:
                manifest = json.loads(content)
                manifest["files"][0][field] = value
                content = json.dumps(manifest).encode()
            made.writestr(name, content)
    assert restored(out.getvalue(), tmp_path) is None


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_manifest_that_cannot_be_unpacked_is_refused(tmp_path: Path, method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        made.writestr(MANIFEST, bytes(range(256)) * 9)
    content = out.getvalue()
    assert restored(content[:70] + b"~~~~" + content[74:], tmp_path) is None
