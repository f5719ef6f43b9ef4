"""What happens to a file that has arrived whole before anybody may open it; knows neither HTTP nor who scans."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, Protocol

from functions.errors import NotFound, QingdanError
from functions.records.attachments.file_types import (
    HEAD,
    FileRefused,
    Kind,
    kind_of,
    kind_of_head,
    needs_all,
    require_fitting,
)
from functions.records.attachments.store import Area, BlobStore

Standing = Literal["ready", "waiting", "infected", "gone"]

INFECTED: Final = "查出病毒，这个文件没有收下。请先在您的电脑上杀毒，再重新生成文件上传"
_AREAS: Final[tuple[tuple[Area, Standing], ...]] = (
    ("infected", "infected"),
    ("attachments", "ready"),
    ("quarantine", "waiting"),
)


class ScannerUnavailable(QingdanError):
    """Nobody has looked for viruses in the file: it waits."""


class Scanner(Protocol):
    """Looks for viruses in a content. Calls block."""

    def finds_virus(self, chunks: Iterable[bytes]) -> bool:
        """Whether there is one; ScannerUnavailable when that cannot be told."""
        ...

    def answers(self) -> bool:
        """Whether it is there at all."""
        ...


@dataclass(frozen=True, slots=True)
class Settled:
    """A file that was looked at: whether it is out of quarantine, and whether a scanner has found no virus in it.

    While it `waits` for the scanner nobody gets it. Where there is no scanner, nothing is ever `scanned`.
    """

    kind: Kind
    waits: bool
    scanned: bool


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a round over the waiting files came to; `left` are those that it found to wait on."""

    clean: int
    refused: int
    left: int


def settle(blobs: BlobStore, scanner: Scanner | None, digest: str, name: str | None = None) -> Settled:
    """Look at a file in quarantine and let it out when nothing is wrong with it; twice does no harm.

    FileRefused when it is no kind of file that is taken, when its `name` says that it is another kind, or when it has
    a virus; NotFound when it is not there.
    """
    if standing_of(blobs, digest) == "infected":
        blobs.remove("quarantine", digest)
        raise FileRefused(INFECTED)
    try:
        kind = _kind(blobs, "quarantine", digest)
        if name is not None:
            require_fitting(name, kind)
        out = _let_out(blobs, scanner, digest)
        return Settled(kind, not out, out and scanner is not None)
    except NotFound:
        # It was let out already: by an earlier call, or by one beside this.
        kind = _kind(blobs, "attachments", digest)
        if name is not None:
            require_fitting(name, kind)
        return Settled(kind, False, scanner is not None)


def scan_waiting(blobs: BlobStore, scanner: Scanner, now: datetime) -> Scanned:
    """Settle every file that waits in quarantine at `now` (aware); stops when the scanner is gone.

    Of a file that was let out before its virus was known, no copy is left but the one that nobody gets.
    """
    clean = refused = left = 0
    for digest in blobs.digests("quarantine", before=now):
        try:
            settled = settle(blobs, scanner, digest)
        except FileRefused:
            refused += 1
            continue
        except NotFound:
            continue
        clean += settled.scanned
        left += not settled.scanned
        if not settled.scanned and not scanner.answers():
            break
    for digest in blobs.digests("infected", before=now):
        blobs.remove("attachments", digest)
    return Scanned(clean, refused, left)


def standing_of(blobs: BlobStore, digest: str) -> Standing:
    """Whether this file can be had."""
    for area, standing in _AREAS:
        try:
            blobs.size(area, digest)
        except NotFound:
            continue
        return standing
    return "gone"


def _kind(blobs: BlobStore, area: Area, digest: str) -> Kind:
    """The kind of the file; of what has just come, what is none that is taken is forgotten."""
    chunks = blobs.stream(area, digest)
    head = _first(chunks)
    try:
        if not needs_all(head):
            return kind_of_head(head)
        with tempfile.TemporaryFile() as file:
            file.write(head)
            file.writelines(chunks)
            return kind_of(file)
    except FileRefused:
        if area == "quarantine":
            blobs.remove(area, digest)
        raise


def _first(chunks: Iterator[bytes]) -> bytes:
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= HEAD:
            break
    return head


def _let_out(blobs: BlobStore, scanner: Scanner | None, digest: str) -> bool:
    """Whether the file is out of quarantine; FileRefused when it has a virus and is put where nobody gets it."""
    if scanner is not None:
        try:
            infected = scanner.finds_virus(blobs.stream("quarantine", digest))
        except ScannerUnavailable:
            return False
        if infected:
            blobs.move(digest, "quarantine", "infected")
            raise FileRefused(INFECTED)
    blobs.move(digest, "quarantine", "attachments")
    return True
