"""A backup is readable only with its identity and signed with the bureau's key; anything else is refused."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from functions.records.receipt import jwks
from functions.storage.keys import load_keys
from functions.storage.sqlite import open_store
from tests.support.command_line import run
from tests.support.store.steps import first_step

pytestmark = pytest.mark.one_machine


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    store = open_store(folder)
    store.append(first_step(1)).result(30)
    store.close()
    load_keys(folder, lambda count: bytes(range(1, count + 1)))
    return folder


def restore(file: Path, *options: str | Path) -> CompletedProcess[str]:
    into = file.parent / "back"
    return run("restore", str(file), "--data", str(into), *map(str, options))


def public(data: Path, at: Path) -> Path:
    at.write_text(json.dumps(jwks(load_keys(data, lambda count: bytes(count)).public_keys)))
    return at


def test_an_encrypted_backup_comes_back_with_its_identity_alone(data: Path, tmp_path: Path) -> None:
    identity, other, file = tmp_path / "identity", tmp_path / "other", tmp_path / "backup.age"
    told = run("keys", "backup", str(identity)).stdout
    recipient = told.partition("公钥：")[2].split()[0]
    run("keys", "backup", str(other))
    assert stat.S_IMODE(identity.stat().st_mode) == 0o600
    made = run("backup", str(file), "--recipient", recipient, "--data", str(data))
    assert "已经加密" in made.stdout, made.stderr
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    for options, words in (
        ((), "请用 --identity"),
        (("--identity", other), "不是为"),
        (("--identity", file), "不是备份的私钥"),
    ):
        refused = restore(file, *options)
        assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr
    content = file.read_bytes()
    for changed in (content[:-1], content[:-20] + bytes([content[-20] ^ 1]) + content[-19:]):
        file.write_bytes(changed)
        refused = restore(file, "--identity", identity)
        assert (refused.returncode, "什么也没有恢复" in refused.stderr) == (1, True), refused.stderr
    file.write_bytes(content)
    assert "已恢复 1 件填报" in restore(file, "--identity", identity).stdout
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_backup_is_signed_by_the_bureau(data: Path, tmp_path: Path) -> None:
    file, keys = tmp_path / "backup.zip", public(data, tmp_path / "jwks.json")
    run("backup", str(file), "--data", str(data))
    done = restore(file, "--keys", keys)
    assert (done.returncode, done.stderr) == (0, "")
    load_keys(tmp_path / "stranger", lambda count: bytes([7] * count))
    strange = public(tmp_path / "stranger", tmp_path / "strange.json")
    refused = run("restore", str(file), "--data", str(tmp_path / "other"), "--keys", str(strange))
    assert "签名核对不上" in refused.stderr


@pytest.mark.parametrize(
    ("change", "words"), [("drop", "没有签名"), ("manifest", "签名核对不上"), ("signature", "签名核对不上")]
)
def test_a_repacked_backup_is_refused(data: Path, tmp_path: Path, change: str, words: str) -> None:
    file, changed = tmp_path / "backup.zip", tmp_path / "changed.zip"
    run("backup", str(file), "--data", str(data))
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.jws":
                if change == "drop":
                    continue
                content = b"a.b.c" if change == "signature" else content
            if name == "manifest.json" and change == "manifest":
                content = content.replace(b'"filings": 1', b'"filings": 2')
            new.writestr(name, content)
    refused = restore(changed, "--keys", public(data, tmp_path / "jwks.json"))
    assert (refused.returncode, words in refused.stderr) == (1, True), refused.stderr
    assert not (tmp_path / "back").exists()


def test_an_invalid_recipient_is_named(data: Path, tmp_path: Path) -> None:
    refused = run("backup", str(tmp_path / "b"), "--recipient", "age1nobody", "--data", str(data))
    assert "不是 age 公钥" in refused.stderr
    assert not (tmp_path / "b").exists()
