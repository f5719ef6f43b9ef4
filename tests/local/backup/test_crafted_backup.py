"""A backup that somebody wrote to be misread is refused in words, and leaves nothing behind; it eats no memory."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from functions.errors import QingdanError
from functions.local.backup import restore as reading
from functions.local.backup.archive import FORMAT, MANIFEST, SIGNATURE
from functions.local.backup.backup import restore_backup
from functions.local.backup.protection import sign
from functions.local.backup.restore import Backup
from functions.records.keys import Keys
from functions.records.receipt import jwks
from functions.storage.keys import load_keys
from tests.support.command_line import run

DIGEST = hashlib.sha256(b"x").hexdigest()


def entry(path: Any = "forms/a", size: Any = 1, sha256: Any = DIGEST) -> dict[str, Any]:
    return {"path": path, "size": size, "sha256": sha256}


def crafted(file: Path, entries: Sequence[dict[str, Any]], **more: Any) -> Path:
    """A zip with these entries and a member of one byte for each."""
    facts = {
        "format": FORMAT,
        "made_at": "2026-09-18T00:00:00Z",
        "program": "0",
        "filings": 0,
        "files": entries,
        **more,
    }
    with zipfile.ZipFile(file, "w") as made:
        for each in entries:
            if isinstance(each["path"], str):
                made.writestr(zipfile.ZipInfo(each["path"]), b"x")
        made.writestr(MANIFEST, json.dumps(facts))
    return file


def signed(file: Path, keys: Keys, entries: Sequence[dict[str, Any]]) -> Path:
    """A crafted zip whose manifest these keys have signed."""
    crafted(file, entries)
    with zipfile.ZipFile(file, "a") as made:
        made.writestr(SIGNATURE, sign(keys.signer, made.read(MANIFEST)))
    return file


CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "a path that is none": ([entry(path=7)], {}),
    "a size in words": ([entry(size="1")], {}),
    "a size below nothing": ([entry(size=-1)], {}),
    "a digest that is none": ([entry(sha256=None)], {}),
    "files that are none": ([], {"files": 7}),
    "a day that is none": ([], {"made_at": "yesterday"}),
    "a count in words": ([], {"filings": "many"}),
    "the same file twice": ([entry(), entry()], {}),
    "a file and a folder": ([entry("a"), entry("a/b")], {}),
    "a folder and a file": ([entry("a/b"), entry("a")], {}),
    "too long a name": ([entry("a" * 300)], {}),
    "a name with a line end": ([entry("a\nb")], {}),
    "no database": ([entry()], {}),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", sorted(CASES))
def test_what_was_made_to_be_misread_is_refused(case: str, tmp_path: Path) -> None:
    files, more = CASES[case]
    file = crafted(tmp_path / "backup.zip", files, **more)
    with pytest.raises(QingdanError), Backup(file) as backup:
        restore_backup(backup, tmp_path / "data", advance=lambda done: None)
    assert not (tmp_path / "data").exists()


def test_the_command_ends_in_words_and_with_1(tmp_path: Path) -> None:
    file = crafted(tmp_path / "backup.zip", [entry("a"), entry("a/b")])
    ended = run("restore", str(file), "--data", str(tmp_path / "data"))
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "重名" in ended.stderr


@pytest.mark.parametrize(
    "name", ["../a", "../../ab/cd", "forms/../../a", "/etc/a", "forms//a", "forms/./a", ".hidden", "forms/.a", "a\tb"]
)
def test_a_signed_backup_with_a_name_that_leads_out_is_refused_for_the_name(name: str, tmp_path: Path) -> None:
    """Whoever holds the key could sign such a manifest: the signature alone keeps nothing inside the folder."""
    keys = load_keys(tmp_path / "bureau", lambda count: bytes(range(1, count + 1)))
    trusted = tmp_path / "jwks.json"
    trusted.write_text(json.dumps(jwks(keys.public_keys)))
    file = signed(tmp_path / "backup.zip", keys, [entry(), entry(name)])
    before = sorted(tmp_path.rglob("*"))
    ended = run("restore", str(file), "--keys", str(trusted), "--data", str(tmp_path / "deep" / "data"))
    assert ended.returncode == 1
    assert f"{name}：文件名不能用" in ended.stderr
    assert "签名" not in ended.stderr
    assert "什么也没有恢复" in ended.stderr
    assert [path for path in sorted(tmp_path.rglob("*")) if path.name != "deep"] == before


def test_of_a_manifest_only_so_much_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LARGEST_MANIFEST", 1000)
    with pytest.raises(QingdanError, match="已经损坏"):
        Backup(crafted(tmp_path / "backup.zip", [], program="0" * 1000))
