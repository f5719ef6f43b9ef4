"""A filing's document is typeset once and cached: the same bytes each time, and never a tampered file."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from functions.exports.bag import Package
from functions.exports.pdf import Letterhead, Press
from functions.exports.pdf import document_cache as kept
from functions.exports.pdf.zipped import stream_pdfs
from functions.exports.typesetting.document import Document
from functions.exports.typesetting.typesetter import Typesetter
from functions.records.erasing import erase
from functions.records.keys import Keys
from functions.records.state import Erased
from functions.records.store import Record
from functions.storage.document_cache import FileDocuments
from functions.storage.keys import load_keys
from tests.exports.bag.test_package import ABOUT
from tests.support.exports.attachments import LETTERHEAD, Attachments
from tests.support.filings import valid_self_check
from tests.support.forms import self_check
from tests.support.records import FIRST as AT
from tests.support.records import History, entropy


@dataclass
class Counted:
    """The real typesetter, and how many papers it has set."""

    times: int = 0

    def set(self, paper: Document) -> bytes:
        self.times += 1
        return Typesetter().set(paper)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def shelved(keys: Keys, counted: Counted, tmp_path: Path) -> Press:
    return Press(LETTERHEAD, keys, counted, FileDocuments(tmp_path))


@pytest.fixture
def record(keys: Keys) -> Record:
    return History(keys).file(valid_self_check()).record


def documents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_document_is_typeset_once_and_then_served_from_the_cache(
    shelved: Press, press: Press, counted: Counted, record: Record, keys: Keys, tmp_path: Path
) -> None:
    first = shelved.filing(record, self_check())
    assert first == press.filing(record, self_check())
    documents_of = {self_check().digest: self_check().document}.__getitem__
    package = Package(shelved, keys, documents_of, Attachments()).stream([record], ABOUT)
    for chunks in (package, stream_pdfs([record], lambda digest: self_check(), shelved)):
        packed = zipfile.ZipFile(io.BytesIO(b"".join(chunks)))
        (name,) = (name for name in packed.namelist() if name.endswith(".pdf"))
        assert packed.read(name) == first
    assert shelved.filing(record, self_check(), 1) == first
    assert counted.times == 1
    (path,) = documents(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "tamper",
    [
        lambda held: held[:-1] + bytes([held[-1] ^ 1]),
        lambda held: bytes([held[0] ^ 1]) + held[1:],
        lambda held: held[:40],
        lambda held: b"",
    ],
)
def test_a_tampered_document_is_typeset_again(
    shelved: Press, counted: Counted, record: Record, tmp_path: Path, tamper: Callable[[bytes], bytes]
) -> None:
    first = shelved.filing(record, self_check())
    (path,) = documents(tmp_path)
    good = path.read_bytes()
    path.write_bytes(tamper(good))
    assert shelved.filing(record, self_check()) == first
    assert counted.times == 2
    assert path.read_bytes() == good


def test_a_swapped_document_is_not_served(
    shelved: Press, counted: Counted, keys: Keys, record: Record, tmp_path: Path
) -> None:
    """Genuine, and of the wrong filing: the proof is over the number too."""
    other = History(keys).file(valid_self_check(unit_name="示例县第九中学")).record
    other = Record(replace(other.summary, number="SC-2026-OTHER"), other.events)
    wrong = shelved.filing(other, self_check())
    (of_other,) = documents(tmp_path)
    right = shelved.filing(record, self_check())
    (path,) = (path for path in documents(tmp_path) if path != of_other)
    path.write_bytes(of_other.read_bytes())
    assert shelved.filing(record, self_check()) == right != wrong
    assert counted.times == 3


def test_each_version_has_its_document_and_the_last_one_is_not_the_first(
    shelved: Press, press: Press, counted: Counted, keys: Keys, tmp_path: Path
) -> None:
    history = History(keys).file().send_back()
    shelved.filing(history.record, self_check())
    record = history.correct().record
    for version in (1, 2, 1, 2):
        assert shelved.filing(record, self_check(), version) == press.filing(record, self_check(), version)
    assert shelved.filing(record, self_check()) == shelved.filing(record, self_check(), 2)
    assert counted.times == 3
    assert len(documents(tmp_path)) == 2


def test_a_decision_invalidates_the_document(
    shelved: Press, press: Press, counted: Counted, keys: Keys, tmp_path: Path
) -> None:
    history = History(keys).file()
    shelved.filing(history.record, self_check())
    record = history.accept().record
    assert shelved.lacks(record.summary)
    assert shelved.filing(record, self_check()) == press.filing(record, self_check())
    assert not shelved.lacks(record.summary)
    assert counted.times == 2
    assert len(documents(tmp_path)) == 1


def test_another_template_edition_invalidates_the_document(
    shelved: Press, counted: Counted, record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelved.filing(record, self_check())
    monkeypatch.setattr(kept, "edition", lambda: "of another typst")
    assert shelved.lacks(record.summary)
    shelved.filing(record, self_check())
    shelved.filing(record, self_check())
    assert counted.times == 2
    assert len(documents(tmp_path)) == 1


def test_other_keys_or_letterhead_invalidate_the_document(
    counted: Counted, keys: Keys, record: Record, tmp_path: Path
) -> None:
    rotated = load_keys(tmp_path / "other keys", os.urandom)
    papers = FileDocuments(tmp_path / "data")
    presses = (
        Press(LETTERHEAD, keys, counted, papers),
        Press(LETTERHEAD, replace(keys, signer=rotated.signer), counted, papers),
        Press(LETTERHEAD, replace(keys, hmac={**keys.hmac, "new": b"n" * 32}, hmac_kid="new"), counted, papers),
        Press(Letterhead("示例市档案局", LETTERHEAD.site), keys, counted, papers),
    )
    for press in presses:
        assert press.lacks(record.summary)
        press.filing(record, self_check())
        assert not press.lacks(record.summary)
    assert counted.times == len(presses)


def test_an_erased_filing_has_no_document_though_one_was_cached(
    shelved: Press, keys: Keys, record: Record, tmp_path: Path
) -> None:
    shelved.filing(record, self_check())
    step = erase(record, version=1, reason="示例决定", actor="(console)", at=AT, entropy=entropy).step
    gone = (replace(record.events[0], salt=None, body=None), *step.events)
    with pytest.raises(Erased):
        shelved.filing(Record(replace(step.summary), gone), self_check())


@pytest.fixture(params=["no folder can be made", "the folder is a file", "the disk is full"])
def refusing(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder in which no document can be kept."""
    if request.param == "no folder can be made":
        (tmp_path / "papers").write_bytes(b"")
    elif request.param == "the folder is a file":
        (tmp_path / "papers").mkdir()
        (tmp_path / "papers" / "SC-2026-REFUSED").write_bytes(b"")
    else:
        monkeypatch.setattr("functions.storage.document_cache.KEPT_FREE", 1 << 60)
    return tmp_path


def test_the_download_works_though_the_cache_cannot_store(
    refusing: Path, press: Press, keys: Keys, counted: Counted, record: Record
) -> None:
    record = Record(replace(record.summary, number="SC-2026-REFUSED"), record.events)
    shelved = Press(LETTERHEAD, keys, counted, FileDocuments(refusing))
    for _ in range(2):
        assert shelved.filing(record, self_check()) == press.filing(record, self_check())
    assert counted.times == 2


def test_receipts_and_opinions_are_not_cached(shelved: Press, keys: Keys, tmp_path: Path) -> None:
    record = History(keys).file().accept().record
    shelved.receipt(record, self_check())
    shelved.opinion(record, self_check(), 2)
    assert documents(tmp_path) == []
