"""Backups: refused with everything as it was, or restored as the manifest says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from functions.errors import QingdanError
from functions.local.backup.archive import MANIFEST, SIGNATURE, Entry, Manifest
from functions.local.backup.backup import make_backup, restore_backup
from functions.local.backup.restore import Backup
from functions.storage.sqlite import open_store
from tests.fuzz.zips import Spliced

FOLDER = tempfile.TemporaryDirectory(prefix="qingdan-fuzz-")
PLACE = Path(FOLDER.name)
# Nothing here has to outlive a power cut.
os.sync = lambda: None


def backup() -> bytes:
    """A small backup."""
    open_store(PLACE / "source").close()
    note = PLACE / "source" / "forms" / "note"
    note.parent.mkdir(mode=0o700, exist_ok=True)
    note.write_bytes(b"a note")
    made = PLACE / "made.zip"
    make_backup(note.parents[1], made, at=datetime(2026, 9, 18, tzinfo=UTC), advance=lambda done: None)
    return made.read_bytes()


SPLICED = Spliced.of(backup())


def seeds() -> list[bytes]:
    """Also manifests with values of other kinds, and one that lists a file twice."""
    place = bytes([list(SPLICED.members).index(MANIFEST)])
    manifest = json.loads(SPLICED.members[MANIFEST])
    odd = [[{**manifest["files"][0], field: 1}] for field in ("path", "size", "sha256")]
    odd += [[{**manifest["files"][0], "path": []}], manifest["files"] * 2, [{**manifest["files"][0], "path": "a\0b"}]]
    return [*SPLICED.seeds(), *(place + json.dumps({**manifest, "files": files}).encode() for files in odd)]


def remade(data: bytes) -> bytes:
    """The backup that an input stands for; where a file is replaced, the manifest is made to fit."""
    name, content = SPLICED.replaced(data)
    if not name or name in (MANIFEST, SIGNATURE):
        return SPLICED.made_from(data)
    manifest = Manifest.read(SPLICED.members[MANIFEST])
    anew = Entry(name, len(content), hashlib.sha256(content).hexdigest())
    fitting = replace(manifest, files=tuple(anew if one.path == name else one for one in manifest.files))
    return Spliced(b"", SPLICED.members | {MANIFEST: fitting.written()}).zipped(name, content)


def check(data: bytes) -> None:
    file, restored = PLACE / "backup.zip", PLACE / "restored"
    file.write_bytes(remade(data))
    try:
        with Backup(file) as opened:
            assert opened.size >= 0
            with suppress(QingdanError):
                opened.require_signed(None)
            restore_backup(opened, restored, advance=lambda done: None)
            listed = {entry.path: entry.size for entry in opened.manifest.files}
    except QingdanError:
        assert not restored.exists()
        return
    assert all((restored / path).stat().st_size == size for path, size in listed.items())
    shutil.rmtree(restored)
