"""A package from any store holds the files as they were sent, or the reason why a file is missing."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import bagit
import pytest

from functions.exports.bag import StoredAttachments
from functions.exports.formats import export
from functions.exports.pdf import Letterhead, Press
from functions.exports.writers import Tools
from functions.local.verify.package_check import check_package
from functions.records.keys import Keys
from functions.records.store import Selection
from functions.storage.keys import load_keys
from tests.contract.conftest import Adapter
from tests.contract.test_store_audit import NIGHT, filed
from tests.support.forms import self_check
from tests.support.store.steps import digest_of


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return load_keys(tmp_path / "keyring", os.urandom)


def scan(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": digest_of(content)}


def test_a_package_holds_each_file_or_the_reason_for_its_absence(opened: Adapter, keys: Keys, tmp_path: Path) -> None:
    contents = {
        name: f"%PDF-1.7 {name} {tmp_path}".encode() * 40 for name in ("好的.pdf", "等着.pdf", "有毒.pdf", "丢了.pdf")
    }
    opened.keep_document(self_check().digest, self_check().document)
    for area, name in (("attachments", "好的.pdf"), ("quarantine", "等着.pdf"), ("infected", "有毒.pdf")):
        opened.blobs.keep(area, digest_of(contents[name]), contents[name])  # type: ignore[arg-type]
    opened.append(filed(1, keys, *(scan(name, content) for name, content in contents.items()))).result(30)
    tools = Tools(Press(Letterhead("示例县档案局", ""), keys), keys, StoredAttachments(opened.blobs))
    made = b"".join(export("zip", opened, Selection(), at=NIGHT, tools=tools).chunks)
    with zipfile.ZipFile(io.BytesIO(made)) as packed:
        packed.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    assert bagit.Bag(str(folder)).validate()
    (place,) = folder.glob("data/filings/*/v1/attachments")
    assert sorted(path.name for path in place.iterdir()) == [
        "01 好的.pdf",
        "02 等着.pdf.txt",
        "03 有毒.pdf.txt",
        "04 丢了.pdf.txt",
    ]
    assert (place / "01 好的.pdf").read_bytes() == contents["好的.pdf"]
    report = check_package(folder, keys.public_keys, lambda done: None)
    assert [gap.message.partition("”")[0].rpartition("“")[2] for gap in report.gaps] == ["等着.pdf", "有毒.pdf"]
    assert [(finding.kind, "丢了.pdf" in finding.message) for finding in report.findings] == [("file_missing", True)]
    assert report.checked["attachments"] == 1
