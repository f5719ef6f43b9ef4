"""A PDF that needs a password to open is detected by its trailer; other PDFs are accepted."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfWriter

from functions.records.attachments.file_types import FileRefused, kind_of
from functions.records.attachments.pdf_password import CHUNK, needs_password

ALGORITHMS = ["RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"]


def pdf(*, user: str | None, algorithm: str = "AES-256") -> bytes:
    """One empty page; with a password for its owner and this one for its user, where it is encrypted."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    if user is not None:
        writer.encrypt(user, "示例 owner", algorithm=algorithm)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def test_a_plain_pdf_needs_no_password() -> None:
    assert not needs_password(io.BytesIO(pdf(user=None)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pdf_that_is_locked_against_opening_is_refused_with_words(algorithm: str) -> None:
    with pytest.raises(FileRefused, match="要密码才能打开。请"):
        kind_of(io.BytesIO(pdf(user="horse", algorithm=algorithm)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_pdf_that_is_locked_against_changes_alone_is_taken(algorithm: str) -> None:
    assert kind_of(io.BytesIO(pdf(user="", algorithm=algorithm))) == "pdf"


def test_strings_may_be_written_in_brackets() -> None:
    """As some programs write them, with escapes."""

    def bracketed(found: re.Match[bytes]) -> bytes:
        value = bytes.fromhex(found[2].decode())
        escaped = b"".join(
            b"\\%03o" % byte if byte < 32 else re.sub(rb"([()\\])", rb"\\\1", bytes((byte,))) for byte in value
        )
        return found[1] + b"(" + escaped + b")"

    for user, needed in (("", False), ("horse", True)):
        content = pdf(user=user, algorithm="AES-128")
        whole = re.sub(rb"(/[OU] )<([0-9a-fA-F]+)>", bracketed, content)
        start = whole.rindex(b"\nxref") + 1
        whole = re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, whole)
        assert needs_password(io.BytesIO(whole)) is needed


def test_another_way_of_locking_needs_its_password() -> None:
    content = pdf(user="").replace(b"/Filter /Standard", b"/Filter /Stendard")
    assert needs_password(io.BytesIO(content))


def test_the_encryption_dictionary_is_found_anywhere_in_the_file() -> None:
    content = pdf(user="horse")
    start = content.rindex(b"\nxref") + 1
    padded = content[:start] + b"%" + b" " * (CHUNK + 7) + b"\n" + content[start:]
    padded = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (padded.rindex(b"\nxref") + 1), padded)
    assert needs_password(io.BytesIO(padded))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\nstartxref\n99999\n%%EOF", b"%PDF-1.7\nstartxref\n0\n%%EOF"]
)
def test_a_file_without_a_trailer_is_not_locked(content: bytes) -> None:
    assert not needs_password(io.BytesIO(content))
