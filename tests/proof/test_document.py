"""The independent program in docs/proof.md accepts genuine files and fails on changed ones."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.exports.bag import About, Package, StoredAttachments
from functions.exports.jsonl import stream_jsonl
from functions.exports.pdf import Letterhead, Press
from functions.records.sealing import prove_event
from functions.records.seals.seal import write_month, write_proof
from functions.records.store import Selection
from functions.storage.keys import load_keys
from functions.storage.sqlite import open_store
from tests.conftest import ROOT
from tests.proof.conftest import Sample

DOCUMENT = (ROOT / "docs" / "proof.md").read_text(encoding="utf-8")


@pytest.fixture
def folder(sample: Sample, tmp_path: Path) -> Path:
    """The auditor's folder: the printed program, and the files that the document tells to get."""
    here = tmp_path / "auditor"
    here.mkdir()
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    (here / "check.py").write_text(program, encoding="utf-8")
    keys, store = load_keys(sample.folder, lambda size: b""), open_store(sample.folder)
    digest = store.read(sample.numbers[1]).events[0].digest
    month = write_month(store.seals.seals(first=1, limit=9), "2026-09", keys.jwks())
    (here / "jwks.json").write_text(json.dumps(keys.jwks()), encoding="utf-8")
    (here / "2026-09.json").write_text(json.dumps(month), encoding="utf-8")
    (here / "proof.json").write_text(json.dumps(write_proof(prove_event(store.seals, digest))), encoding="utf-8")
    (here / "records.jsonl").write_bytes(b"".join(stream_jsonl(store.stream(Selection()))))
    (here / "receipt.jws").write_text(sample.receipts[1], encoding="utf-8")
    package = Package(Press(Letterhead("示例县档案局", ""), keys), keys, store.document, StoredAttachments(store.blobs))
    about = About("示例县档案局", "", "示例", "qingdan-package", datetime(2026, 10, 1, tzinfo=UTC))
    content = io.BytesIO(b"".join(package.stream(store.stream(Selection()), about)))
    with zipfile.ZipFile(content) as packed:
        packed.extractall(here)
    store.close()
    return here


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "check.py", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_every_printed_program_succeeds(folder: Path) -> None:
    printed = re.findall(r"^python3 check\.py (.+?)(?:  +#.*)?$", DOCUMENT, re.MULTILINE)
    assert len(printed) == 5
    for line in printed:
        told = check(folder, *line.split())
        assert told.returncode == 0, told.stderr
        assert told.stdout


def test_the_printed_programs_give_consistent_results(folder: Path, sample: Sample) -> None:
    receipt = check(folder, "receipt", "receipt.jws", "jwks.json").stdout
    digest = re.search(r"'digest': '([0-9a-f]{64})'", receipt)
    assert digest is not None
    assert f"{sample.numbers[1]} 1 submitted" in check(folder, "records", "records.jsonl").stdout
    assert digest[1] in check(folder, "records", "records.jsonl").stdout
    proof = check(folder, "proof", "proof.json", "jwks.json").stdout
    assert f"proved {digest[1]} under seal 1" in proof
    assert check(folder, "month", "2026-09.json", "jwks.json").stdout.count("seal") == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "arguments"),
    [
        ("receipt.jws", "eyJ", "eyK", ("receipt", "receipt.jws", "jwks.json")),
        ("records.jsonl", "示例甲", "示例乙", ("records", "records.jsonl")),
        ("records.jsonl", '"type":"submitted"', '"type":"noted"', ("records", "records.jsonl")),
        ("proof.json", '"position": ', '"position": 1', ("proof", "proof.json", "jwks.json")),
        ("2026-09.json", "seals", "seals", ("month", "2026-09.json", "jwks.json")),
        ("qingdan-package/README.txt", "BagIt", "Bagit", ("package", "qingdan-package", "jwks.json")),
        ("qingdan-package/manifest-sha256.txt", "a", "b", ("package", "qingdan-package", "jwks.json")),
        ("qingdan-package/tagmanifest-sha256.txt", "a", "b", ("package", "qingdan-package", "jwks.json")),
        ("qingdan-package/signature.jws", "eyJ", "eyK", ("package", "qingdan-package", "jwks.json")),
    ],
)
def test_a_changed_file_fails_the_check(
    folder: Path, name: str, old: str, new: str, arguments: tuple[str, ...]
) -> None:
    path = folder / name
    if name == "2026-09.json":
        month = json.loads(path.read_text(encoding="utf-8"))
        del month["seals"][1]
        path.write_text(json.dumps(month), encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    told = check(folder, *arguments)
    assert told.returncode != 0


def test_a_file_added_to_a_package_fails_the_check(folder: Path) -> None:
    (folder / "qingdan-package" / "data" / "more.txt").write_text("x")
    told = check(folder, "package", "qingdan-package", "jwks.json")
    assert (told.returncode, "more.txt" in told.stderr) == (1, True)


def test_every_qingdan_command_in_the_page_exists(folder: Path) -> None:
    from tests.support.serving import COMMAND, environment

    for line in re.findall(r"^qingdan (\w+ ?(?:rotate)?)(.*)$", DOCUMENT, re.MULTILINE):
        words, options = line[0].split(), re.findall(r"--[a-z]+", line[1])
        said = subprocess.run(
            [*COMMAND, *words, "--help"],
            capture_output=True, text=True, check=False, cwd=ROOT, env={**environment(), "COLUMNS": "200"},
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        assert all(option in said.stdout for option in options), line
