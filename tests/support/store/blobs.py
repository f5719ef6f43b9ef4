"""Contents that come in parts, and how they are sent to a store of files."""

from __future__ import annotations

import hashlib

from functions.records.attachments.store import PART_BYTES, BlobStore, Upload


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_of(size: int) -> bytes:
    """Bytes without any pattern, the same in every run."""
    return hashlib.shake_256(b"%d" % size).digest(size)


def begin(blobs: BlobStore, content: bytes, id: str = "0" * 32) -> Upload:
    return blobs.begin(id, size=len(content), digest=digest_of(content))


def part_of(content: bytes, part: int) -> bytes:
    return content[(part - 1) * PART_BYTES : part * PART_BYTES]


def put(blobs: BlobStore, upload: Upload, content: bytes, *parts: int) -> None:
    for part in parts:
        blobs.put_part(upload, part, part_of(content, part))
