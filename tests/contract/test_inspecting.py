"""No file leaves quarantine before it was inspected, and no infected file is ever served."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from functions.errors import NotFound
from functions.records.attachments.file_types import FileRefused
from functions.records.attachments.inspection import Scanned, ScannerUnavailable, scan_waiting, settle, standing_of
from functions.records.attachments.store import BlobStore
from tests.support.files import docx, pdf_of, sha256

LATER = datetime.now(UTC) + timedelta(hours=1)
VIRUS = b"virus"


class Scan:
    """A scanner that finds VIRUS; it answers nothing while `gone`, and cannot scan content that holds `unable`."""

    def __init__(self) -> None:
        self.gone, self.unable, self.asked = False, b"unable", 0

    def finds_virus(self, chunks: Iterable[bytes]) -> bool:
        self.asked += 1
        content = b"".join(chunks)
        if self.gone or self.unable in content:
            raise ScannerUnavailable("没有回答")
        return VIRUS in content

    def answers(self) -> bool:
        return not self.gone


def arrive(blobs: BlobStore, content: bytes) -> str:
    """The digest of a content that has arrived whole."""
    blobs.keep("quarantine", sha256(content), content)
    return sha256(content)


@pytest.fixture(autouse=True)
def nothing_waits(blobs: BlobStore) -> None:
    """Other tests may have left files in a store that they share with this one."""
    for digest in list(blobs.digests("quarantine", before=LATER)):
        blobs.remove("quarantine", digest)


def pdf(words: str) -> bytes:
    return b"%PDF-1.7 " + hashlib.sha256(words.encode()).digest() + words.encode()


def test_without_a_scanner_a_file_is_released_at_once(blobs: BlobStore) -> None:
    for content, kind in ((pdf("without"), "pdf"), (docx(), "docx")):
        digest = arrive(blobs, content)
        for _ in range(2):
            settled = settle(blobs, None, digest)
            assert (settled.kind, settled.waits, settled.scanned) == (kind, False, False)
        assert standing_of(blobs, digest) == "ready"
        assert b"".join(blobs.stream("attachments", digest)) == content


def test_a_clean_file_is_released_and_not_scanned_twice(blobs: BlobStore) -> None:
    scan, digest = Scan(), arrive(blobs, pdf("clean"))
    assert settle(blobs, scan, digest).scanned
    assert settle(blobs, scan, digest).scanned
    assert (standing_of(blobs, digest), scan.asked) == ("ready", 1)


def test_an_infected_file_is_refused_and_never_served(blobs: BlobStore) -> None:
    digest = arrive(blobs, pdf("virus one"))
    for _ in range(2):
        with pytest.raises(FileRefused, match="病毒"):
            settle(blobs, Scan(), digest)
        assert standing_of(blobs, digest) == "infected"
    for area in ("quarantine", "attachments"):
        with pytest.raises(NotFound):
            blobs.size(area, digest)
    arrive(blobs, pdf("virus one"))
    with pytest.raises(FileRefused, match="病毒"):
        settle(blobs, None, digest)


def test_a_virus_found_later_withdraws_a_released_file(blobs: BlobStore) -> None:
    digest = arrive(blobs, pdf("virus later"))
    settle(blobs, None, digest)
    arrive(blobs, pdf("virus later"))
    with pytest.raises(FileRefused):
        settle(blobs, Scan(), digest)
    assert standing_of(blobs, digest) == "infected"
    scan_waiting(blobs, Scan(), LATER)
    with pytest.raises(NotFound):
        blobs.size("attachments", digest)


def test_a_file_waits_while_the_scanner_is_gone_and_is_scanned_when_it_is_back(blobs: BlobStore) -> None:
    scan = Scan()
    scan.gone = True
    clean, infected = arrive(blobs, pdf("waits")), arrive(blobs, pdf("virus waits"))
    for digest in (clean, infected):
        assert not settle(blobs, scan, digest).scanned
        assert standing_of(blobs, digest) == "waiting"
    scan.asked = 0
    assert scan_waiting(blobs, scan, LATER) == Scanned(0, 0, 1)
    assert scan.asked == 1, "who does not answer is asked no more"
    scan.gone = False
    assert scan_waiting(blobs, scan, LATER) == Scanned(1, 1, 0)
    assert (standing_of(blobs, clean), standing_of(blobs, infected)) == ("ready", "infected")


def test_a_file_that_cannot_be_scanned_does_not_block_others(blobs: BlobStore) -> None:
    scan = Scan()
    stuck = [arrive(blobs, pdf(f"unable {number}")) for number in range(3)]
    others = [arrive(blobs, pdf(f"able {number}")) for number in range(3)]
    assert scan_waiting(blobs, scan, LATER) == Scanned(3, 0, 3)
    assert {standing_of(blobs, digest) for digest in stuck} == {"waiting"}
    assert {standing_of(blobs, digest) for digest in others} == {"ready"}


def test_a_file_of_an_unaccepted_type_is_removed(blobs: BlobStore) -> None:
    digest = arrive(blobs, b"MZ not taken")
    with pytest.raises(FileRefused):
        settle(blobs, Scan(), digest)
    assert standing_of(blobs, digest) == "gone"
    with pytest.raises(NotFound):
        settle(blobs, Scan(), digest)


def test_refusing_a_wrong_name_keeps_the_file_for_others(blobs: BlobStore) -> None:
    digest = arrive(blobs, pdf_of(77))
    with pytest.raises(FileRefused, match="后缀"):
        settle(blobs, Scan(), digest, "表.docx")
    assert standing_of(blobs, digest) == "waiting"
    assert settle(blobs, Scan(), digest, "表.pdf").scanned
