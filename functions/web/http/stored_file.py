"""A download of a file that is stored under its digest: whole, or one requested range (RFC 9110, 14)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from functions.web.http.streaming import DELIVERY, Download, close

_RANGE: Final = re.compile(r"bytes=\s*(\d{0,19})-(\d{0,19})\s*", re.IGNORECASE)


class StoredFile(Download):
    """Has a length and a tag, so that a cut download can resume; one that a DELIVERY takes over is given whole."""

    def __init__(self, chunks: Iterator[bytes], *, size: int, digest: str, filename: str, media_type: str) -> None:
        super().__init__(chunks, filename=filename, media_type=media_type)
        self._size = size
        self.headers.update({"Content-Length": str(size), "Accept-Ranges": "bytes", "ETag": f'"{digest}"'})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if DELIVERY not in scope:
            self._narrow(scope["method"], Headers(scope=scope))
        await super().__call__(scope, receive, send)

    def _narrow(self, method: str, headers: Headers) -> None:
        """Narrow the answer to the requested range; an unreadable range is ignored."""
        if method == "HEAD":
            self._give_nothing()
            return
        tag = self.headers["etag"]
        part = part_of(headers.get("range", ""), self._size)
        if part is None or headers.get("if-range", tag) != tag:
            return
        place = f"{part.start}-{part.stop - 1}" if part else "*"
        self.headers["content-range"] = f"bytes {place}/{self._size}"
        self.headers["content-length"] = str(len(part))
        self.status_code = 206 if part else 416
        if part:
            self.chunks = _cut(self.chunks, part)
        else:
            self._give_nothing()
            for name in ("content-disposition", "content-type", "etag"):
                del self.headers[name]

    def _give_nothing(self) -> None:
        close(self.chunks)
        self.chunks = iter(())


def part_of(asked: str, size: int) -> range | None:
    """Return the bytes that a Range header asks for: an empty range when none match, None for the whole file."""
    found = _RANGE.fullmatch(asked)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return range(max(0, size - int(found[2])), size)
    first, last = int(found[1]), int(found[2]) if found[2] else size - 1
    if found[2] and last < first:
        return None
    return range(first, max(first, min(last + 1, size)))


def _cut(chunks: Iterator[bytes], part: range) -> Iterator[bytes]:
    at = 0
    try:
        for chunk in chunks:
            piece = chunk[max(0, part.start - at) : max(0, part.stop - at)]
            if piece:
                yield piece
            at += len(chunk)
            if at >= part.stop:
                return
    finally:
        close(chunks)
