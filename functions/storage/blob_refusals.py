"""The refusals that all stores of contents share, and the check of digests."""

from __future__ import annotations

import re
from typing import Final

from functions.errors import NotFound
from functions.records.attachments.store import Upload, UploadRefused

GONE: Final = "没有这份内容"
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{32}")


def is_digest(text: str) -> bool:
    """Whether the text can be the name of a content."""
    return _DIGEST.fullmatch(text) is not None


def require_digest(digest: str) -> str:
    """Return the digest; NotFound when malformed, because it may become part of a path."""
    if not is_digest(digest):
        raise NotFound(GONE)
    return digest


def require_id(id: str) -> str:
    """Return the id of an upload; ValueError when malformed, because it may become part of a path."""
    if not _ID.fullmatch(id):
        raise ValueError("an upload's id is 32 hexadecimal digits")
    return id


def require_part(upload: Upload, part: int, content: bytes) -> None:
    """Return when the upload has such a part, of this size; else raise UploadRefused."""
    if part not in upload.parts:
        raise UploadRefused(f"这个文件没有第 {part} 块。请重新上传")
    if len(content) != upload.size_of(part):
        raise UploadRefused(
            f"第 {part} 块应为 {upload.size_of(part)} 字节，收到 {len(content)} 字节。请重传这一块", (part,)
        )


def incomplete(upload: Upload, arrived: frozenset[int]) -> UploadRefused:
    """Return the refusal when parts are missing."""
    missing = tuple(part for part in upload.parts if part not in arrived)
    return UploadRefused(f"文件还没有传完，缺 {len(missing)} 块。请接着上传", missing)


def different() -> UploadRefused:
    """Return the refusal when all parts are there, but the whole does not match the announcement."""
    return UploadRefused("收到的文件和您选的不一样，可能在传输中损坏了。请重新上传")
