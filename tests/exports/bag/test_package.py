"""The package is valid for BagIt's own validator, complete, made in constant memory, and describes itself."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pypdf
import pytest

from functions.errors import StoreUnavailable
from functions.exports.bag import About, Package, StoredAttachments
from functions.exports.jsonl import read_events
from functions.exports.pdf import Press
from functions.exports.writers import Tools
from functions.records.attachments.inspection import Standing
from functions.records.attachments.named import Attachment, attachments_in
from functions.records.erasing import erase
from functions.records.event import event_is_whole
from functions.records.keys import Keys
from functions.records.proof.left_out import read_left_out
from functions.records.store import Record
from functions.storage.files import FileBlobs
from tests.support.exports.attachments import Attachments
from tests.support.filings import valid_self_check
from tests.support.forms import self_check
from tests.support.records import History, entropy

AT = datetime(2026, 10, 1, tzinfo=UTC)
ABOUT = About("示例县档案局", "https://daj.example.gov.cn/", "2025 年度《档案工作情况自查报告》", "qingdan-package", AT)
AWKWARD = "扫描 件/盖章：“第1页”%20\u202e..pdf"


@pytest.fixture
def package(tools: Tools) -> Package:
    documents = {self_check().digest: self_check().document}
    return Package(tools.press, tools.keys, documents.__getitem__, tools.attachments)


def numbered(record: Record, number: str) -> Record:
    """The record under another number in its summary; its events keep theirs."""
    return Record(replace(record.summary, number=number), record.events)


def unpack(package: Package, records: Iterable[Record], folder: Path, about: About = ABOUT) -> Path:
    """The folder that the package unpacks to."""
    with zipfile.ZipFile(io.BytesIO(b"".join(package.stream(records, about)))) as packed:
        assert packed.testzip() is None
        packed.extractall(folder)
    return folder / about.name


def with_attachments(*named: dict[str, object]) -> dict[str, object]:
    """An answer that no shipped form asks for yet: two scans."""
    data = valid_self_check()
    return {**data, "responsible": {**data["responsible"], "scans": list(named)}}


def erased(history: History) -> Record:
    made = erase(history.record, version=1, reason="示例决定 1 号", actor="(console)", at=history.at, entropy=entropy)
    gone = replace(history.record.events[0], salt=None, body=None)
    return Record(made.step.summary, (gone, *history.record.events[1:], *made.step.events))


def test_the_bagit_validator_accepts_the_package(package: Package, keys: Keys, tmp_path: Path) -> None:
    folder = unpack(package, [History(keys).file().send_back().correct().accept().record], tmp_path)
    bag = bagit.Bag(str(folder))
    assert bag.validate()
    assert bag.version_info == (1, 0)
    assert bag.algorithms == ["sha256"]


def test_an_empty_selection_is_a_valid_package_too(package: Package, tmp_path: Path) -> None:
    assert bagit.Bag(str(unpack(package, [], tmp_path))).validate()


def test_a_filing_is_there_with_every_version_receipt_form_and_step(
    package: Package, keys: Keys, tmp_path: Path
) -> None:
    record = History(keys).file().send_back().correct().accept().record
    folder = unpack(package, [record], tmp_path)
    filing = folder / "data" / "filings" / record.summary.number
    assert read_events((filing / "record.json").read_bytes()) == record.events
    for version, name in ((1, "示例县第一中学"), (2, "示例县第九中学")):
        event = record.events[0 if version == 1 else 2]
        assert json.loads((filing / f"v{version}" / "filing.json").read_text())["unit"]["unit_name"] == name
        stated = keys.verify((filing / f"v{version}" / "receipt.jws").read_text())
        assert (stated["number"], stated["digest"]) == (record.summary.number, event.digest)
    assert not (filing / "v1" / "filing.pdf").exists()
    text = "".join(page.extract_text() for page in pypdf.PdfReader(filing / "v2" / "filing.pdf").pages)
    assert "示例县第九中学" in text
    form = folder / "data" / "forms" / f"{self_check().digest}.json"
    assert form.read_bytes() == self_check().document
    assert json.loads((folder / "keys" / "jwks.json").read_text()) == keys.jwks()


def test_attachments_are_there_as_they_were_sent_under_names_that_every_system_allows(
    package: Package, attachments: Attachments, keys: Keys, tmp_path: Path
) -> None:
    scans = [attachments.add(AWKWARD, b"%PDF-1.7" + bytes(3000)), attachments.add("...", b"\xff\xd8\xff")]
    record = History(keys).file(with_attachments(*scans)).record
    folder = unpack(package, [record], tmp_path)
    assert bagit.Bag(str(folder)).validate()
    found = sorted((folder / "data" / "filings" / record.summary.number / "v1" / "attachments").iterdir())
    assert [path.name for path in found] == ["01 扫描 件_盖章：“第1页”_20_..pdf", f"02 {scans[1]['sha256'][:16]}"]
    assert [path.read_bytes() for path in found] == [attachments.held[str(scan["sha256"])] for scan in scans]


@pytest.mark.parametrize(("standing", "said"), [
    ("waiting", "还没有查过病毒"), ("infected", "查出了病毒"), ("gone", "已经不在数据里"),
])  # fmt: skip
def test_a_withheld_file_is_replaced_by_an_explanation(
    package: Package, attachments: Attachments, keys: Keys, tmp_path: Path, standing: Standing, said: str
) -> None:
    scans = [attachments.add("盖章页.pdf", b"%PDF-1.7 secret"), attachments.add("章程.pdf", b"%PDF-1.7 open")]
    digest = str(scans[0]["sha256"])
    attachments.kept_back[digest] = standing
    record = History(keys).file(with_attachments(*scans)).record
    folder = unpack(package, [record], tmp_path)
    assert bagit.Bag(str(folder)).validate()
    found = folder / "data" / "filings" / record.summary.number / "v1" / "attachments"
    assert sorted(path.name for path in found.iterdir()) == ["01 盖章页.pdf.txt", "02 章程.pdf"]
    text = (found / "01 盖章页.pdf.txt").read_text(encoding="utf-8")
    assert said in text
    assert digest in text
    assert "secret" not in text
    stated = read_left_out(text.split()[-1], keys.public_keys)
    assert (stated.event, stated.file, stated.reason) == (record.events[0].digest, digest, standing)
    assert stated.at == "2026-10-01T00:00:00.000000Z"


def test_a_file_that_vanishes_during_packing_is_left_out(
    package: Package, attachments: Attachments, keys: Keys, tmp_path: Path
) -> None:
    lost = attachments.add("盖章页.pdf", b"%PDF-1.7")
    attachments.kept_back[str(lost["sha256"])] = "ready"
    del attachments.held[str(lost["sha256"])]
    record = History(keys).file(with_attachments(lost)).record
    folder = unpack(package, [record], tmp_path)
    (text,) = folder.glob("data/filings/*/v1/attachments/*")
    assert read_left_out(text.read_text().split()[-1], keys.public_keys).reason == "gone"


def test_a_changed_file_aborts_the_package(press: Press, keys: Keys, tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = hashlib.sha256(b"%PDF-1.7").hexdigest()
    blobs.keep("attachments", digest, b"%PDF-1.7")
    (tmp_path / "attachments" / digest).write_bytes(b"%PDF-1.8")
    documents = {self_check().digest: self_check().document}
    package = Package(press, keys, documents.__getitem__, StoredAttachments(blobs))
    scan = {"name": "扫描件.pdf", "size": 8, "sha256": digest}
    with pytest.raises(StoreUnavailable, match="已损坏"):
        list(package.stream([History(keys).file(with_attachments(scan)).record], ABOUT))


def test_only_well_formed_attachments_are_packed() -> None:
    scan = {"name": "甲.pdf", "size": 3, "sha256": "ab" * 32}
    data = {"a": [scan, {"name": "乙", "size": "3", "sha256": "cd" * 32}], "b": {"c": dict(scan, sha256="AB" * 32)}}
    assert list(attachments_in(data)) == [Attachment("ab" * 32, "甲.pdf", 3)]


def test_an_erased_filing_keeps_its_digests_and_leaves_a_gap(package: Package, keys: Keys, tmp_path: Path) -> None:
    record = erased(History(keys).file().send_back())
    folder = unpack(package, [record], tmp_path)
    assert bagit.Bag(str(folder)).validate()
    filing = folder / "data" / "filings" / record.summary.number
    assert [path.name for path in filing.iterdir()] == ["record.json"]
    events = read_events((filing / "record.json").read_bytes())
    assert all(map(event_is_whole, events))
    assert (events[0].body, events[-1].type) == (None, "erased")
    assert "示例县第一中学" not in (filing / "record.json").read_text().replace(record.summary.unit_name, "")


def test_the_package_describes_itself_in_both_languages(package: Package, keys: Keys, tmp_path: Path) -> None:
    folder = unpack(package, [History(keys).file().record], tmp_path)
    info = bagit.Bag(str(folder)).info
    assert (info["Source-Organization"], info["来源单位"]) == ("示例县档案局", "示例县档案局")
    assert info["External-Description"].startswith("1 filings")
    assert info["内容"] == "2025 年度《档案工作情况自查报告》，1 件，附表单、回执和办理经过"
    assert info["Bagging-Date"] == "2026-10-01"
    files = [path for path in (folder / "data").rglob("*") if path.is_file()]
    assert info["Payload-Oxum"] == f"{sum(path.stat().st_size for path in files)}.{len(files)}"
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    for named in re.findall(r"^(\S+?)(?:、| {2,})", readme, re.MULTILINE):
        path = named.rstrip("/").replace("编号", "*").replace("NUMBER", "*").replace("指纹", "*").replace("DIGEST", "*")
        assert list(folder.glob(path)), f"the README names {named}"


def test_metadata_has_a_line_for_each_filing_and_for_each_step(package: Package, keys: Keys, tmp_path: Path) -> None:
    record = History(keys).file(valid_self_check(unit_name="=示例县,“第一”中学")).send_back().record
    folder = unpack(package, [record], tmp_path)
    with (folder / "metadata" / "records.csv").open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert line["聚合层次"] == "文件"
    assert line["立档单位名称"] == "示例县档案局"
    assert line["电子文件号"] == record.summary.number
    assert line["年度"] == "2026"
    assert line["责任者"] == "'=示例县,“第一”中学", "no cell may become a formula"
    paper = folder / line["计算机文件名"]
    assert paper.stat().st_size == int(line["计算机文件大小"])
    assert (folder / line["签名结果"]).is_file()
    assert line["内容指纹"] == record.events[0].digest
    with (folder / "metadata" / "process.csv").open(encoding="utf-8-sig", newline="") as file:
        steps = list(csv.DictReader(file))
    assert [(step["业务行为"], step["行为描述"], step["机构人员名称"]) for step in steps] == [
        ("提交", "", "'=示例县,“第一”中学"),
        ("退回", "示例意见", "jia"),
    ]
    assert steps[1]["前一步的指纹"] == steps[0]["内容指纹"]
    assert steps[0]["行为时间"] == "2026-09-18T10:24:07+08:00"


def test_memory_does_not_grow_with_the_number_of_filings(package: Package, keys: Keys) -> None:
    record = History(keys).file().record

    def peak(count: int) -> int:
        for _ in package.stream((numbered(record, f"SC-2026-{number:08}") for number in range(5)), ABOUT):
            pass
        tracemalloc.start()
        try:
            for _ in package.stream((numbered(record, f"SC-2026-{number:08}") for number in range(count)), ABOUT):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(20), peak(120)
    assert many - few < 100 * 8_000, "a few names for the index of the zip, and nothing else"


def test_records_are_taken_from_the_store_no_faster_than_they_are_sent(package: Package, keys: Keys) -> None:
    record, taken = History(keys).file().record, 0

    def records() -> Iterator[Record]:
        nonlocal taken
        for number in range(50):
            taken += 1
            yield numbered(record, f"SC-2026-{number:08}")

    chunks = package.stream(records(), ABOUT)
    next(chunks)
    assert taken < 15
    chunks.close()  # type: ignore[attr-defined]
