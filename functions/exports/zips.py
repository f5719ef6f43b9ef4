"""Writes a zip while it is sent, member by member, of any size; does not interpret its members."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

SMALLEST_CHUNK = 1 << 18
_FORBIDDEN = re.compile(
    r'[\x00-\x1f\x7f<>:"/\\|?*%\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]+'
)
_LONGEST_NAME, _LONGEST_ENDING = 60, 5


class Zip:
    """Each method yields the next bytes to send. Members are stored uncompressed, unless `deflate` is set."""

    def __init__(self) -> None:
        self._stream = ZipStream(sized=False)

    def add(self, name: str, content: bytes | Iterable[bytes], *, deflate: bool = False) -> Iterator[bytes]:
        """Add one whole member."""
        self._stream.add(content, name, compress_type=ZIP_DEFLATED if deflate else ZIP_STORED)
        yield from self._stream.file()

    def folder(self, name: str) -> Iterator[bytes]:
        """Add a folder, which may stay empty."""
        self._stream.mkdir(name)
        yield from self._stream.file()

    def finish(self) -> Iterator[bytes]:
        """Add the index at the end, without which there is no zip."""
        yield from self._stream.finalize()


def in_larger_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Join chunks until each has SMALLEST_CHUNK bytes: every sent piece has a cost of its own."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= SMALLEST_CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def file_name(text: str) -> str:
    """Return the text as part of a file name that every system allows; "" when nothing of it remains.

    A name that is too long loses its middle: the extension says which program opens it.
    """
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).strip(" ._")
    if len(name) <= _LONGEST_NAME:
        return name
    _, dot, ending = name.rpartition(".")
    ending = dot + ending if dot and len(ending) <= _LONGEST_ENDING else ""
    return name[: _LONGEST_NAME - len(ending)].strip(" ._") + ending
