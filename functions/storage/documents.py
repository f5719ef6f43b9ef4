"""Form documents as files named by their SHA-256; knows nothing of what stands in them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from functions.errors import NotFound, StoreUnavailable
from functions.storage.folder import private_folder, write_once
from functions.storage.words import UNKNOWN_FORM

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Documents:
    """The folder of form documents. A document that was kept is whole and durable."""

    def __init__(self, folder: Path) -> None:
        self._folder = private_folder(folder)

    def keep(self, digest: str, document: bytes) -> None:
        """Keep the document; the same again changes nothing. A digest that is not the document's raises ValueError."""
        if hashlib.sha256(document).hexdigest() != digest:
            raise ValueError("the digest is not the document's")
        path = self._folder / digest
        if path.exists():
            return
        try:
            write_once(path, document)
        except OSError as error:
            raise StoreUnavailable(f"表单文件存不下来，没有写入 {path}。请检查磁盘空间和权限") from error

    def read(self, digest: str) -> bytes:
        """The document, or NotFound; StoreUnavailable when the file is not what its name says."""
        if not _DIGEST.fullmatch(digest):
            raise NotFound(UNKNOWN_FORM)
        path = self._folder / digest
        try:
            document = path.read_bytes()
        except FileNotFoundError:
            raise NotFound(UNKNOWN_FORM) from None
        if hashlib.sha256(document).hexdigest() != digest:
            raise StoreUnavailable(f"表单文件 {path} 已损坏，内容和文件名对不上。请从备份恢复它")
        return document
