"""Small files of every kind that is taken or refused, invented, the same in every run."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import httpx2


def sha256(content: bytes) -> str:
    """The digest of a content as uploads name it."""
    return hashlib.sha256(content).hexdigest()


def followed(answer: Any) -> Any:
    """The answer to a download, or what the link gives that it leads to: the cloud gives files from where they lie."""
    if answer.status_code != 303:
        return answer
    link = answer.headers["location"]
    return httpx2.get(link if isinstance(link, str) else link[0])


def pdf_of(size: int) -> bytes:
    """So many bytes that begin as a PDF does."""
    return b"%PDF-1.7\n" + hashlib.shake_256(b"%d" % size).digest(size - 9)


def png() -> bytes:
    """What begins as a picture does."""
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)


def jpeg() -> bytes:
    """What begins as a photograph does."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)


def zip_of(*names: str, content: bytes = "示例".encode(), comment: bytes = b"") -> bytes:
    """A zip with members of these names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
        file.comment = comment
    return held.getvalue()


def docx() -> bytes:
    """The members by which a text document is known."""
    return zip_of("[Content_Types].xml", "_rels/.rels", "word/document.xml", "docProps/core.xml")


def xlsx() -> bytes:
    """The members by which a workbook is known."""
    return zip_of("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml")


def ofd() -> bytes:
    """The members by which a document of GB/T 33190 is known."""
    return zip_of("OFD.xml", "Doc_0/Document.xml", "Doc_0/Pages/Page_0/Content.xml")
