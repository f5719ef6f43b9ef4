"""A package verifies with public keys alone, and the report names each change in it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.errors import QingdanError
from functions.exports.bag import About, Package
from functions.exports.pdf import Letterhead, Press
from functions.local.verify import package_check
from functions.local.verify.package_check import check_package, is_package
from functions.records.attachments.inspection import Standing
from functions.records.erasing import erase
from functions.records.keys import Keys
from functions.records.proof.audit import Report
from functions.records.proof.left_out import sign_left_out
from functions.records.proof.package_signature import sign_package
from functions.records.store import Record
from functions.storage.keys import load_keys
from tests.support.command_line import run
from tests.support.exports.attachments import Attachments
from tests.support.filings import valid_self_check
from tests.support.forms import self_check
from tests.support.records import History, entropy

AT = datetime(2026, 10, 1, tzinfo=UTC)
ROOT = "qingdan-package"
FLIPS = 250
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return load_keys(tmp_path_factory.mktemp("keys"), os.urandom)


def packed(keys: Keys, *records: Record, attachments: Attachments | None = None) -> bytes:
    documents = {self_check().digest: self_check().document}
    press = Press(Letterhead("示例县档案局", ""), keys)
    package = Package(press, keys, documents.__getitem__, attachments or Attachments())
    return b"".join(package.stream(records, About("示例县档案局", "", "示例", ROOT, AT)))


@pytest.fixture(scope="module")
def whole(keys: Keys) -> bytes:
    """Two versions with an attachment each, returned between them, accepted at the end."""
    held = Attachments()

    def data(name: str) -> dict[str, Any]:
        answers = valid_self_check(unit_name=name)
        scan = held.add("盖章页.pdf", b"%PDF-1.7 " + name.encode() * 300)
        return {**answers, "responsible": {**answers["responsible"], "scans": [scan]}}

    history = History(keys).file(data("示例县第一中学")).send_back().correct(data("示例县第二中学")).accept()
    return packed(keys, history.record, attachments=held)


@pytest.fixture(scope="module")
def number(whole: bytes) -> str:
    return next(name.split("/")[3] for name in files_of(whole) if "record.json" in name)


def files_of(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}


def zipped(files: Files, *, listed_anew: bool = True) -> bytes:
    """The files as a zip; `listed_anew` with manifests that fit them, as somebody would make who knows BagIt."""

    def manifest(names: list[str]) -> bytes:
        lines = (f"{hashlib.sha256(files[name]).hexdigest()}  {name.removeprefix(ROOT + '/')}\n" for name in names)
        return "".join(lines).encode()

    if listed_anew:
        payload = [name for name in files if name.startswith(f"{ROOT}/data/")]
        files[f"{ROOT}/manifest-sha256.txt"] = manifest(payload)
        unlisted = ("/tagmanifest-sha256.txt", "/signature.jws")
        tags = [name for name in files if name not in payload and not name.endswith(unlisted)]
        files[f"{ROOT}/tagmanifest-sha256.txt"] = manifest(tags)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name, content in files.items():
            made.writestr(name, content)
    return target.getvalue()


def check(content: bytes, folder: Path, keys: Keys | None) -> Report:
    path = folder / "package.zip"
    path.write_bytes(content)
    return check_package(path, keys.public_keys if keys else None, lambda done: None)


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def test_an_intact_package_verifies_in_every_part(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    report = check(whole, tmp_path, keys)
    assert report.ok
    assert report.checked == {"files": len(files_of(whole)), "records": 1, "events": 4, "receipts": 2, "attachments": 2}
    assert report.notes == []


def test_an_unpacked_package_verifies(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(whole)) as opened:
        opened.extractall(tmp_path)
    assert is_package(tmp_path / ROOT)
    assert check_package(tmp_path / ROOT, keys.public_keys, lambda done: None).ok


def test_with_its_own_keys_it_says_that_this_proves_less(whole: bytes, tmp_path: Path) -> None:
    report = check(whole, tmp_path, None)
    assert report.ok
    assert "--keys" in report.notes[0]


def test_foreign_keys_fail_the_verification(whole: bytes, tmp_path: Path) -> None:
    strange = load_keys(tmp_path / "strange", os.urandom)
    assert kinds(check(whole, tmp_path, strange)) == {"receipt_forged"}


def test_an_erased_version_is_a_named_gap_not_a_finding(keys: Keys, tmp_path: Path) -> None:
    history = History(keys).file().send_back().correct()
    made = erase(history.record, version=1, reason="示例决定 1 号", actor="(console)", at=history.at, entropy=entropy)
    gone = replace(history.record.events[0], salt=None, body=None)
    record = Record(made.step.summary, (gone, *history.record.events[1:], *made.step.events))
    report = check(packed(keys, record), tmp_path, keys)
    assert report.ok
    assert [(gap.sequence, gap.kind) for gap in report.gaps] == [(1, "erased")]
    assert "示例决定 1 号" in report.gaps[0].message


def record_in(files: Files) -> tuple[str, dict[str, Any]]:
    name = next(name for name in files if name.endswith("/record.json"))
    return name, json.loads(files[name])


def spoil_event(files: Files) -> None:
    name, record = record_in(files)
    record["events"][0]["body"]["data"]["unit"]["unit_name"] = "示例县第三中学"
    files[name] = json.dumps(record, ensure_ascii=False).encode()


def spoil_time(files: Files) -> None:
    name, record = record_in(files)
    record["events"][0]["at"] = "2026-09-01T00:00:00.000000Z"
    files[name] = json.dumps(record, ensure_ascii=False).encode()


def with_event(place: int, name: str, value: Any) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        path, record = record_in(files)
        record["events"][place][name] = value
        files[path] = json.dumps(record, ensure_ascii=False).encode()

    return change


def end_before_the_correction(files: Files) -> None:
    """The first filing without its later steps: a valid chain with genuine receipts."""
    name, record = record_in(files)
    del record["events"][1:]
    record |= {"status": "submitted", "version": 1}
    files[name] = json.dumps(record, ensure_ascii=False).encode()
    for path in [path for path in files if "/v2/" in path]:
        del files[path]


def take_all_of_it(files: Files) -> None:
    for path in [path for path in files if "/data/filings/" in path]:
        del files[path]


def say_another_unit(files: Files) -> None:
    name, record = record_in(files)
    files[name] = json.dumps(record | {"unit_name": "示例县第三中学"}, ensure_ascii=False).encode()


def drop_event(files: Files) -> None:
    name, record = record_in(files)
    del record["events"][1]
    files[name] = json.dumps(record, ensure_ascii=False).encode()


def say_otherwise(files: Files) -> None:
    name, record = record_in(files)
    record["timeliness"] = "late"
    files[name] = json.dumps(record, ensure_ascii=False).encode()


def of(files: Files, ending: str) -> str:
    return next(name for name in files if name.endswith(ending))


def swap(files: Files, one: str, other: str) -> None:
    files[of(files, one)], files[of(files, other)] = files[of(files, other)], files[of(files, one)]


def forge(files: Files) -> None:
    name = of(files, "v1/receipt.jws")
    head, _, tail = files[name].decode().split(".")
    files[name] = f"{head}.{'eyJ9'}.{tail}".encode()


def put(ending: str, content: bytes) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files[of(files, ending)] = content

    return change


def take(ending: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        del files[of(files, ending)]

    return change


# What somebody may change who also makes the manifests fit: what it is found to be, and what the words name.
CHANGES: dict[str, tuple[Callable[[Files], None], str, str]] = {
    "an answer in the steps": (spoil_event, "event_changed", "第 1 步的内容"),
    "a time": (spoil_time, "event_changed", "第 1 步登记的事项"),
    "a step taken out": (drop_event, "event_missing", "第 2 步不见了"),
    "the summary": (say_otherwise, "summary_differs", "timeliness"),
    "an answer in the file": (put("v2/filing.json", b"{}"), "file_changed", "v2/filing.json"),
    "a receipt forged": (forge, "receipt_forged", "签名"),
    "a receipt taken out": (take("v1/receipt.jws"), "file_missing", "v1/receipt.jws"),
    "receipts exchanged": (
        lambda files: swap(files, "v1/receipt.jws", "v2/receipt.jws"),
        "receipt_without_event",
        "v1",
    ),
    "an attachment replaced": (put("v2/attachments/01 盖章页.pdf", b"%PDF"), "file_changed", "盖章页.pdf"),
    "an attachment taken out": (take("v1/attachments/01 盖章页.pdf"), "file_missing", "盖章页.pdf"),
    "another form": (put(f"{self_check().digest}.json", b"{}"), "file_missing", "data/forms"),
    "the steps made unreadable": (put("record.json", b'{"events": 3}'), "event_changed", "读不懂"),
    "no steps": (put("record.json", b'{"events": []}'), "event_changed", "另一件"),
    "a step without its answers": (with_event(0, "body", {}), "event_changed", "第 1 步的内容"),
    "a step that is nothing": (with_event(0, "body", []), "event_changed", "第 1 步的内容"),
    "a place that is no number": (with_event(1, "sequence", {"a": 1}), "event_changed", "读不懂"),
    "an actor that is no text": (with_event(1, "actor", None), "event_changed", "读不懂"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_reported_though_the_manifests_match(
    what: str, whole: bytes, number: str, keys: Keys, tmp_path: Path
) -> None:
    change, kind, named = CHANGES[what]
    files = files_of(whole)
    change(files)
    report = check(zipped(files), tmp_path, keys)
    found = [finding for finding in report.findings if finding.kind == kind]
    assert found, report.findings
    assert any(named in finding.message for finding in found)
    assert any(number in finding.message or kind == "receipt_forged" for finding in found)


# What leaves every step, chain and receipt as it was: only the signature over the whole tells.
UNSEEN_ELSEWHERE: dict[str, Callable[[Files], None]] = {
    "the filing cut short": end_before_the_correction,
    "the filing taken out": take_all_of_it,
    "the document redrawn": put("v2/filing.pdf", b"%PDF-1.7 something else"),
    "the unit's name in short": say_another_unit,
    "a file put in": lambda files: files.update({f"{ROOT}/data/filings/more.pdf": b"%PDF-1.7"}),
    "the metadata": put("metadata/records.csv", b""),
    "the words for a stranger": put("README.txt", b""),
}


@pytest.mark.parametrize("what", UNSEEN_ELSEWHERE)
def test_a_change_outside_the_chains_breaks_the_package_signature(
    what: str, whole: bytes, keys: Keys, tmp_path: Path
) -> None:
    files = files_of(whole)
    UNSEEN_ELSEWHERE[what](files)
    (finding,) = check(zipped(files), tmp_path, keys).findings
    assert (finding.kind, "整包和签名对不上" in finding.message) == ("file_changed", True)


def test_a_package_needs_a_signature_of_its_own(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    """Neither none, nor another's, nor a receipt, nor what the keys of a stranger made."""
    files, stranger = files_of(whole), load_keys(tmp_path / "stranger", os.urandom)
    listing = hashlib.sha256(files[of(files, "tagmanifest-sha256.txt")]).hexdigest()
    for signature, kind in (
        (None, "file_missing"),
        (b"\xff", "file_missing"),
        (files[of(files, "v1/receipt.jws")], "receipt_forged"),
        (sign_package(stranger.signer, ROOT, listing, AT).encode(), "receipt_forged"),
        (sign_package(keys.signer, ROOT, "0" * 64, AT).encode(), "file_changed"),
    ):
        changed = {name: content for name, content in files.items() if not name.endswith("/signature.jws")}
        if signature is not None:
            changed[f"{ROOT}/signature.jws"] = signature
        report = check(zipped(changed, listed_anew=False), tmp_path, keys)
        assert kinds(report) == {kind}, report.findings


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_is_there_twice_is_named(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    """Which of the two a reader gets depends on the unpacking program."""
    content = io.BytesIO(whole)
    name = of(files_of(whole), "v2/filing.json")
    with zipfile.ZipFile(content, "a") as packed:
        packed.writestr(name, files_of(whole)[name])
    (finding,) = check(content.getvalue(), tmp_path, keys).findings
    assert "v2/filing.json 在包里不止一份" in finding.message


def without(keys: Keys, standing: Standing) -> tuple[bytes, Record]:
    """A package of a filing whose file could not be put in, and its record."""
    held = Attachments()
    scan = held.add("示例县第一中学.pdf", b"%PDF-1.7 scan")
    held.kept_back[str(scan["sha256"])] = standing
    answers = valid_self_check()
    record = History(keys).file({**answers, "responsible": {**answers["responsible"], "scans": [scan]}}).record
    return packed(keys, record, attachments=held), record


@pytest.mark.parametrize(("standing", "said"), [("waiting", "还没有查过病毒"), ("infected", "查出了病毒")])
def test_a_left_out_file_is_a_named_gap_not_a_finding(
    keys: Keys, tmp_path: Path, standing: Standing, said: str
) -> None:
    content, record = without(keys, standing)
    report = check(content, tmp_path, keys)
    assert report.ok, report.findings
    (gap,) = report.gaps
    assert (gap.kind, gap.number, gap.sequence) == ("left_out", record.summary.number, 1)
    assert "附件“示例县第一中学.pdf”没有放进来" in gap.message
    assert said in gap.message
    (tmp_path / "keys.json").write_text(json.dumps(keys.jwks()))
    told = run("verify", str(tmp_path / "package.zip"), "--keys", str(tmp_path / "keys.json"))
    assert told.returncode == 0
    assert gap.message in told.stdout
    told = run("verify", str(tmp_path / "package.zip"), "--keys", str(tmp_path / "keys.json"), "--json")
    (told_gap,) = json.loads(told.stdout)["gaps"]
    assert (told_gap["kind"], told_gap["at"][:10]) == ("left_out", "2026-10-01")


def test_a_file_that_was_lost_before_is_named_as_missing(keys: Keys, tmp_path: Path) -> None:
    content, record = without(keys, "gone")
    report = check(content, tmp_path, keys)
    assert kinds(report) == {"file_missing"}
    assert any(
        finding.number == record.summary.number and "不在数据里" in finding.message for finding in report.findings
    )


def test_a_removed_file_cannot_be_passed_off_as_left_out(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    """Neither with a statement about another file, nor of another event, nor of one's own making."""
    left, record = without(keys, "waiting")
    genuine = next(content for name, content in files_of(left).items() if name.endswith("示例县第一中学.pdf.txt"))
    stranger = load_keys(tmp_path / "stranger", os.urandom)
    files = files_of(whole)
    name = of(files, "v2/attachments/01 盖章页.pdf")
    digest, event = hashlib.sha256(files[name]).hexdigest(), record_in(files)[1]["events"][2]["digest"]
    for statement in (
        genuine.split()[-1].decode(),
        sign_left_out(stranger.signer, event, digest, "waiting", AT),
        sign_left_out(keys.signer, record.events[0].digest, digest, "waiting", AT),
        files[of(files, "v2/receipt.jws")].decode(),
        "",
    ):
        changed = {other: content for other, content in files.items() if other != name}
        changed[f"{name}.txt"] = f"这里应当是附件\n\n{statement}\n".encode()
        report = check(zipped(changed), tmp_path, keys)
        assert kinds(report) == {"file_changed"}
        assert "附件“盖章页.pdf”不见了，或者换过" in report.findings[0].message


@pytest.mark.parametrize(
    ("change", "kind", "named"),
    [
        (put("v2/filing.pdf", b"%PDF"), "file_changed", "filing.pdf"),
        (take("v2/filing.pdf"), "file_missing", "filing.pdf"),
        (take("README.txt"), "file_missing", "README.txt"),
        (put("bag-info.txt", b""), "file_changed", "bag-info.txt"),
        (put("tagmanifest-sha256.txt", b"nonsense\n"), "file_changed", "tagmanifest"),
        (take("/manifest-sha256.txt"), "file_missing", "manifest-sha256.txt"),
        (lambda files: files.update({f"{ROOT}/data/extra.txt": b"x"}), "file_unlisted", "data/extra.txt"),
        (lambda files: files.update({"beside.txt": b"x"}), "file_changed", "beside.txt"),
    ],
)
def test_files_that_do_not_match_the_manifests_are_named(
    change: Callable[[Files], None], kind: str, named: str, whole: bytes, keys: Keys, tmp_path: Path
) -> None:
    files = files_of(whole)
    change(files)
    report = check(zipped(files, listed_anew=False), tmp_path, keys)
    assert any(finding.kind == kind and named in finding.message for finding in report.findings), report.findings


def test_any_flipped_byte_that_changes_a_file_is_found(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    chance, original = random.Random(20261001), files_of(whole)
    found = 0
    for _ in range(FLIPS):
        changed = bytearray(whole)
        changed[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        try:
            same = files_of(bytes(changed)) == original
        except Exception:
            same = False
        path = tmp_path / "flipped.zip"
        path.write_bytes(changed)
        ok = is_package(path) and check_package(path, keys.public_keys, lambda done: None).ok
        found += not ok
        assert ok == same
    assert found > FLIPS * 0.9


def test_the_command_needs_the_package_and_the_keys_alone(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    (tmp_path / "package.zip").write_bytes(whole)
    (tmp_path / "keys.json").write_text(json.dumps(keys.jwks()))
    nowhere = ("--data", str(tmp_path / "nowhere"))
    told = run("verify", str(tmp_path / "package.zip"), "--keys", str(tmp_path / "keys.json"), *nowhere)
    assert told.returncode == 0, told.stderr
    assert "全部对得上" in told.stdout
    assert not (tmp_path / "nowhere").exists()
    files = files_of(whole)
    spoil_event(files)
    (tmp_path / "package.zip").write_bytes(zipped(files))
    told = run("verify", str(tmp_path / "package.zip"), "--keys", str(tmp_path / "keys.json"), *nowhere)
    assert told.returncode == 1
    assert "第 1 步的内容" in told.stderr


@pytest.mark.parametrize("share", [0.3, 0.9, 0.999])
def test_a_truncated_package_is_reported_as_a_damaged_package(
    share: float, whole: bytes, keys: Keys, tmp_path: Path
) -> None:
    (tmp_path / "package.zip").write_bytes(whole[: int(len(whole) * share)])
    (tmp_path / "keys.json").write_text(json.dumps(keys.jwks()))
    told = run("verify", str(tmp_path / "package.zip"), "--keys", str(tmp_path / "keys.json"))
    assert told.returncode == 1
    assert told.stderr.strip() == "不对：这个压缩包打不开，末尾缺了一截，或者坏了。没有下载完的，请重新下载"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_cannot_be_unpacked_is_named(method: int, keys: Keys, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    with zipfile.ZipFile(path, "w", method) as made:
        made.writestr(f"{ROOT}/bagit.txt", bytes(range(256)) * 9)
    content = path.read_bytes()
    path.write_bytes(content[:85] + b"~~~~" + content[89:])
    report = check(path.read_bytes(), tmp_path, keys)
    assert "bagit.txt 读不出来" in [finding.message for finding in report.findings]


def test_other_files_are_not_recognised_as_packages(tmp_path: Path) -> None:
    (tmp_path / "other.zip").write_bytes(zipped({"a/b.txt": b"x"}, listed_anew=False))
    (tmp_path / "text.zip").write_text("no zip")
    assert not any(map(is_package, (tmp_path / "other.zip", tmp_path / "text.zip", tmp_path)))


@pytest.mark.parametrize("name", ["manifest-sha256.txt", "keys/jwks.json", "signature.jws"])
def test_of_a_file_that_is_read_whole_only_so_much_is_read(
    name: str, whole: bytes, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zip of 2 MB can hold a manifest of 2 GB."""
    files = files_of(whole)
    monkeypatch.setattr(package_check, "LARGEST_READ", max(map(len, files.values())))
    files[f"{ROOT}/{name}"] += b"\n" * (package_check.LARGEST_READ + 1)
    content = zipped(files, listed_anew=False)
    if name == "keys/jwks.json":
        with pytest.raises(QingdanError, match="请用 --keys"):
            check(content, tmp_path, None)
    else:
        assert not check(content, tmp_path, keys).ok
        assert any("读不出来" in finding.message for finding in check(content, tmp_path, keys).findings)


def test_steps_that_nobody_could_have_taken_end_in_words(whole: bytes, keys: Keys, tmp_path: Path) -> None:
    files = files_of(whole)
    name = next(name for name in files if name.endswith("/record.json"))
    record = json.loads(files[name])
    for event in record["events"]:
        event["type"] = "accepted"
    files[name] = json.dumps(record).encode()
    path = tmp_path / "crafted.zip"
    path.write_bytes(zipped(files))
    ended = run("verify", str(path))
    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
